'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { IconButton } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { StatusWord } from '@/components/ui/Status';
import { useShortcut } from '@/components/ui/shortcuts';
import type { Trace, TraceSpan } from '@/lib/contracts/trace';
import { formatInstant, formatMs, formatRatioPercent } from '@/lib/domain/format';
import { traceSpanQuery } from '@/lib/queries/trace';
import { AttributeList } from './AttributeList';
import { SpanLogs } from './SpanLogs';
import { orNameless } from './span-colour';
import { useTraceView } from './use-trace-view';

/** All that the trace says about one span, beside the waterfall; on a small screen over its lower half. */
export function SpanPanel({
  trace,
  span,
  onClose,
  onOpen,
}: {
  trace: Trace;
  span: string;
  onClose: () => void;
  onOpen: (span: string) => void;
}) {
  const [view] = useTraceView();
  const [isWhole, setWhole] = useState(false);
  const query = useQuery({
    ...traceSpanQuery({ traceId: trace.traceId, span, clock: view.clock, whole: isWhole ? '1' : '0' }),
    // The beginning of a value stands until the whole of it is here.
    placeholderData: (previous: TraceSpan | undefined) => previous,
  });
  useShortcut({ keys: 'escape', label: 'Close the span', group: 'Page', run: onClose });
  return (
    <div className="min-w-0 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-30 max-lg:max-h-[62vh] max-lg:overflow-auto max-lg:border-line max-lg:border-t max-lg:bg-panel max-sm:bottom-14 lg:sticky lg:top-14 lg:max-h-[calc(100dvh-72px)] lg:self-start lg:overflow-auto">
      <QueryPanel
        title="Span"
        actions={
          <IconButton label="Close the span" onClick={onClose}>
            <X size={14} aria-hidden />
          </IconButton>
        }
        className="max-lg:rounded-none max-lg:border-0 [&>header]:sticky [&>header]:top-0 [&>header]:z-10 [&>header]:-mx-3 [&>header]:bg-panel [&>header]:px-3"
        query={query}
        height={320}
      >
        {(details) => (
          <Details trace={trace} span={span} details={details} onOpen={onOpen} onWhole={() => setWhole(true)} />
        )}
      </QueryPanel>
    </div>
  );
}

function Details({
  trace,
  span,
  details,
  onOpen,
  onWhole,
}: {
  trace: Trace;
  span: string;
  details: TraceSpan;
  onOpen: (span: string) => void;
  onWhole: () => void;
}) {
  const { zone } = useZone();
  const { parent } = details;
  return (
    <div className="grid gap-3 text-small">
      <div>
        <h3 className="text-body font-semibold text-t1 [overflow-wrap:anywhere]">{orNameless(details.name)}</h3>
        <p className="text-t2 [overflow-wrap:anywhere]">
          {orNameless(details.service)}{' '}
          <span className="text-t3">{details.kind === 'unspecified' ? '' : details.kind}</span>{' '}
          {details.status === 'error' ? <StatusWord status="bad" word="failed" /> : null}
        </p>
        {details.statusMessage === '' ? null : (
          <p className="text-bad [overflow-wrap:anywhere]">{details.statusMessage.slice(0, 2_000)}</p>
        )}
        {details.notes.map((note) => (
          <p key={note} className="text-watch [overflow-wrap:anywhere]">
            {note}
          </p>
        ))}
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <Row name="began">
          {formatInstant(details.atMs, zone)}
          <span className="text-t3">
            {' '}
            {formatMs(Math.abs(details.startMs))} {details.startMs < 0 ? 'before' : 'into'} the trace
          </span>
        </Row>
        <Row name="duration">{formatMs(details.durationMs)}</Row>
        <Row name="self">{share(details.selfMs, details.durationMs)}</Row>
        <Row name="critical path">
          {share(details.criticalMs, trace.rootDurationMs)} <span className="text-t3">of the root&rsquo;s</span>
        </Row>
        <Row name="span id">
          <span className="font-mono">{details.spanId}</span>
        </Row>
        {details.parentSpanId === null ? null : (
          <Row name="parent">
            {parent === null ? (
              <span className="font-mono text-t2">{details.parentSpanId}, not here</span>
            ) : (
              <button type="button" className="link font-mono" onClick={() => onOpen(parent)}>
                {details.parentSpanId}
              </button>
            )}
          </Row>
        )}
        {details.scope === '' ? null : <Row name="scope">{details.scope}</Row>}
      </dl>
      <SpanLogs trace={trace} span={span} />
      <AttributeList title="Attributes" attributes={details.attributes} onWhole={onWhole} />
      {details.events.length === 0 ? null : (
        <section aria-label="Events" className="grid gap-2">
          <h4 className="text-t3">Events</h4>
          {details.events.map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity but their order
            <div key={index} className="grid gap-1">
              <p className="[overflow-wrap:anywhere]">
                {orNameless(event.name)} <span className="text-t3">at {formatMs(event.startMs)}</span>
              </p>
              <AttributeList attributes={event.attributes} onWhole={onWhole} />
              {event.stackTrace === null ? null : (
                <pre
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
                  tabIndex={0}
                  className="max-h-64 overflow-auto rounded-panel bg-raised p-2 font-mono text-axis text-t1"
                >
                  {event.stackTrace}
                </pre>
              )}
            </div>
          ))}
        </section>
      )}
      {details.links.length === 0 ? null : (
        <section aria-label="Links" className="grid gap-1">
          <h4 className="text-t3">Links to other spans</h4>
          {details.links.map((link, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: links have no identity but their order
            <div key={index}>
              {link.traceId === null ? (
                <span className="text-t2">a link without a trace id</span>
              ) : (
                <ViewLink
                  to={`${tracePath(link.traceId)}${link.spanId === null ? '' : `?span=${link.spanId}`}`}
                  className="link font-mono [overflow-wrap:anywhere]"
                >
                  {link.traceId}
                </ViewLink>
              )}
              <AttributeList attributes={link.attributes} onWhole={onWhole} />
            </div>
          ))}
        </section>
      )}
      <AttributeList title="Resource" attributes={details.resource} onWhole={onWhole} />
      {details.cut.map((text) => (
        <p key={text} className="text-t3">
          {text}
        </p>
      ))}
    </div>
  );
}

const share = (ms: number, of: number): string =>
  of > 0 ? `${formatMs(ms)} (${formatRatioPercent(Math.min(1, ms / of))})` : formatMs(ms);

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="min-w-0 text-t1 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
