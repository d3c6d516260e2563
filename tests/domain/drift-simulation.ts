import { Random } from '@/lab/fleet/random';
import { psi } from '@/lib/domain/drift';
import { type DriftSides, driftVerdicts, isCalled, PSI_WATCH } from '@/lib/domain/drift-verdict';

/** Windows of features whose truth is known, drawn at random: what the rule of drift calls in them. */

export interface SimulatedWindows {
  seed: number;
  windows: number;
  features: number;
  bins: number;
  /** Values of each window, and of the reference. */
  n: number;
  referenceN: number;
  /** Standard deviations by which the window of every feature is shifted; 0 is no drift. */
  shift: number;
}

export interface Called {
  /** Share of windows in which the rule calls any feature "drifted", and "drifted" or "watch". */
  anyDrifted: number;
  anyCalled: number;
  /** Share of single features called either way. */
  calledFeatures: number;
  /** Share of pairs of windows in a row in one of which a feature is called: found within two windows. */
  foundWithinTwo: number;
  /** Share of single features, and of windows with any feature, whose PSI exceeds 0.1: the plain rule. */
  plainFeatures: number;
  plainAny: number;
  /** Share of single features under "not enough data". */
  notEnough: number;
}

/** Cut points of bins that hold equal shares of a standard normal, by bisection of its distribution function. */
function normalCuts(bins: number): number[] {
  const below = (x: number): number => {
    // Simpson's rule over 400 pieces from −8: exact to 1e-10, and needs no table.
    const steps = 400;
    const from = -8;
    const h = (x - from) / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i += 1) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * Math.exp(-((from + i * h) ** 2) / 2);
    }
    return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
  };
  return Array.from({ length: bins - 1 }, (_, i) => {
    let low = -8;
    let high = 8;
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (below(middle) < (i + 1) / bins) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}

function draw(random: Random, cuts: readonly number[], n: number, shift: number): number[] {
  const counts = new Array<number>(cuts.length + 1).fill(0);
  for (let i = 0; i < n; i += 1) {
    const value = random.normal() + shift;
    let bin = 0;
    while (bin < cuts.length && value > (cuts[bin] ?? 0)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Draws the windows and counts what is called in them. */
export function simulateDrift({ seed, windows, features, bins, n, referenceN, shift }: SimulatedWindows): Called {
  const random = new Random(seed);
  const cuts = normalCuts(bins);
  const references = Array.from({ length: features }, () => draw(random, cuts, referenceN, 0));
  const sum = { anyDrifted: 0, anyCalled: 0, called: 0, plain: 0, plainAny: 0, notEnough: 0, pairs: 0, found: 0 };
  let before: boolean[] | null = null;
  for (let window = 0; window < windows; window += 1) {
    const sides = references.map((reference): DriftSides => {
      const current = draw(random, cuts, n, shift);
      return { paired: { reference, current }, isOrdered: true, referenceCount: referenceN, currentCount: n };
    });
    const states = driftVerdicts(sides).map(({ state }) => state);
    const isOver = sides.map(
      ({ paired }) => paired !== null && (psi(paired.reference, paired.current) ?? 0) > PSI_WATCH,
    );
    const called = states.map(isCalled);
    if (states.includes('drifted')) sum.anyDrifted += 1;
    if (called.includes(true)) sum.anyCalled += 1;
    if (isOver.includes(true)) sum.plainAny += 1;
    sum.called += called.filter(Boolean).length;
    sum.plain += isOver.filter(Boolean).length;
    sum.notEnough += states.filter((state) => state === 'not-enough-data').length;
    if (before === null) {
      before = called;
      continue;
    }
    sum.pairs += features;
    for (const [i, one] of called.entries()) if (one || before[i]) sum.found += 1;
    before = null;
  }
  const all = windows * features;
  return {
    anyDrifted: sum.anyDrifted / windows,
    anyCalled: sum.anyCalled / windows,
    calledFeatures: sum.called / all,
    foundWithinTwo: sum.pairs === 0 ? 0 : sum.found / sum.pairs,
    plainFeatures: sum.plain / all,
    plainAny: sum.plainAny / windows,
    notEnough: sum.notEnough / all,
  };
}
