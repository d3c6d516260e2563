import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { SeriesSet } from '@/lib/contracts/series';
import { formatCount, formatDuration, formatNumber, formatRatioPercent, formatTime } from './format';
import { isFailure, LEVELS, type Level, toLevel } from './log-level';
import { findRise } from './log-rise';
import { MINUTE_MS } from './time';

export interface LogsAnswerInput {
  /** Lines by level over time, label `level`; null when they could not be counted. */
  volume: SeriesSet | null;
  /** Why they could not, in a sentence. */
  notCounted: string | null;
  /** What Loki left out of the count, in a sentence. */
  partial: string | null;
  /** Said when nothing matches. */
  emptiness: { what: string } | null;
  /** Zone times are written in; undefined is the reader's own. */
  zone: string | undefined;
}

/** Counts by level, in the order of their weight. Levels that Loki spells differently are one. */
export function byLevel(set: SeriesSet): { level: Level; values: number[] }[] {
  const length = Math.max(0, ...set.series.map(({ values }) => values.length));
  const rows = new Map<Level, number[]>();
  for (const { labels, values } of set.series) {
    const level = toLevel(labels.level);
    const row = rows.get(level) ?? new Array<number>(length).fill(0);
    for (const [i, value] of values.entries()) row[i] = (row[i] ?? 0) + (value ?? 0);
    rows.set(level, row);
  }
  return LEVELS.flatMap((level) => {
    const values = rows.get(level);
    return values === undefined ? [] : [{ level, values }];
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * The sentence of the Logs page: how many lines match, how many of them are failures, and whether those became more
 * within the range and since when. The counts are of all lines, not of those that the list has loaded.
 */
export function logsAnswer({ volume, notCounted, partial, emptiness, zone }: LogsAnswerInput): AnswerText {
  if (volume === null) {
    const reason = notCounted ?? 'The lines could not be counted.';
    return [
      {
        status: 'unknown',
        parts: [
          { text: 'How many lines match is not known. ', tone: 'value' },
          { text: reason, tone: 'muted' },
        ],
      },
    ];
  }
  const levels = byLevel(volume);
  const total = levels.reduce((all, { values }) => all + sum(values), 0);
  if (total === 0) {
    return [
      {
        status: 'unknown',
        // The reason stands where the lines would be.
        parts: [{ text: emptiness?.what ?? 'No line matches in this range.', tone: 'value' }],
      },
    ];
  }
  const length = levels[0]?.values.length ?? 0;
  const failing = levels.filter(({ level }) => isFailure(level));
  const failures = new Array<number>(length).fill(0);
  for (const { values } of failing) for (const [i, value] of values.entries()) failures[i] = (failures[i] ?? 0) + value;
  const errors = sum(failures);
  const unnamed = sum(levels.find(({ level }) => level === 'unknown')?.values ?? []);
  const hasLevels = unnamed < total;

  const parts: AnswerPart[] = [
    { text: `${formatCount(total)} ${total === 1 ? 'line matches' : 'lines match'}`, tone: 'value' },
  ];
  if (!hasLevels) parts.push({ text: '; none of them names its level.', tone: 'muted' });
  else if (errors === 0) parts.push({ text: ', none of them an error.', tone: 'value' });
  else {
    parts.push(
      { text: ', ', tone: 'value' },
      {
        text:
          errors === total
            ? total === 1
              ? 'an error'
              : 'all of them errors'
            : `${formatCount(errors)} of them errors`,
        tone: 'value',
      },
      { text: errors === total ? '.' : ` (${formatRatioPercent(errors / total)}).`, tone: 'muted' },
    );
  }
  const rise = hasLevels ? findRise(failures) : null;
  if (rise !== null) {
    const perMinute = MINUTE_MS / volume.stepMs;
    const at = formatTime(volume.startMs + rise.index * volume.stepMs, zone);
    parts.push(
      { text: ` Errors rose since ${at}`, tone: 'bad' },
      {
        text: `: ${formatNumber(rise.after * perMinute)} a minute against ${formatNumber(rise.before * perMinute)} before.`,
        tone: 'value',
      },
    );
  } else if (errors > 0 && length >= 6 && !tooFew(errors)) {
    parts.push({ text: ' They did not rise within this range beyond chance.', tone: 'muted' });
  }
  if (unnamed > 0 && hasLevels && unnamed / total >= 0.05) {
    parts.push({ text: ` ${formatCount(unnamed)} lines name no level.`, tone: 'muted' });
  }
  if (partial !== null) parts.push({ text: ` Not all is counted: ${partial}`, tone: 'watch' });
  parts.push({ text: ` Counted by ${formatDuration(volume.stepMs)}.`, tone: 'muted' });
  return [{ status: rise !== null ? 'bad' : partial !== null ? 'watch' : 'ok', parts }];
}

const tooFew = (errors: number): boolean => errors < 10;
