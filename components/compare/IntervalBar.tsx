import { IntervalMark } from '@/components/ui/IntervalMark';
import type { Measure } from '@/lib/contracts/compare';
import { formatDifference, formatInterval } from '@/lib/domain/compare-state';

const WIDTH = 124;
const MIDDLE = WIDTH / 2;
const MARGIN = 6;

/**
 * A difference against zero and its limit: zero and limit as verticals, the interval as a bar, the estimate as a tick.
 * Zero stands in the middle and harm lies to the right, whatever the measure; each row has its own scale. Where the
 * buckets limit the answer, brackets hold all that the difference may be.
 */
export function IntervalBar({ measure }: { measure: Measure }) {
  const { interval, limit, difference, worse, brackets, state } = measure;
  const sign = worse === 'down' ? -1 : 1;
  const bracket =
    interval === null && brackets !== null
      ? {
          low: brackets.challenger.low - brackets.champion.high,
          high: brackets.challenger.high - brackets.champion.low,
        }
      : null;
  const span = interval ?? bracket;
  if (span === null || (difference === null && bracket === null)) return null;
  const reach = Math.max(
    Math.abs(span.low),
    Math.abs(span.high),
    Math.abs(difference ?? 0),
    limit === null ? 0 : Math.abs(limit),
    Number.MIN_VALUE,
  );
  const x = (value: number): number => MIDDLE + (sign * value * (MIDDLE - MARGIN)) / reach;
  const label = [
    interval === null ? `anywhere from ${formatInterval(span, measure.unit)}` : formatInterval(span, measure.unit),
    limit === null ? null : `limit ${formatDifference(limit, measure.unit)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
  return (
    <IntervalMark
      label={label}
      width={WIDTH}
      at={{
        reference: MIDDLE,
        limit: limit === null ? null : x(limit),
        ends: [x(span.low), x(span.high)],
        estimate: difference === null ? null : x(difference),
      }}
      isBad={state === 'beyond'}
      isBracket={bracket !== null}
    />
  );
}
