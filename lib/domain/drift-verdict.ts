import type { Status } from '@/lib/contracts/answer';
import type { DriftState } from '@/lib/contracts/drift-state';
import { chiSquareTwoSample, psi, psiNoiseLimit } from './drift';
import { mergeSparse, occupied, type Paired, sumOf } from './drift-bins';
import { benjaminiHochberg } from './false-discovery';
import { formatCount, formatNumber } from './format';

/** PSI over this is worth a look, and over the second drifted, where it also exceeds what sampling alone gives. */
export const PSI_WATCH = 0.1;
export const PSI_DRIFTED = 0.25;
/** Fewer values than this on a side: not enough data. */
export const MIN_VALUES = 500;
/** False discovery rate over the features judged together. */
export const FALSE_DISCOVERY_RATE = 0.05;
/** Chance of a no-drift PSI above the noise limit. */
const NOISE_ALPHA = 0.01;

/** One feature over one window: its counts on both sides; null for a side that has none of it. */
export interface DriftSides {
  /** Over common bins; null where a side is absent or the sides share no bounds. */
  readonly paired: Paired | null;
  /** Whether bins are ordered (numbers) or not (categories). */
  readonly isOrdered: boolean;
  /** Values of each side, missing ones not counted; null is not measured. */
  readonly referenceCount: number | null;
  readonly currentCount: number | null;
}

/** What is measured of a feature before any verdict. */
export interface DriftMeasure {
  readonly psi: number | null;
  /** PSI that sampling alone exceeds once in a hundred windows, by (1/n + 1/m)·χ²; null without two bins. */
  readonly noiseLimit: number | null;
  /** PSI that sampling alone gives on average: (1/n + 1/m)·(B − 1). */
  readonly noiseMean: number | null;
  /** Of the two-sample chi-square over bins merged to an expected count of five. */
  readonly pValue: number | null;
  /** Bins that either side has. */
  readonly bins: number;
}

export interface DriftVerdict extends DriftMeasure {
  readonly state: DriftState;
  /** Benjamini–Hochberg q over the features judged together, 0 to 1; null where nothing was tested. */
  readonly qValue: number | null;
}

const NOTHING: DriftMeasure = { psi: null, noiseLimit: null, noiseMean: null, pValue: null, bins: 0 };

/** PSI, its noise and the p of the chi-square test. All null where the sides cannot be compared. */
export function measureDrift({ paired, isOrdered }: Pick<DriftSides, 'paired' | 'isOrdered'>): DriftMeasure {
  if (paired === null) return NOTHING;
  const held = occupied(paired);
  const n = sumOf(held.reference);
  const m = sumOf(held.current);
  const value = psi(held.reference, held.current);
  if (value === null) return NOTHING;
  const bins = held.reference.length;
  const merged = mergeSparse(held, isOrdered);
  return {
    psi: value,
    noiseLimit: bins < 2 ? 0 : psiNoiseLimit(held.reference, held.current, NOISE_ALPHA),
    noiseMean: (1 / n + 1 / m) * (bins - 1),
    pValue: bins < 2 ? 1 : (chiSquareTwoSample(merged.reference, merged.current)?.pValue ?? 1),
    bins,
  };
}

/** Why a feature cannot be judged, or null when it can. */
function unjudged(sides: DriftSides): DriftState | null {
  const { referenceCount, currentCount, paired } = sides;
  if (referenceCount === null && currentCount === null) return 'not-measured';
  if (referenceCount === null || referenceCount <= 0) {
    if (currentCount === null || currentCount <= 0) return 'not-measured';
    return currentCount < MIN_VALUES ? 'not-enough-data' : 'new';
  }
  if (currentCount === null) return referenceCount < MIN_VALUES ? 'not-enough-data' : 'vanished';
  if (referenceCount < MIN_VALUES || currentCount < MIN_VALUES) return 'not-enough-data';
  return paired === null ? 'not-comparable' : null;
}

/**
 * Verdicts on the features of one window, in their order. A feature is called where its PSI exceeds PSI_WATCH or
 * PSI_DRIFTED, exceeds what sampling alone gives (99 % point), and its chi-square test stands after Benjamini–Hochberg
 * over all features that could be judged. `measures` may be given where they are known already.
 */
export function driftVerdicts(
  features: readonly DriftSides[],
  measures: readonly DriftMeasure[] = features.map(measureDrift),
): DriftVerdict[] {
  const excuses = features.map(unjudged);
  const tested = measures.flatMap(({ pValue }, i) => (excuses[i] === null && pValue !== null ? [{ i, pValue }] : []));
  const q = benjaminiHochberg(tested.map(({ pValue }) => pValue));
  const qOf = new Map(tested.map(({ i }, at) => [i, q[at] ?? 1]));
  return measures.map((measure, i) => {
    const qValue = qOf.get(i) ?? null;
    const excuse = excuses[i] ?? null;
    return { ...measure, qValue, state: excuse ?? stateOf(measure, qValue) };
  });
}

function stateOf({ psi: value, noiseLimit }: DriftMeasure, qValue: number | null): DriftState {
  if (value === null || noiseLimit === null) return 'not-comparable';
  if (value <= noiseLimit || qValue === null || qValue > FALSE_DISCOVERY_RATE) return 'within-noise';
  if (value > PSI_DRIFTED) return 'drifted';
  return value > PSI_WATCH ? 'watch' : 'stable';
}

/** Whether a state calls for a person. */
export const isCalled = (state: DriftState): boolean => state === 'drifted' || state === 'watch';

/** Status a state is drawn with; what cannot be judged is not known, never well. */
export function driftStatus(state: DriftState): Status {
  if (state === 'drifted') return 'bad';
  if (state === 'watch' || state === 'vanished' || state === 'new') return 'watch';
  return state === 'stable' || state === 'within-noise' ? 'ok' : 'unknown';
}

/** A state in words, with the sample where it is the reason. */
export function driftWord(
  state: DriftState,
  { referenceCount, currentCount }: Pick<DriftSides, 'referenceCount' | 'currentCount'>,
): string {
  switch (state) {
    case 'drifted':
      return 'drifted';
    case 'watch':
      return 'shifting';
    case 'stable':
      return 'stable';
    case 'within-noise':
      return 'within sampling noise';
    case 'vanished':
      return 'vanished: the reference has it, this window does not';
    case 'new':
      return 'new: the reference does not have it';
    case 'not-comparable':
      return 'not comparable: the two sides share no bucket bounds';
    case 'not-measured':
      return 'not measured';
    default: {
      const least = Math.min(referenceCount ?? 0, currentCount ?? 0);
      const side = (referenceCount ?? 0) < MIN_VALUES ? 'the reference has' : 'this window has';
      return `not enough data (${side} ${formatCount(Math.floor(least))} of ${MIN_VALUES} values)`;
    }
  }
}

/** How a PSI came to be: "PSI over 10 bins, empty shares raised to 0.0001; n = 50 000 and 3 600". */
export function psiDefinition(
  verdict: DriftMeasure,
  sides: Pick<DriftSides, 'referenceCount' | 'currentCount'>,
): string {
  const noise =
    verdict.noiseLimit === null ? '' : `; without drift below ${formatNumber(verdict.noiseLimit)} in 99 of 100 windows`;
  const n = (count: number | null) => (count === null ? 'not measured' : formatCount(Math.floor(count)));
  return `PSI over ${verdict.bins} bins, natural logarithm, empty shares raised to 0.0001; n = ${n(sides.referenceCount)} of the reference and ${n(sides.currentCount)} now${noise}`;
}
