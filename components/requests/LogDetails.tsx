'use client';

import { ViewLink } from '@/components/shell/ViewLink';
import type { StoryLogLine } from '@/lib/contracts/request-story';

/** A log line in full: its fields, where it leads, and the line itself. All of it is text from outside. */
export function LogDetails({ line, traceId }: { line: StoryLogLine; traceId: string | null }) {
  return (
    <div className="grid gap-2 bg-raised px-3 py-2 text-small sm:pl-[200px]">
      <dl className="grid grid-cols-[minmax(80px,max-content)_1fr] gap-x-3 font-mono">
        {line.fields.map(([name, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice in one line
          <div key={index} className="contents">
            <dt className="text-t3 [overflow-wrap:anywhere]">{name}</dt>
            <dd className="min-w-0 text-t1 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary className="text-t2">The line as it was logged{line.isCut ? ', its beginning' : ''}</summary>
        <pre className="mt-1 max-h-64 overflow-auto whitespace-pre-wrap font-mono [overflow-wrap:anywhere]">
          {line.line}
        </pre>
      </details>
      {line.spanId !== null && traceId !== null ? (
        <p>
          <ViewLink to={`/traces/${traceId}?span=${encodeURIComponent(line.spanId)}`} className="link">
            Open its span
          </ViewLink>
        </p>
      ) : null}
    </div>
  );
}
