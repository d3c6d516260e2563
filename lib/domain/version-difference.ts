import type { Status } from '@/lib/contracts/answer';
import type { Role } from '@/lib/contracts/fleet';
import { muted, value } from './answer-parts';
import { newcombeDifference, type Proportion } from './comparison';
import type { Finding } from './finding';
import { formatChange, formatMs, formatPoints, formatRatioPercent } from './format';
import { type Buckets, histogramQuantile, quantileDifference } from './histogram';
import { confidenceSequence, countsSpeakAgainst, hasErrorsForSequence } from './sequential';
import { rankOf } from './status';

/** What a version did in the range. */
export interface MeasuredVersion {
  version: string;
  role: Role;
  /** Requests and failed ones in the range; null: not measured. */
  requests: number | null;
  errors: number | null;
  /** Latency over the range, bounds in milliseconds; null: no histogram. */
  buckets: Buckets | null;
}

/** From where on a difference is bad rather than worth a look. */
export interface Limits {
  /** Rise of the error ratio that a version may have over the other, 0 to 1. */
  maxErrorIncrease: number;
  /** Relative rise of P95 that it may have: 0.2 is a fifth. */
  maxP95IncreaseRatio: number;
}

/** A P95 that surely rose, but by less than this share, is no reason to look: at this traffic a few ms are certain too. */
const NOTABLE_P95_RISE = 0.05;

const ratioOf = (errors: number, requests: number): number => Math.min(1, Math.max(0, errors / requests));

/** "+0.9 to +1.7" of a difference in points, units said once. */
const pointsRange = (low: number, high: number): string =>
  `${formatPoints(low).replace(/ points?$/, '')} to ${formatPoints(high)}`;

/**
 * A rise of the error ratio that may turn a page red by itself: certain by a test that stays valid however often the
 * page refreshes. With enough failures on both sides that is the confidence sequence, whose interval is shown; with few,
 * the counts' e-process decides and the score interval shows how much. Null: no rise that certain.
 */
function errorRise(before: Proportion, now: Proportion) {
  const scored = newcombeDifference(before, now);
  if (scored === null) return null;
  if (hasErrorsForSequence(before, now)) {
    const interval = confidenceSequence(before, now);
    return interval === null || interval.low <= 0
      ? null
      : { difference: scored.difference, interval, method: 'always-valid 95 % interval' };
  }
  const certain = countsSpeakAgainst({
    challengerErrors: now.successes,
    totalErrors: before.successes + now.successes,
    challengerShare: now.total / (before.total + now.total),
  });
  return certain && scored.interval.low > 0 ? { ...scored, method: '95 % interval' } : null;
}

/** Errors and P95 of a version beside another, as findings; none when nothing differs beyond its interval. */
export function differences(
  subject: string,
  own: MeasuredVersion,
  other: { called: string; requests: number | null; errors: number | null; buckets: Buckets | null },
  limits: Limits,
): Finding[] {
  const found: Finding[] = [];
  if (own.errors !== null && own.requests && other.errors !== null && other.requests) {
    const compared = errorRise(
      { successes: other.errors, total: other.requests },
      { successes: own.errors, total: own.requests },
    );
    if (compared !== null) {
      const { difference, interval, method } = compared;
      const tone: Status = interval.low > limits.maxErrorIncrease ? 'bad' : 'watch';
      found.push({
        status: tone,
        word: `errors ${formatPoints(difference)}`,
        subject,
        parts: [
          { text: 'fails more often', tone },
          value(
            `: errors ${formatRatioPercent(ratioOf(own.errors, own.requests))} against ${formatRatioPercent(ratioOf(other.errors, other.requests))} ${other.called} `,
          ),
          muted(`(difference ${formatPoints(difference)}, ${method} ${pointsRange(interval.low, interval.high)})`),
        ],
      });
    }
  }
  if (own.buckets !== null && other.buckets !== null) {
    const before = histogramQuantile(other.buckets, 0.95).value;
    const compared = quantileDifference(other.buckets, own.buckets, 0.95);
    if (
      compared !== null &&
      before !== null &&
      before > 0 &&
      compared.resolved &&
      compared.interval.low > NOTABLE_P95_RISE * before
    ) {
      const low = compared.interval.low / before;
      const high = compared.interval.high / before;
      const ratio = compared.difference / before;
      const tone: Status = low > limits.maxP95IncreaseRatio ? 'bad' : 'watch';
      found.push({
        status: tone,
        word: `P95 ${formatChange(ratio)}`,
        subject,
        parts: [
          { text: 'is slower', tone },
          value(`: P95 ${formatMs(before + compared.difference)} against ${formatMs(before)} ${other.called} `),
          muted(`(${formatChange(ratio)}, 95 % interval ${formatChange(low)} to ${formatChange(high)})`),
        ],
      });
    }
  }
  return found.sort((a, b) => rankOf(a.status) - rankOf(b.status));
}
