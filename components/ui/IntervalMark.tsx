const HEIGHT = 16;
const MIDDLE = HEIGHT / 2;
/** Narrower than this an interval could not be seen. */
const LEAST_WIDTH = 2;

/**
 * An interval as a bar with its estimate as a tick, beside a reference line and the limit as a dash. Positions are pixels
 * from the left; whoever draws it owns the scale. `isBracket`: brackets that hold all it may be, and no estimate.
 */
export function IntervalMark({
  label,
  width,
  at,
  isBad,
  isBracket = false,
}: {
  label: string;
  width: number;
  at: { reference: number; limit: number | null; ends: readonly [number, number]; estimate: number | null };
  isBad: boolean;
  isBracket?: boolean;
}) {
  const left = Math.min(...at.ends);
  const right = Math.max(...at.ends, left + LEAST_WIDTH);
  return (
    <svg role="img" aria-label={label} width={width} height={HEIGHT} className="keeps-colour block">
      <line x1={at.reference} x2={at.reference} y1={1} y2={HEIGHT - 1} className="stroke-t3" strokeWidth={1} />
      {at.limit === null ? null : (
        <line
          x1={at.limit}
          x2={at.limit}
          y1={1}
          y2={HEIGHT - 1}
          className="stroke-bad"
          strokeWidth={1.25}
          strokeDasharray="2 2"
        />
      )}
      {isBracket ? (
        <path
          d={`M${left + 4} 3H${left}V${HEIGHT - 3}H${left + 4} M${right - 4} 3H${right}V${HEIGHT - 3}H${right - 4} M${left} ${MIDDLE}H${right}`}
          className={at.limit === null ? 'stroke-t3' : 'stroke-watch'}
          fill="none"
          strokeWidth={1.25}
        />
      ) : (
        <rect
          x={left}
          y={MIDDLE - 3}
          width={right - left}
          height={6}
          rx={1}
          className={isBad ? 'fill-bad' : 'fill-t3'}
          opacity={0.65}
        />
      )}
      {at.estimate === null || isBracket ? null : (
        <line
          x1={at.estimate}
          x2={at.estimate}
          y1={MIDDLE - 5}
          y2={MIDDLE + 5}
          className={isBad ? 'stroke-bad' : 'stroke-t1'}
          strokeWidth={2}
        />
      )}
    </svg>
  );
}
