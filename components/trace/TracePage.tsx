'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Choice } from '@/components/ui/Choice';
import { Skeleton } from '@/components/ui/Skeleton';
import type { Trace } from '@/lib/contracts/trace';
import { toApiError } from '@/lib/queries/api';
import { traceQuery } from '@/lib/queries/trace';
import { ComparePanel } from './ComparePanel';
import { FaultList } from './FaultList';
import { FlamePanel } from './FlamePanel';
import { LogLines } from './LogLines';
import { MissingTrace } from './MissingTrace';
import { SpanPanel } from './SpanPanel';
import { StageBar } from './StageBar';
import { StatisticsPanel } from './StatisticsPanel';
import { TraceFacts } from './TraceFacts';
import { type Tab, useTraceView } from './use-trace-view';
import { WaterfallPanel } from './WaterfallPanel';

const TAB_NAMES: readonly { value: Tab; label: string }[] = [
  { value: 'waterfall', label: 'Waterfall' },
  { value: 'flame', label: 'Flame graph' },
  { value: 'statistics', label: 'Statistics' },
  { value: 'logs', label: 'Log lines' },
  { value: 'compare', label: 'Compare' },
];

/** What happened in one request: the answer, where the time went, and every span. */
export function TracePage({ traceId }: { traceId: string }) {
  const [view] = useTraceView();
  const trace = useQuery(traceQuery({ traceId, clock: view.clock }));
  const title = <h1 className="sr-only">Trace {traceId}</h1>;
  if (trace.data === undefined) {
    return (
      <div className="grid gap-3">
        {title}
        {trace.error === null ? (
          <>
            <Skeleton height={46} />
            <Skeleton height={80} />
            <Skeleton height={420} />
          </>
        ) : (
          <MissingTrace traceId={traceId} error={toApiError(trace.error)} onRetry={() => void trace.refetch()} />
        )}
      </div>
    );
  }
  return (
    <div className="grid gap-3">
      {title}
      <Whole trace={trace.data} onRefresh={() => void trace.refetch()} isRefreshing={trace.isFetching} />
    </div>
  );
}

function Whole({ trace, onRefresh, isRefreshing }: { trace: Trace; onRefresh: () => void; isRefreshing: boolean }) {
  const [view, setView] = useTraceView();
  // A jump to a span, counted, so that the same span can be jumped to twice.
  const [jump, setJump] = useState<{ span: string; nth: number } | null>(
    view.span === null ? null : { span: view.span, nth: 0 },
  );
  const jumpTo = (span: string) => setJump((before) => ({ span, nth: (before?.nth ?? 0) + 1 }));
  const openSpan = (span: string) => setView({ span });
  /** From another tab: the span stands in the waterfall. */
  const show = (span: string) => {
    setView({ span, tab: view.tab === 'compare' || view.tab === 'flame' ? view.tab : 'waterfall' });
    jumpTo(span);
  };
  return (
    <>
      <AnswerLine answer={trace.answer} />
      <TraceFacts trace={trace} onRefresh={onRefresh} isRefreshing={isRefreshing} />
      {trace.stages.length === 0 ? null : <StageBar trace={trace} />}
      <FaultList trace={trace} onOpen={show} />
      <div className="-mx-1 overflow-x-auto px-1 py-0.5">
        <div className="w-max">
          <Choice label="View of the trace" options={TAB_NAMES} value={view.tab} onChange={(tab) => setView({ tab })} />
        </div>
      </div>
      <div className={view.span === null ? 'min-w-0' : 'grid min-w-0 gap-3 lg:grid-cols-[minmax(0,1fr)_400px]'}>
        <div className="min-w-0">
          {view.tab === 'waterfall' ? (
            <WaterfallPanel trace={trace} jump={jump} onJump={jumpTo} onOpen={openSpan} />
          ) : null}
          {view.tab === 'flame' ? <FlamePanel trace={trace} onOpen={openSpan} /> : null}
          {view.tab === 'statistics' ? <StatisticsPanel trace={trace} onOpen={show} /> : null}
          {view.tab === 'logs' ? <LogLines trace={trace} onOpen={show} /> : null}
          {view.tab === 'compare' ? <ComparePanel trace={trace} onOpen={openSpan} /> : null}
        </div>
        {view.span === null ? null : (
          <SpanPanel
            key={view.span}
            trace={trace}
            span={view.span}
            onClose={() => setView({ span: null })}
            onOpen={show}
          />
        )}
      </div>
    </>
  );
}
