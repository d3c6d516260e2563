import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { watchedDifference } from './always-valid';
import { type Buckets, histogramQuantile, totalOf } from './histogram';
import { countLogEvidence } from './sequential';
import { DAY_MS, MINUTE_MS } from './time';

/**
 * How long until something could be proven at this traffic and split, from the e-process that proves it. Milliseconds;
 * null where it cannot be said.
 */

/** Doubling is what the clock asks about errors. */
export const ERROR_FACTOR = 2;
/** +20 % is what it asks about P95. */
export const P95_FACTOR = 1.2;

/** Beyond this a rollout would not wait. */
const LONGEST_MS = 30 * DAY_MS;

export interface ClockAsked {
  requestsPerMinute: number;
  /** The challenger's share of the requests, 0 to 1, both excluded. */
  challengerShare: number;
  /** The champion's share of events: failures, or requests slower than a bound; 0 to 1. */
  baseRatio: number;
  /** How many times as often the challenger would have them. */
  factor: number;
  alpha?: number;
}

/**
 * Milliseconds until the e-process is expected to prove that the challenger has `factor` times the champion's events:
 * until ln E, at the counts expected by then, reaches ln(1/α). Null without traffic, split or base rate, for a factor
 * of 1 or less, and beyond 30 days.
 */
export function timeToProveMs(asked: ClockAsked): number | null {
  const { requestsPerMinute, challengerShare: theta, baseRatio, factor, alpha = 0.05 } = asked;
  if (!(requestsPerMinute > 0) || !(theta > 0 && theta < 1) || !(baseRatio > 0) || !(factor > 1)) return null;
  const challengerRatio = Math.min(1, baseRatio * factor);
  const perMinute = {
    champion: requestsPerMinute * (1 - theta) * baseRatio,
    challenger: requestsPerMinute * theta * challengerRatio,
  };
  const isProven = (minutes: number): boolean => {
    const k = perMinute.challenger * minutes;
    const n = k + perMinute.champion * minutes;
    return (countLogEvidence({ challengerErrors: k, totalErrors: n, challengerShare: theta }) ?? 0) >= -Math.log(alpha);
  };
  const minutes = firstMinutes(isProven);
  return minutes === null ? null : minutes * MINUTE_MS;
}

export interface DecisionAsked {
  requestsPerMinute: number;
  challengerShare: number;
  /** The champion's share of failures, 0 to 1. */
  baseRatio: number;
  /** How many times as often the challenger fails. */
  factor: number;
  policy: Pick<ComparePolicy, 'maxErrorIncrease' | 'minRequests' | 'minMinutes'>;
}

/**
 * Milliseconds until the policy would say "roll back" of a challenger that fails `factor` times as often: until the
 * always-valid interval of the difference, at the counts expected by then, lies wholly beyond the limit, and not before
 * the policy has its requests and minutes. More than proving a difference takes, since it must be larger than allowed.
 * Null without traffic or split, where the difference is within the limit, and beyond 30 days.
 */
export function timeToRollBackMs(asked: DecisionAsked): number | null {
  const { requestsPerMinute, challengerShare: theta, baseRatio, factor, policy } = asked;
  if (!(requestsPerMinute > 0) || !(theta > 0 && theta < 1) || !(baseRatio > 0) || !(factor > 1)) return null;
  const ratios = { champion: baseRatio, challenger: Math.min(1, baseRatio * factor) };
  const perMinute = { champion: requestsPerMinute * (1 - theta), challenger: requestsPerMinute * theta };
  if (!(ratios.challenger - ratios.champion > policy.maxErrorIncrease)) return null;
  const fewest = Math.min(perMinute.champion, perMinute.challenger);
  const atLeast = Math.max(policy.minMinutes, policy.minRequests / fewest);
  const side = (name: 'champion' | 'challenger', minutes: number) => {
    const total = perMinute[name] * minutes;
    return { successes: total * ratios[name], total };
  };
  const isBeyond = (minutes: number): boolean => {
    const compared = watchedDifference(side('champion', minutes), side('challenger', minutes), NOT_DISPERSED);
    return compared !== null && compared.interval.low > policy.maxErrorIncrease;
  };
  const minutes = firstMinutes(isBeyond);
  return minutes === null || Math.max(minutes, atLeast) * MINUTE_MS > LONGEST_MS
    ? null
    : Math.max(minutes, atLeast) * MINUTE_MS;
}

const NOT_DISPERSED = { champion: 1, challenger: 1 };

/** Minutes from which on something holds that holds ever after once it does; null when not within 30 days. */
function firstMinutes(holds: (minutes: number) => boolean): number | null {
  let high = 1;
  while (!holds(high)) {
    high *= 2;
    if (high * MINUTE_MS > LONGEST_MS) return null;
  }
  let low = high === 1 ? 0 : high / 2;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * What a rise of P95 by `factor` would do to the share of requests above today's P95, were every request that much
 * slower: 1 − F(P95/factor) against 5 %, with F linear inside buckets. Null without a P95 or where it is open.
 */
export function exceedanceFactor(champion: Buckets, factor = P95_FACTOR): { baseRatio: number; factor: number } | null {
  const { value, atLeast } = histogramQuantile(champion, 0.95);
  if (value === null || atLeast || !(value > 0)) return null;
  const below = cumulativeShare(champion, value / factor);
  if (below === null) return null;
  const baseRatio = 0.05;
  return { baseRatio, factor: (1 - below) / baseRatio };
}

/** Share of the observations at or below a value, linear inside its bucket, 0 to 1. Null without observations. */
export function cumulativeShare(buckets: Buckets, value: number): number | null {
  const total = totalOf(buckets);
  if (!(total > 0)) return null;
  const index = buckets.upperBounds.findIndex((bound) => bound >= value);
  const upper = buckets.upperBounds[index];
  if (upper === undefined) return null;
  const below = index === 0 ? 0 : (buckets.cumulative[index - 1] ?? 0);
  if (upper === Number.POSITIVE_INFINITY) return below / total;
  const lower = index === 0 ? Math.min(0, upper) : (buckets.upperBounds[index - 1] ?? 0);
  const inside = (buckets.cumulative[index] ?? 0) - below;
  return (below + (upper > lower ? (inside * (value - lower)) / (upper - lower) : inside)) / total;
}
