import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy, WhatIf } from '@/lib/contracts/compare-params';
import { compareAnswer } from './compare-answer';
import { errorMeasures, errorsOf, segmentRows, stabilityOf } from './compare-errors';
import { bucketsOf, latencyMeasures, stageMeasures } from './compare-latency';
import { outputMeasures, qualityMeasures } from './compare-output';
import { splitOf } from './compare-soundness';
import { tokenMeasures } from './compare-tokens';
import { ERROR_FACTOR, exceedanceFactor, P95_FACTOR, timeToProveMs, timeToRollBackMs } from './decision-clock';
import { formatChange, formatDuration, formatRatioPercent } from './format';
import { MINUTE_MS } from './time';
import { verdictOf } from './verdict';

/** A failure rate that nobody would keep. */
const TRIPLED = 3;

/** A policy with the edits of "what if" laid over it. */
export const withWhatIf = (policy: ComparePolicy, edit: WhatIf): ComparePolicy => ({
  maxP95IncreaseRatio: edit.p95 === undefined ? policy.maxP95IncreaseRatio : edit.p95 / 100,
  maxErrorIncrease: edit.errors === undefined ? policy.maxErrorIncrease : edit.errors / 100,
  maxQualityDrop: edit.quality === undefined ? policy.maxQualityDrop : edit.quality / 100,
  minRequests: edit.requests ?? policy.minRequests,
  minMinutes: edit.minutes ?? policy.minMinutes,
  challengerShare: edit.share === undefined ? policy.challengerShare : edit.share / 100,
});

/**
 * Everything a comparison says, from what was counted and a policy, and from nothing else: no clock, no randomness. The
 * same inputs and policy give the same result to the bit, on the server and in the browser. Instants in sentences are
 * written in `zone`.
 */
export function judge(inputs: CompareInputs, policy: ComparePolicy, zone = 'UTC'): CompareResult {
  const { measures: errors, phi, evidence, mix } = errorMeasures(inputs, policy);
  const measures = [
    ...errors,
    ...latencyMeasures(inputs, policy),
    ...stageMeasures(inputs),
    ...outputMeasures(inputs),
    ...qualityMeasures(inputs, policy),
    ...tokenMeasures(inputs),
  ];
  const split = splitOf(inputs, policy);
  const crude = errors.find(({ id }) => id === 'errors')?.interval ?? null;
  const excludesZero = (interval: { low: number; high: number } | null): boolean =>
    interval !== null && (interval.low > 0 || interval.high < 0);
  const mixContradicts = mix?.changesSign === true && excludesZero(crude) && excludesZero(mix.interval);
  const verdict = verdictOf(inputs, policy, { measures, split, mixContradicts }, zone);
  const segments = segmentRows(inputs, phi);
  const stability = stabilityOf(inputs, policy);
  const { cells } = inputs;
  return {
    policy,
    measures,
    verdict,
    answer: compareAnswer(inputs, { measures, verdict, segments, stability }, zone),
    split,
    phi,
    evidence:
      evidence === null || cells === null
        ? null
        : {
            pValue: evidence.pValue,
            provenMs: evidence.provenAt === null ? null : cells.startMs + evidence.provenAt * cells.stepMs,
          },
    clock: clockOf(inputs, split, policy),
    segments,
    stability,
  };
}

/** An estimate of a wait: seconds would claim more than it knows. */
const aboutMinutes = (ms: number): string =>
  formatDuration(Math.max(MINUTE_MS, Math.round(ms / MINUTE_MS) * MINUTE_MS));

function clockOf(
  inputs: CompareInputs,
  split: CompareResult['split'],
  { maxErrorIncrease, minRequests, minMinutes }: ComparePolicy,
): CompareResult['clock'] {
  const { champion, challenger } = inputs;
  const nothing = (sentence: string): CompareResult['clock'] => ({ errorsMs: null, p95Ms: null, sentence });
  const share = split.configuredShare ?? split.challengerShare;
  const windowMs = inputs.endMs - Math.max(inputs.startMs, challenger?.firstMs ?? 0, champion?.firstMs ?? 0);
  const requests = (champion?.requests ?? 0) + (challenger?.requests ?? 0);
  if (inputs.mode === 'instant') return nothing('The decision clock needs two versions that run at the same time.');
  if (!(windowMs > 0) || !(requests > 0) || share === null || !(share > 0 && share < 1)) {
    return nothing('The decision clock needs traffic of both versions.');
  }
  const requestsPerMinute = (requests * MINUTE_MS) / windowMs;
  const counted = errorsOf(champion);
  const baseRatio = counted === null ? 0 : counted.successes / counted.total;
  const errorsMs = timeToProveMs({ requestsPerMinute, challengerShare: share, baseRatio, factor: ERROR_FACTOR });
  const buckets = bucketsOf(champion?.latency ?? null);
  const above = buckets === null ? null : exceedanceFactor(buckets);
  const p95Ms = above === null ? null : timeToProveMs({ requestsPerMinute, challengerShare: share, ...above });
  const traffic = `${Math.round(requestsPerMinute)} requests a minute, ${formatRatioPercent(share)} of them to the challenger`;
  const doubling =
    errorsMs === null
      ? 'a doubling of errors cannot be proven within 30 days'
      : `a doubling of errors is provable in about ${aboutMinutes(errorsMs)}`;
  const slower = p95Ms === null ? '' : `, ${formatChange(P95_FACTOR - 1)} P95 in about ${aboutMinutes(p95Ms)}`;
  const tripledMs = timeToRollBackMs({
    requestsPerMinute,
    challengerShare: share,
    baseRatio,
    factor: TRIPLED,
    policy: { maxErrorIncrease, minRequests, minMinutes },
  });
  // A doubling that is proven may still be within the limit: what the policy waits for is said apart.
  const beyond =
    tripledMs === null ? '' : `; three times the errors would be rolled back after about ${formatDuration(tripledMs)}`;
  return {
    errorsMs,
    p95Ms,
    sentence: `At ${traffic}: ${doubling}${slower}${beyond}. The two have run together for ${formatDuration(windowMs)}.`,
  };
}
