import type { Measure } from '@/lib/contracts/compare';
import { formatNumber, formatPercentFigure } from '@/lib/domain/format';

/** Figures of the differences table: units stand beside the measure's name. */

export const UNIT_SIGN: Readonly<Record<Measure['unit'], string>> = { ratio: '%', ms: 'ms', number: '' };

/**
 * A side's value without its unit; a dash where the measure has no value a side. Shares that differ by less than a point
 * have a decimal, so that two that differ do not look the same.
 */
export function valueFigure(
  value: number | null,
  { unit, difference }: Pick<Measure, 'unit' | 'difference'>,
  atLeast: boolean,
): string {
  if (value === null) return '–';
  const isClose = difference !== null && difference !== 0 && Math.abs(difference) < 0.01;
  const share = isClose && value >= 0.1 && value <= 0.99 ? (value * 100).toFixed(1) : formatPercentFigure(value);
  return `${atLeast ? '≥ ' : ''}${unit === 'ratio' ? share : formatNumber(value)}`;
}

/** A difference without its unit, ratios in points, with its sign. */
export function differenceFigure(value: number | null, unit: Measure['unit']): string {
  if (value === null) return '–';
  const scaled = unit === 'ratio' ? value * 100 : value;
  const text = formatNumber(scaled, 2);
  return scaled > 0 && /[1-9]/.test(text) && unit !== 'number' ? `+${text}` : text;
}

/** "+0.9 to +1.7", or the buckets that hold both sides where they limit the answer. */
export function rangeFigure({ interval, brackets, unit }: Measure): string {
  if (interval !== null) return `${differenceFigure(interval.low, unit)} to ${differenceFigure(interval.high, unit)}`;
  if (brackets === null) return '–';
  const { champion, challenger } = brackets;
  const low = Math.min(champion.low, challenger.low);
  const high = Math.max(champion.high, challenger.high);
  return `[${formatNumber(low)}, ${formatNumber(high)}] bucket`;
}
