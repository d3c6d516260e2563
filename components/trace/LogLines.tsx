'use client';

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { ViewLink } from '@/components/shell/ViewLink';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { Trace, TraceLogLine } from '@/lib/contracts/trace';
import { formatMs } from '@/lib/domain/format';
import { traceLogsQuery } from '@/lib/queries/trace';

const HEIGHT = 240;
const AROUND_MS = 5 * 60_000;
const LEVEL_TONE: Readonly<Record<string, string>> = {
  error: 'text-bad',
  fatal: 'text-bad',
  critical: 'text-bad',
  warn: 'text-watch',
  warning: 'text-watch',
};

/** The log lines of the trace from every service, in time order, each beside its place in the trace. */
export function LogLines({ trace, onOpen }: { trace: Trace; onOpen: (span: string) => void }) {
  const query = useQuery(traceLogsQuery(trace.traceId));
  return (
    <QueryPanel
      title="Log lines"
      definition={query.data?.found ?? 'lines with this trace’s id'}
      actions={<LogsLink trace={trace}>Open in Logs</LogsLink>}
      query={query}
      height={HEIGHT}
      diagnosis={({ lines, found }) =>
        lines.length > 0
          ? null
          : {
              what: 'No log line has this trace’s id.',
              why: found,
              action: <LogsLink trace={trace}>Search the logs</LogsLink>,
            }
      }
    >
      {({ lines, truncated }) => (
        <>
          <ol className="-mx-3 max-h-[68vh] overflow-auto" aria-label="Log lines of the trace">
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one nanosecond have no identity but their order
              <Line key={index} line={line} onOpen={onOpen} />
            ))}
          </ol>
          {truncated === null ? null : <p className="mt-2 text-small text-t3">{truncated}</p>}
        </>
      )}
    </QueryPanel>
  );
}

/** The logs around this trace, with its id as the text that is looked for. */
export function LogsLink({ trace, children }: { trace: Trace; children: string }) {
  const from = String(Math.max(0, Math.floor(trace.startMs - AROUND_MS)));
  const to = String(Math.ceil(trace.startMs + trace.durationMs + AROUND_MS));
  return (
    <ViewLink
      className="link py-1 text-small"
      to={`/logs?text=${trace.traceId}`}
      patch={{ from, to, model: null, versions: [] }}
    >
      {children}
    </ViewLink>
  );
}

function Line({ line, onOpen }: { line: TraceLogLine; onOpen: (span: string) => void }) {
  const { span, level } = line;
  return (
    <li className="grid grid-cols-[84px_minmax(0,1fr)_auto] gap-x-3 border-line border-t px-3 py-1 text-small [contain-intrinsic-size:auto_28px] [content-visibility:auto] max-sm:grid-cols-[72px_minmax(0,1fr)]">
      <span className="text-right font-mono text-t3">
        {line.startMs < 0 ? '−' : '+'}
        {formatMs(Math.abs(line.startMs))}
      </span>
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {level === null ? null : (
          <span className={clsx('mr-2', LEVEL_TONE[level.toLowerCase()] ?? 'text-t3')}>{level}</span>
        )}
        {line.service === null ? null : <span className="mr-2 text-t2">{line.service}</span>}
        <span className="whitespace-pre-wrap font-mono text-t1">{line.text}</span>
        {line.isCut ? <span className="text-t3"> … cut here</span> : null}
      </span>
      {span === null ? (
        <span className="text-t3 max-sm:col-start-2">no span</span>
      ) : (
        <button type="button" className="link justify-self-start max-sm:col-start-2" onClick={() => onOpen(span)}>
          Span
        </button>
      )}
    </li>
  );
}
