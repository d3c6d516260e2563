import type { Status } from '@/lib/contracts/answer';
import type { Measure, MeasureState } from '@/lib/contracts/compare';
import { formatMs, formatNumber, formatPoints } from './format';
import type { Interval } from './histogram';

/** What one measure of a comparison says, and how it is written. */

type Unit = Measure['unit'];

/** A difference in its unit, with sign: "+1.3 points", "−10 ms", "+0.04". */
export function formatDifference(value: number | null, unit: Unit): string {
  if (unit === 'ratio') return formatPoints(value);
  const text = unit === 'ms' ? formatMs(value) : formatNumber(value);
  return value !== null && value > 0 ? `+${text}` : text;
}

/** "+0.9 to +1.7 points": both ends with sign, the unit said once where it can be. */
export function formatInterval({ low, high }: Interval, unit: Unit): string {
  const first = formatDifference(low, unit);
  return `${unit === 'ratio' ? first.replace(/ points?$/, '') : first} to ${formatDifference(high, unit)}`;
}

/**
 * An interval against the most harm that is allowed. `worse` says which direction harms; the limit is a difference in
 * that direction. Beyond and within are said only where the whole interval is.
 */
export function stateAgainstLimit(interval: Interval, limit: number, worse: 'up' | 'down'): MeasureState {
  const harm = worse === 'up' ? interval : { low: -interval.high, high: -interval.low };
  const most = worse === 'up' ? limit : -limit;
  if (harm.low > most) return 'beyond';
  if (harm.high >= most) return 'undecided';
  return harm.high < 0 ? 'improves' : 'within';
}

/** An interval against zero, for a measure without a limit. */
export function stateAgainstZero(interval: Interval, worse: 'up' | 'down' | null): MeasureState {
  if (interval.low <= 0 && interval.high >= 0) return 'same';
  if (worse === null) return 'differs';
  return interval.low > 0 === (worse === 'up') ? 'worse' : 'better';
}

/** Status of a state: red only beyond a limit, by an interval that may be watched. */
const STATUS_OF: Readonly<Record<MeasureState, Status>> = {
  beyond: 'bad',
  within: 'ok',
  improves: 'ok',
  undecided: 'unknown',
  'bucket-too-wide': 'watch',
  'not-enough-data': 'unknown',
  'not-measured': 'unknown',
  worse: 'watch',
  better: 'ok',
  differs: 'unknown',
  same: 'ok',
};

/** A state in words, with the limit it is about. */
function wordOf(state: MeasureState, { limit, unit }: { limit: number | null; unit: Unit }): string {
  const edge = limit === null ? '' : ` ${formatDifference(limit, unit)}`;
  switch (state) {
    case 'beyond':
      return `beyond${edge}`;
    case 'within':
      return `within${edge}`;
    case 'improves':
      return 'improves';
    case 'undecided':
      return `crosses${edge}`;
    case 'bucket-too-wide':
      return 'bucket too wide';
    case 'not-enough-data':
      return 'not enough data';
    case 'not-measured':
      return 'not measured';
    case 'worse':
      return 'worse, no limit set';
    case 'better':
      return 'better';
    case 'differs':
      return 'differs';
    case 'same':
      return 'no difference seen';
  }
}

type Written = 'state' | 'word' | 'status' | 'championAtLeast' | 'challengerAtLeast' | 'brackets';

/** A measure from its numbers: the state gives word and status. */
export function toMeasure(
  measure: Omit<Measure, Written> & {
    state: MeasureState;
    word?: string;
    championAtLeast?: boolean;
    challengerAtLeast?: boolean;
    brackets?: Measure['brackets'];
  },
): Measure {
  return {
    championAtLeast: false,
    challengerAtLeast: false,
    brackets: null,
    ...measure,
    word: measure.word ?? wordOf(measure.state, measure),
    // A bucket too wide matters where a limit waits for its answer.
    status: measure.state === 'bucket-too-wide' && measure.limit === null ? 'unknown' : STATUS_OF[measure.state],
  };
}

/** A measure that could not be taken: a gap with its reason, never a pass and never a fail. */
export const absentMeasure = (
  measure: Pick<Measure, 'id' | 'name' | 'unit' | 'group' | 'limit' | 'worse' | 'definition'>,
  state: 'not-measured' | 'not-enough-data' = 'not-measured',
  samples = '',
): Measure =>
  toMeasure({
    ...measure,
    champion: null,
    challenger: null,
    difference: null,
    interval: null,
    intervalKind: 'fixed',
    samples,
    state,
  });
