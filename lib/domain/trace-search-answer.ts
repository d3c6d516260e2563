import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { TraceSearch } from '@/lib/contracts/traces';
import { muted, value } from './answer-parts';
import { formatCount, formatMs, formatRatioPercent } from './format';

/** Value at a share of a sorted list, nearest rank. */
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

/**
 * The sentence the page opens with: how many traces these are and how they were chosen, how long they took, how many
 * failed. The figures are of the traces found, and are said to be where more match. Empty where nothing was found.
 */
export function traceSearchAnswer({ rows, chosen, more, isOrderCertain, order }: TraceSearch): AnswerText {
  if (rows.length === 0) return [];
  const durations = rows.map(({ traceDurationMs }) => traceDurationMs).sort((a, b) => a - b);
  const known = rows.filter(({ failed }) => failed !== null);
  const failed = known.filter((row) => row.failed).length;
  const half = `half took under ${formatMs(at(durations, 0.5))}, a tenth over ${formatMs(at(durations, 0.9))}`;
  const outcome =
    known.length === 0
      ? 'whether they failed is not known'
      : failed === 0
        ? 'none failed'
        : `${formatCount(failed)} failed (${formatRatioPercent(failed / known.length)})`;
  const parts: AnswerPart[] = [value(`${chosen}.`), value(` ${half[0]?.toUpperCase()}${half.slice(1)}; ${outcome}.`)];
  parts.push(
    muted(
      order === 'slowest'
        ? ' The slowest say nothing about the rest.'
        : ` Figures of the traces here${more ? ', not of all that match' : ''}: samplers keep failed and slow ones more often.`,
    ),
  );
  const status = !isOrderCertain ? 'unknown' : failed > 0 ? 'watch' : 'ok';
  return [{ status, parts }];
}
