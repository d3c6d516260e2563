'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useFrozen } from '@/components/ui/frozen';
import { Panel } from '@/components/ui/Panel';
import type { Trace } from '@/lib/contracts/trace';
import { formatCount } from '@/lib/domain/format';
import { traceLogsQuery } from '@/lib/queries/trace';
import { axisOf } from './axis';
import { Minimap } from './Minimap';
import { useTraceView } from './use-trace-view';
import { type Folds, type Jump, Waterfall } from './Waterfall';
import { WaterfallTools } from './WaterfallTools';

const NO_FOLDS: Folds = { toggled: [], level: null };

/** Every span on one time axis: minimap, tools, rows. */
export function WaterfallPanel({
  trace,
  jump,
  onJump,
  onOpen,
}: {
  trace: Trace;
  jump: Jump | null;
  onJump: (span: string) => void;
  onOpen: (span: string) => void;
}) {
  const [view, setView] = useTraceView();
  const isFrozen = useFrozen() !== null;
  const [folds, setFolds] = useState(NO_FOLDS);
  const [shown, setShown] = useState<{
    spansShown: number;
    why: readonly string[];
    found: readonly string[] | null;
    total: number;
  }>({
    spansShown: trace.spanCount,
    why: [],
    found: null,
    total: 0,
  });
  const group = view.group ?? trace.defaultGroup;
  const axis = useMemo(() => axisOf(trace.durationMs, view.zoom), [trace.durationMs, view.zoom]);
  const logs = useQuery(traceLogsQuery(trace.traceId));
  const ticks = useMemo(() => {
    const bySpan = new Map<string, number[]>();
    for (const { span, startMs } of logs.data?.lines ?? []) {
      if (span !== null) bySpan.set(span, [...(bySpan.get(span) ?? []), startMs]);
    }
    return bySpan;
  }, [logs.data]);
  const looseTicks = useMemo(
    () => (logs.data?.lines ?? []).flatMap(({ span, startMs }) => (span === null ? [startMs] : [])),
    [logs.data],
  );
  return (
    <Panel
      title="Waterfall"
      definition={<ShownLine trace={trace} {...shown} />}
      why={[...trace.why, ...(logs.data?.why ?? [])]}
    >
      <div className="grid gap-2">
        <Minimap trace={trace} zoom={view.zoom} onZoom={(zoom) => setView({ zoom })} />
        {isFrozen ? null : (
          <WaterfallTools
            trace={trace}
            group={group}
            found={shown.found}
            foundTotal={shown.total}
            onJump={onJump}
            onLevel={(level) => setFolds({ toggled: [], level })}
          />
        )}
        <Waterfall
          trace={trace}
          axis={axis}
          group={group}
          folds={folds}
          onFold={setFolds}
          jump={jump}
          ticks={ticks}
          looseTicks={looseTicks}
          onOpen={onOpen}
          onShown={setShown}
        />
      </div>
    </Panel>
  );
}

/** "12,000 of 203,441 spans shown" and why. */
function ShownLine({ trace, spansShown, why }: { trace: Trace; spansShown: number; why: readonly string[] }) {
  const all = formatCount(trace.spanCount);
  const text =
    spansShown === trace.spanCount ? `all ${all} spans.` : `${formatCount(spansShown)} of ${all} spans shown`;
  return (
    <span aria-live="polite">
      {text}
      {spansShown === trace.spanCount ? '' : `: ${why.join(' ')}`} {trace.incomplete.join(' ')} Full colour: its own
      time. Line beneath: critical path.
    </span>
  );
}
