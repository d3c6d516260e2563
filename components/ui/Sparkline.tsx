import { clsx } from 'clsx';
import { formatValue, NOT_MEASURED, type Unit } from '@/lib/domain/format';

const WIDTH = 96;
const HEIGHT = 24;
const PAD = 3;

export interface SparklineProps {
  values: readonly (number | null)[];
  unit: Unit;
  /** What it shows, for a screen reader; absent: its last, lowest and highest value. */
  label?: string;
  /** Highest and lowest value of the column, so that lines of one column compare; absent: its own. */
  scale?: { min: number; max: number };
  className?: string;
}

/** A line of 96 × 24 with its last value marked. Gaps stay gaps; nothing measured draws nothing. */
export function Sparkline({ values, unit, label, scale, className }: SparklineProps) {
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return <span className="text-t3">{NOT_MEASURED}</span>;
  const low = measured.reduce((a, b) => Math.min(a, b));
  const high = measured.reduce((a, b) => Math.max(a, b));
  const min = scale?.min ?? low;
  const max = scale?.max ?? high;
  const x = (index: number) => PAD + (index / Math.max(1, values.length - 1)) * (WIDTH - 2 * PAD);
  // A line that does not move lies in the middle, not on the floor.
  const y = (value: number) =>
    max === min ? HEIGHT / 2 : HEIGHT - PAD - ((value - min) / (max - min)) * (HEIGHT - 2 * PAD);
  const path = values
    .map((value, index) => {
      if (value === null) return '';
      const starts = (values[index - 1] ?? null) === null;
      return `${starts ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
  const lastIndex = values.findLastIndex((value) => value !== null);
  const last = values[lastIndex] ?? min;
  return (
    <svg
      role="img"
      aria-label={
        label ?? `Last ${formatValue(last, unit)}, between ${formatValue(low, unit)} and ${formatValue(high, unit)}`
      }
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className={clsx('inline-block align-middle', className ?? 'text-t2')}
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.4} strokeLinecap="round" strokeLinejoin="round" />
      <circle cx={x(lastIndex)} cy={y(last)} r={2} fill="currentColor" />
    </svg>
  );
}
