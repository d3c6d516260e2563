import type { MissingState } from '@/lib/contracts/drift-state';
import { newcombeDifference, type Proportion, pooledZTest, wilsonInterval } from './comparison';
import { FALSE_DISCOVERY_RATE, MIN_VALUES } from './drift-verdict';
import { benjaminiHochberg } from './false-discovery';
import type { Interval } from './histogram';

/** A rise smaller than a point, or than by half, is no reason to look, however certain: 0.1 % to 0.2 % is "doubled". */
const NOTABLE_MISSING_RISE = 0.01;
const NOTABLE_MISSING_FACTOR = 1.5;

/** Missing among observed values of one feature; null is not measured. */
export interface MissingSides {
  readonly reference: Proportion | null;
  readonly current: Proportion | null;
}

export interface MissingVerdict {
  readonly state: MissingState;
  /** Rate now, 0 to 1, with its Wilson interval. */
  readonly rate: number | null;
  readonly interval: Interval | null;
  readonly referenceRate: number | null;
  /** Rate now less the reference's, with Newcombe's interval. */
  readonly difference: { readonly difference: number; readonly interval: Interval } | null;
}

const rateOf = (side: Proportion | null): number | null =>
  side === null || !(side.total > 0) ? null : Math.min(1, Math.max(0, side.successes / side.total));

/**
 * Missing values of the features of one window, in their order. Risen or fallen only where Newcombe's interval excludes
 * 0, the change is at least a point and by half, and its test stands after Benjamini–Hochberg over the features.
 */
export function missingVerdicts(features: readonly MissingSides[]): MissingVerdict[] {
  const tests = features.map(({ reference, current }) =>
    reference === null || current === null || reference.total < MIN_VALUES || current.total < MIN_VALUES
      ? null
      : pooledZTest(reference, current),
  );
  const tested = tests.flatMap((p, i) => (p === null ? [] : [{ p, i }]));
  const q = benjaminiHochberg(tested.map(({ p }) => p));
  const qOf = new Map(tested.map(({ i }, at) => [i, q[at] ?? 1]));
  return features.map(({ reference, current }, i) => {
    const rate = rateOf(current);
    const referenceRate = rateOf(reference);
    const difference = reference === null || current === null ? null : newcombeDifference(reference, current);
    return {
      state: stateOf({ reference, current }, difference, qOf.get(i) ?? null),
      rate,
      interval: current === null ? null : wilsonInterval(current),
      referenceRate,
      difference,
    };
  });
}

function stateOf(
  { reference, current }: MissingSides,
  compared: MissingVerdict['difference'],
  qValue: number | null,
): MissingState {
  if (current === null || !(current.total > 0)) return 'not-measured';
  if (current.total < MIN_VALUES) return 'not-enough-data';
  if (reference === null || !(reference.total > 0)) return 'no-reference';
  if (qValue === null || compared === null) return 'not-enough-data';
  const before = rateOf(reference) ?? 0;
  const now = rateOf(current) ?? 0;
  const isNotable =
    Math.abs(now - before) >= NOTABLE_MISSING_RISE &&
    Math.max(now, before) >= NOTABLE_MISSING_FACTOR * Math.min(now, before);
  if (qValue > FALSE_DISCOVERY_RATE || !isNotable) return 'steady';
  if (compared.interval.low > 0) return 'risen';
  return compared.interval.high < 0 ? 'fallen' : 'steady';
}
