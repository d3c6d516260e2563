'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { QueryState } from '@/components/ui/QueryState';
import type { LogRow } from '@/lib/contracts/logs';
import { stripAnsi } from '@/lib/domain/ansi';
import { formatCount, formatRatioPercent } from '@/lib/domain/format';
import { ANY, patternsOf } from '@/lib/domain/log-patterns';
import { type LogQuestion, logPatternsQuery } from '@/lib/queries/logs';

interface PatternRow {
  pattern: string;
  level: string | null;
  count: number;
  share: number;
}

const toRows = (patterns: readonly { pattern: string; level: string | null; count: number }[]): PatternRow[] => {
  const total = patterns.reduce((sum, { count }) => sum + count, 0);
  return patterns.map((one) => ({ ...one, share: total === 0 ? 0 : one.count / total }));
};

/** The longest text between the parts that vary: what a filter by text finds the lines with. */
export const longestWords = (pattern: string): string =>
  pattern
    .split(ANY)
    .flatMap((part) => part.split(' · '))
    .map((part) => stripAnsi(part).trim())
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '');

/** Shapes of the lines: as Loki keeps them, else of the lines that are loaded, and which of both is said. */
export function PatternsView({
  question,
  rows,
  onText,
}: {
  question: LogQuestion;
  rows: readonly LogRow[];
  onText: ((text: string) => void) | null;
}) {
  const query = useQuery(logPatternsQuery(question));
  const own = useMemo(
    () =>
      query.data?.patterns === null
        ? patternsOf(rows.map(({ line, level }) => ({ line: stripAnsi(line), level })))
        : [],
    [query.data, rows],
  );
  const columns = useMemo<Column<PatternRow>[]>(
    () => [
      {
        id: 'count',
        header: 'Lines',
        numeric: true,
        value: ({ count }) => count,
        cell: ({ count }) => formatCount(count),
        className: 'w-20',
      },
      {
        id: 'share',
        header: 'Share',
        numeric: true,
        value: ({ share }) => share,
        cell: ({ share }) => formatRatioPercent(share),
        className: 'w-16',
      },
      {
        id: 'level',
        header: 'Level',
        value: ({ level }) => level,
        cell: ({ level }) => level ?? '–',
        className: 'w-16',
      },
      {
        id: 'pattern',
        header: 'Pattern',
        value: ({ pattern }) => pattern,
        cell: ({ pattern }) => {
          const text = longestWords(pattern);
          const words = (
            <span className="font-mono whitespace-normal [overflow-wrap:anywhere]">{stripAnsi(pattern)}</span>
          );
          return onText === null || text.length < 3 ? (
            words
          ) : (
            <button
              type="button"
              className="text-left hover:underline"
              title={`Only lines with "${text}"`}
              onClick={() => onText(text)}
            >
              {words}
            </button>
          );
        },
      },
    ],
    [onText],
  );
  return (
    <QueryState query={query} height={200}>
      {({ patterns, note }) => (
        <div className="grid gap-2">
          <p className="text-small text-t2">
            {note}
            {patterns === null ? ` ${formatCount(rows.length)} lines are loaded.` : ''}
          </p>
          <DataTable
            label="Patterns"
            rows={toRows(patterns ?? own)}
            columns={columns}
            rowId={({ pattern, level }) => `${pattern} ${level}`}
            sortParam="patterns"
          />
        </div>
      )}
    </QueryState>
  );
}
