'use client';

import { Download, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { IconButton } from '@/components/ui/Button';
import { useFrozen } from '@/components/ui/frozen';
import { useZone } from '@/components/ui/preference';
import { Hint } from '@/components/ui/Tooltip';
import type { Trace } from '@/lib/contracts/trace';
import { formatCount, formatInstant, formatMs } from '@/lib/domain/format';
import { rawTracePath } from '@/lib/queries/trace';
import { orNameless } from './span-colour';

const MAX_SERVICES = 6;

/** The facts of a trace in a line or two: who, when, how long, how many. */
export function TraceFacts({
  trace,
  onRefresh,
  isRefreshing,
}: {
  trace: Trace;
  onRefresh: () => void;
  isRefreshing: boolean;
}) {
  const { zone } = useZone();
  const isFrozen = useFrozen() !== null;
  const { services } = trace;
  return (
    <div className="flex items-start gap-2">
      <dl className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-0.5 text-small">
        <Fact name="trace">
          <span className="font-mono [overflow-wrap:anywhere]">{trace.traceId}</span>
        </Fact>
        <Fact name="began">{formatInstant(trace.startMs, zone)}</Fact>
        <Fact name={trace.root.isTrueRoot ? 'root' : 'longest'}>{formatMs(trace.rootDurationMs)}</Fact>
        <Fact name="whole trace">{formatMs(trace.durationMs)}</Fact>
        <Fact name="spans">{formatCount(trace.spanCount)}</Fact>
        <Fact name="failed">
          <span className={trace.errorCount > 0 ? 'text-bad' : undefined}>{formatCount(trace.errorCount)}</span>
        </Fact>
        {trace.model === null ? null : (
          <Fact name="model">
            <ViewLink to={`/models/${encodeURIComponent(trace.model)}`} className="link">
              {trace.model}
            </ViewLink>
            {trace.version === null ? '' : ` ${trace.version}`}
          </Fact>
        )}
        {trace.requestId === null ? null : (
          <Fact name="request">
            <ViewLink to={`/requests/${encodeURIComponent(trace.requestId)}`} className="link font-mono">
              {trace.requestId}
            </ViewLink>
          </Fact>
        )}
        {trace.segment === null ? null : <Fact name="segment">{trace.segment}</Fact>}
        <Fact name={services.length === 1 ? 'service' : `${services.length} services`}>
          {services.slice(0, MAX_SERVICES).map(({ service, spans, errors }, index) => (
            <span key={service}>
              {index === 0 ? '' : ', '}
              {orNameless(service)} <span className="text-t3">{formatCount(spans)}</span>
              {errors > 0 ? <span className="text-bad"> {formatCount(errors)} failed</span> : null}
            </span>
          ))}
          {services.length > MAX_SERVICES ? (
            <Hint
              text={services
                .slice(MAX_SERVICES, 100)
                .map(({ service, spans }) => `${orNameless(service)} ${formatCount(spans)}`)
                .join(', ')}
            >
              {' '}
              and {services.length - MAX_SERVICES} more
            </Hint>
          ) : null}
        </Fact>
      </dl>
      {isFrozen ? null : (
        <div className="flex shrink-0" data-noprint>
          <IconButton label="Ask for late spans" onClick={onRefresh} disabled={isRefreshing}>
            <RotateCw size={14} aria-hidden />
          </IconButton>
          <a
            href={rawTracePath(trace.traceId)}
            download
            aria-label="Download the trace as JSON"
            title="Download the trace as JSON"
            className="inline-flex size-7 items-center justify-center rounded-panel text-t2 hover:bg-raised hover:text-t1"
          >
            <Download size={14} aria-hidden />
          </a>
        </div>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 max-w-full gap-1.5">
      <dt className="shrink-0 text-t3">{name}</dt>
      <dd className="min-w-0 text-t1 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
