import { LEAST_RECALL_RATIO } from '@/lib/domain/fairness';
import { formatRatioPercent } from '@/lib/domain/format';

const WIDTH = 132;
const HEIGHT = 16;
/** Ratios drawn: from half to a quarter above. */
const FROM = 0.5;
const TO = 1.25;

/** A cohort's recall ÷ overall with its interval: 1 as a line, the limit of 0.9 as a dash, the same scale in every row. */
export function RatioBar({
  ratio,
  isBelow,
}: {
  ratio: { value: number; interval: { low: number; high: number } };
  isBelow: boolean;
}) {
  const x = (value: number): number => ((Math.min(TO, Math.max(FROM, value)) - FROM) / (TO - FROM)) * (WIDTH - 4) + 2;
  const left = x(ratio.interval.low);
  const right = Math.max(x(ratio.interval.high), left + 2);
  const label = `${formatRatioPercent(ratio.value)} of overall, 95 % interval ${formatRatioPercent(ratio.interval.low)} to ${formatRatioPercent(ratio.interval.high)}`;
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="keeps-colour block">
      <line x1={x(1)} x2={x(1)} y1={1} y2={HEIGHT - 1} className="stroke-t3" strokeWidth={1} />
      <line
        x1={x(LEAST_RECALL_RATIO)}
        x2={x(LEAST_RECALL_RATIO)}
        y1={1}
        y2={HEIGHT - 1}
        className="stroke-bad"
        strokeWidth={1.25}
        strokeDasharray="2 2"
      />
      <rect
        x={left}
        y={HEIGHT / 2 - 3}
        width={right - left}
        height={6}
        rx={1}
        className={isBelow ? 'fill-bad' : 'fill-t3'}
        opacity={0.65}
      />
      <line
        x1={x(ratio.value)}
        x2={x(ratio.value)}
        y1={HEIGHT / 2 - 5}
        y2={HEIGHT / 2 + 5}
        className={isBelow ? 'stroke-bad' : 'stroke-t1'}
        strokeWidth={2}
      />
    </svg>
  );
}
