'use client';

import { useQuery } from '@tanstack/react-query';
import { HeatmapChart } from '@/components/charts/HeatmapChart';
import { useView } from '@/components/shell/use-view';
import { tracePath } from '@/components/shell/view-address';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ModelHeatmap } from '@/lib/contracts/model';
import { slowestPerColumn } from '@/lib/domain/exemplars';
import { formatDuration, formatMs } from '@/lib/domain/format';
import { modelHeatmapQuery } from '@/lib/queries/model';
import { diagnose } from './missing';

const HEIGHT = 240;
/** Exemplars drawn at most: the slowest of each stretch of the range. */
const DOT_COLUMNS = 24;

/** Requests by latency and time: what a quantile hides, two humps or a thin slow band, is seen here. */
export function HeatmapPanel({ model }: { model: string }) {
  const { range, view } = useView();
  const asked = modelHeatmapQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  const isNarrowed = view.versions.length > 0;
  return (
    <QueryPanel
      title="Latency heat map"
      definition={`requests by bucket${isNarrowed ? ', all versions' : ''} · ${formatDuration(query.data?.stepMs ?? range.stepMs)} step · ◇ slowest traced, opens it`}
      pin={pinOf('heatmap', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ counts, missing }) =>
        counts.some((row) => row.some((count) => count !== null))
          ? null
          : diagnose('Latency buckets are not measured.', missing)
      }
    >
      {(heatmap) => <Heatmap heatmap={heatmap} />}
    </QueryPanel>
  );
}

function Heatmap({ heatmap }: { heatmap: ModelHeatmap }) {
  const { range } = useView();
  return (
    <HeatmapChart
      title="Latency heat map"
      {...heatmap}
      exemplars={slowestPerColumn(heatmap.exemplars, range, DOT_COLUMNS).map(({ atMs, valueMs, traceId }) => ({
        atMs,
        valueMs,
        label: `${formatMs(valueMs)}, trace ${traceId}`,
        href: tracePath(traceId),
      }))}
      height={HEIGHT}
    />
  );
}
