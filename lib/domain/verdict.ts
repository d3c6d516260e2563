import type { CompareResult, Measure, Verdict } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { doubts, hasTraffic, soundness } from './compare-soundness';
import { formatDifference, formatInterval } from './compare-state';
import { formatCount, formatDuration } from './format';
import { DAY_MS, MINUTE_MS } from './time';

/** Nobody waits longer for a rollout: beyond it no time is named. */
const LONGEST_WAIT_MS = 30 * DAY_MS;

type Reason = Verdict['reasons'][number];

/** What a policy limits, in the order reasons are told. */
const DECISIVE: readonly string[] = ['errors', 'errors-mix', 'p95', 'recall', 'precision', 'accuracy'];

/**
 * The verdict of a comparison against its policy, in the order in doubt → not enough data → roll back → promote → wait.
 * Missing data is never a pass and never a fail: a measure that is not there keeps the verdict from "promote", and only
 * an interval wholly beyond its limit makes it "roll back". The same inputs give the same verdict to the bit.
 */
export function verdictOf(
  inputs: CompareInputs,
  policy: ComparePolicy,
  found: { measures: readonly Measure[]; split: CompareResult['split']; mixContradicts: boolean },
  zone = 'UTC',
): Verdict {
  const { measures, split, mixContradicts } = found;
  const decisive = measures
    .filter(({ id }) => DECISIVE.includes(id))
    .toSorted((a, b) => DECISIVE.indexOf(a.id) - DECISIVE.indexOf(b.id));
  const doubt = doubts(inputs, split, zone);
  if (mixContradicts) {
    doubt.push(
      'The crude and the mix-adjusted difference of errors have opposite signs: the two sides get different traffic.',
    );
  }
  if (doubt.length > 0) {
    return {
      kind: 'in-doubt',
      reasons: [...doubt.map((text) => decides('watch', text)), ...decisive.map(toReason)],
      neededMs: null,
    };
  }
  const lacking = lack(inputs, policy);
  if (lacking !== null) {
    return {
      kind: 'not-enough-data',
      // Of one side nothing is compared, which is another thing than not measured.
      reasons: [
        ...lacking.texts.map((text) => decides('unknown', text)),
        ...(inputs.champion === null || inputs.challenger === null ? [] : decisive.map(toReason)),
      ],
      neededMs: lacking.neededMs,
    };
  }
  const sound: Reason = { status: 'ok', text: soundness(inputs, split), decides: false };
  const beyond = decisive.filter(({ state }) => state === 'beyond');
  if (beyond.length > 0) {
    const others = decisive.filter((one) => !beyond.includes(one));
    return {
      kind: 'roll-back',
      reasons: [sound, ...beyond.map((one) => ({ ...toReason(one), decides: true })), ...others.map(toReason)],
      neededMs: null,
    };
  }
  const open = decisive.filter(({ state }) => state !== 'within' && state !== 'improves');
  if (open.length === 0) {
    // What improved is the reason to promote; what merely holds comes after.
    const reasons = decisive.toSorted((a, b) => Number(b.state === 'improves') - Number(a.state === 'improves'));
    return {
      kind: 'promote',
      reasons: [sound, ...reasons.map((one) => ({ ...toReason(one), decides: true }))],
      neededMs: null,
    };
  }
  const settled = decisive.filter((one) => !open.includes(one));
  return {
    kind: 'wait',
    reasons: [sound, ...open.map((one) => ({ ...toReason(one), decides: true })), ...settled.map(toReason)],
    neededMs: waitFor(open, inputs.endMs - inputs.startMs),
  };
}

const decides = (status: Reason['status'], text: string): Reason => ({ status, text, decides: true });

/** What is short, and how long until it is not; null when there is enough. */
function lack(inputs: CompareInputs, policy: ComparePolicy): { texts: string[]; neededMs: number | null } | null {
  const { champion, challenger, model, startMs, endMs } = inputs;
  if (champion === null && challenger === null)
    return { texts: [`${model} had no requests in this range.`], neededMs: null };
  if (champion === null || challenger === null) {
    const only = champion ?? challenger;
    return {
      texts: [`${model} has one version here, ${only?.version}: there is nothing to compare it with.`],
      neededMs: null,
    };
  }
  const silent = [champion, challenger].filter((side) => !hasTraffic(side));
  if (silent.length > 0) {
    return { texts: silent.map(({ version }) => `${version} had no requests in this range.`), neededMs: null };
  }
  const texts: string[] = [];
  let neededMs = 0;
  const elapsed = Math.max(1, endMs - Math.max(startMs, champion.firstMs ?? startMs, challenger.firstMs ?? startMs));
  for (const { version, requests } of [champion, challenger]) {
    const count = requests ?? 0;
    if (count >= policy.minRequests) continue;
    texts.push(`${version} has ${formatCount(Math.floor(count))} of ${formatCount(policy.minRequests)} requests.`);
    neededMs = Math.max(neededMs, (elapsed * (policy.minRequests - count)) / Math.max(count, 1));
  }
  const minimumMs = policy.minMinutes * MINUTE_MS;
  if (elapsed < minimumMs) {
    texts.push(`The two have run together for ${formatDuration(elapsed)} of ${formatDuration(minimumMs)}.`);
    neededMs = Math.max(neededMs, minimumMs - elapsed);
  }
  return texts.length === 0 ? null : { texts, neededMs: neededMs <= LONGEST_WAIT_MS ? neededMs : null };
}

/** A measure as a reason, with its interval and limit. */
function toReason(measure: Measure): Reason {
  const { name, state, status, interval, limit, unit, word } = measure;
  const range = interval === null ? '' : ` (${formatInterval(interval, unit)})`;
  const edge = limit === null ? 'its limit' : `its limit of ${formatDifference(limit, unit)}`;
  const text = ((): string => {
    switch (state) {
      case 'beyond':
        return `${name}: wholly beyond ${edge}${range}.`;
      case 'within':
        return `${name}: wholly within ${edge}${range}.`;
      case 'improves':
        return `${name}: improves${range}, wholly within ${edge}.`;
      case 'undecided':
        return `${name}: crosses ${edge}${range}.`;
      case 'bucket-too-wide':
        return `${name}: the histogram cannot tell (${word}), so it decides nothing.`;
      case 'not-enough-data':
        return `${name}: not enough data to say.`;
      default:
        return `${name}: ${word}.`;
    }
  })();
  return { status, text, decides: false };
}

/**
 * Milliseconds until the slowest of the open measures would be decided if its estimate stands: an interval narrows with
 * the root of the sample. Null where one of them cannot be decided by waiting.
 */
function waitFor(open: readonly Measure[], elapsedMs: number): number | null {
  let needed = 0;
  for (const { interval, difference, limit, worse, state } of open) {
    if (state !== 'undecided' || interval === null || difference === null || limit === null) return null;
    const isInside = worse === 'up' ? difference < limit : difference > limit;
    const half = (worse === 'up') === isInside ? interval.high - difference : difference - interval.low;
    const distance = Math.abs(difference - limit);
    if (!(distance > 0)) return null;
    needed = Math.max(needed, elapsedMs * ((half / distance) ** 2 - 1));
  }
  return needed > 0 && needed <= LONGEST_WAIT_MS ? needed : null;
}
