'use client';

import { useQuery } from '@tanstack/react-query';
import { StageAreaChart } from '@/components/charts/StageCharts';
import { useView } from '@/components/shell/use-view';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { formatDuration } from '@/lib/domain/format';
import { modelStagesQuery } from '@/lib/queries/model';
import { diagnose, hasValues } from './missing';

const HEIGHT = 180;

/** Mean time of a request by stage over time, stacked: feature fetch against infer against the rest. */
export function StagesPanel({ model }: { model: string }) {
  const { range } = useView();
  const asked = modelStagesQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  return (
    <QueryPanel
      title="Time by stage"
      definition={`mean ms of a request, all versions · ${formatDuration(query.data?.stages.stepMs ?? range.stepMs)} step`}
      pin={pinOf('stages', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ stages, missing }) =>
        hasValues(stages) ? null : diagnose('Stage times are not measured.', missing)
      }
    >
      {({ stages }) => <StageAreaChart title="Mean time by stage" set={stages} height={HEIGHT} />}
    </QueryPanel>
  );
}
