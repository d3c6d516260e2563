'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Trace } from '@/lib/contracts/trace';
import { formatCount, formatMs } from '@/lib/domain/format';
import { traceLogsQuery } from '@/lib/queries/trace';
import { LogsLink } from './LogLines';

/** Lines of one span that are shown beside it; the trace's own list has all. */
const MAX_SHOWN = 20;
const MAX_CHARS = 600;

/** The log lines that name a span, in time order, and the way to them in Logs. Nothing where none does. */
export function SpanLogs({ trace, span }: { trace: Trace; span: string }) {
  const { data } = useQuery(traceLogsQuery(trace.traceId));
  const lines = useMemo(() => data?.lines.filter((line) => line.span === span) ?? [], [data, span]);
  if (lines.length === 0) return null;
  return (
    <section aria-label="Log lines of the span" className="grid gap-1">
      <h4 className="text-t3">Log lines</h4>
      <ol className="grid gap-1">
        {lines.slice(0, MAX_SHOWN).map(({ startMs, level, text, isCut }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one nanosecond have no identity but their order
          <li key={index} className="[overflow-wrap:anywhere]">
            <span className="text-t3">
              {startMs < 0 ? '−' : '+'}
              {formatMs(Math.abs(startMs))} {level}
            </span>{' '}
            <span className="whitespace-pre-wrap font-mono text-t1">
              {text.length > MAX_CHARS ? text.slice(0, MAX_CHARS).toWellFormed() : text}
            </span>
            {isCut || text.length > MAX_CHARS ? <span className="text-t3"> … cut here</span> : null}
          </li>
        ))}
      </ol>
      <p className="text-t3">
        {lines.length > MAX_SHOWN ? `The first ${MAX_SHOWN} of ${formatCount(lines.length)}. ` : null}
        <LogsLink trace={trace}>Open in Logs</LogsLink>
      </p>
    </section>
  );
}
