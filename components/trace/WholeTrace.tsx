'use client';

import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Choice } from '@/components/ui/Choice';
import { PinContext, pinOf } from '@/components/ui/pin';
import type { Trace } from '@/lib/contracts/trace';
import { traceQuery } from '@/lib/queries/trace';
import { ComparePanel } from './ComparePanel';
import { FaultList } from './FaultList';
import { FlamePanel } from './FlamePanel';
import { LogLines } from './LogLines';
import { SpanPanel } from './SpanPanel';
import { StageBar } from './StageBar';
import { StatisticsPanel } from './StatisticsPanel';
import { TraceFacts } from './TraceFacts';
import { type Tab, useTraceView } from './use-trace-view';
import type { Jump } from './Waterfall';
import { WaterfallPanel } from './WaterfallPanel';

const TAB_NAMES: readonly { value: Tab; label: string }[] = [
  { value: 'waterfall', label: 'Waterfall' },
  { value: 'flame', label: 'Flame graph' },
  { value: 'statistics', label: 'Statistics' },
  { value: 'logs', label: 'Log lines' },
  { value: 'compare', label: 'Compare' },
];

/** A trace once it is there: its answer, its facts, and the views of it. */
export function WholeTrace({
  trace,
  onRefresh,
  isRefreshing,
}: {
  trace: Trace;
  onRefresh: () => void;
  isRefreshing: boolean;
}) {
  const [view, setView] = useTraceView();
  // A jump to a span, counted, so that the same span can be jumped to twice.
  const [jump, setJump] = useState<Jump | null>(view.span === null ? null : { span: view.span, nth: 0 });
  const jumpTo = (span: string) => setJump((before) => ({ span, nth: (before?.nth ?? 0) + 1 }));
  const openSpan = (span: string) => setView({ span });
  /** From another tab: the span stands in the waterfall. */
  const show = (span: string) => {
    setView({ span, tab: view.tab === 'compare' || view.tab === 'flame' ? view.tab : 'waterfall' });
    jumpTo(span);
  };
  const pin = pinOf('trace', traceQuery({ traceId: trace.traceId, clock: view.clock }));
  return (
    <PinContext value={pin}>
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
    </PinContext>
  );
}
