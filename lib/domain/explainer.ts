import { newcombeDifference } from './comparison';
import { type Candidate, MIN_HITS } from './explainer-candidates';
import { benjaminiHochberg } from './false-discovery';
import { fisherExact } from './fisher';

/** A candidate with the difference of its shares (selected − rest), −1 to 1, and how sure it is. */
export interface Difference extends Candidate {
  difference: number;
  /** Newcombe interval of the difference, 95 %. */
  low: number;
  high: number;
  /** Benjamini–Hochberg over all candidates, of Fisher's exact p. */
  q: number;
  isCertain: boolean;
}

/**
 * Share of false discoveries allowed among those called certain. One in a hundred and not in twenty: many readers look
 * at many quiet hours, and a page that says "certain" once in twenty of them is soon not believed.
 */
const MAX_FALSE_DISCOVERIES = 0.01;

/** Traces a side needs before anything is compared. */
export const MIN_SIDE = 5;

/**
 * What sets the selected traces apart, the surest first: by the lower bound of the Newcombe interval of the difference
 * of shares. A difference is certain when its interval lies above zero, at least five selected traces have it, and q
 * over all candidates is under 1 %. Empty where a side has too few traces.
 */
export function rankDifferences(candidates: readonly Candidate[]): Difference[] {
  const tested = candidates.flatMap((candidate) => {
    const { selected, rest } = candidate;
    if (selected.total < MIN_SIDE || rest.total < MIN_SIDE) return [];
    const sides = [
      { successes: rest.hits, total: rest.total },
      { successes: selected.hits, total: selected.total },
    ] as const;
    const newcombe = newcombeDifference(...sides);
    const p = fisherExact(...sides);
    return newcombe === null || p === null ? [] : [{ candidate, newcombe, p }];
  });
  const q = benjaminiHochberg(tested.map(({ p }) => p));
  return tested
    .map(({ candidate, newcombe: { difference, interval } }, index): Difference => {
      const own = q[index] ?? 1;
      return {
        ...candidate,
        difference,
        low: interval.low,
        high: interval.high,
        q: own,
        isCertain: own < MAX_FALSE_DISCOVERIES && interval.low > 0 && candidate.selected.hits >= MIN_HITS,
      };
    })
    .sort((a, b) => b.low - a.low || b.difference - a.difference || (a.name < b.name ? -1 : 1));
}
