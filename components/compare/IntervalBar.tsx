import { clsx } from 'clsx';
import type { Measure } from '@/lib/contracts/compare';
import { formatDifference, formatInterval } from '@/lib/domain/compare-state';

const WIDTH = 124;
const HEIGHT = 16;
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
  const [from, to] = [x(span.low), x(span.high)].toSorted((a, b) => a - b);
  const left = from ?? MIDDLE;
  const right = Math.max(to ?? MIDDLE, left + 2);
  const isBad = state === 'beyond';
  const label = [
    interval === null ? `anywhere from ${formatInterval(span, measure.unit)}` : formatInterval(span, measure.unit),
    limit === null ? null : `limit ${formatDifference(limit, measure.unit)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="keeps-colour block">
      <line x1={MIDDLE} x2={MIDDLE} y1={1} y2={HEIGHT - 1} className="stroke-t3" strokeWidth={1} />
      {limit === null ? null : (
        <line
          x1={x(limit)}
          x2={x(limit)}
          y1={1}
          y2={HEIGHT - 1}
          className="stroke-bad"
          strokeWidth={1.25}
          strokeDasharray="2 2"
        />
      )}
      {bracket === null ? (
        <rect
          x={left}
          y={HEIGHT / 2 - 3}
          width={right - left}
          height={6}
          rx={1}
          className={clsx(isBad ? 'fill-bad' : 'fill-t3')}
          opacity={0.65}
        />
      ) : (
        <path
          d={`M${left + 4} 3H${left}V${HEIGHT - 3}H${left + 4} M${right - 4} 3H${right}V${HEIGHT - 3}H${right - 4} M${left} ${HEIGHT / 2}H${right}`}
          className={limit === null ? 'stroke-t3' : 'stroke-watch'}
          fill="none"
          strokeWidth={1.25}
        />
      )}
      {difference === null || bracket !== null ? null : (
        <line
          x1={x(difference)}
          x2={x(difference)}
          y1={HEIGHT / 2 - 5}
          y2={HEIGHT / 2 + 5}
          className={isBad ? 'stroke-bad' : 'stroke-t1'}
          strokeWidth={2}
        />
      )}
    </svg>
  );
}
