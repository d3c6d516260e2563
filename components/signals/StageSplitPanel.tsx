'use client';

import { useQuery } from '@tanstack/react-query';
import { StageBarChart } from '@/components/charts/StageCharts';
import { useView } from '@/components/shell/use-view';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ModelStages } from '@/lib/contracts/model';
import { formatTime } from '@/lib/domain/format';
import { modelStagesQuery } from '@/lib/queries/model';
import { diagnose } from './missing';

const HEIGHT = 150;

/** Mean milliseconds of a request by stage, before and after it rose, else the newest change of the range. */
export function StageSplitPanel({ model }: { model: string }) {
  const { range } = useView();
  const asked = modelStagesQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  return (
    <QueryPanel
      title="Where the time goes"
      definition={`${model}, mean ms by stage${query.data === undefined ? '' : `, split at ${query.data.splitReason}`}`}
      pin={pinOf('stage-split', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ before, after, missing }) =>
        [...Object.values(before), ...Object.values(after)].some((value) => value !== null)
          ? null
          : diagnose('Stage times are not measured.', missing)
      }
    >
      {(stages) => <StageBars stages={stages} />}
    </QueryPanel>
  );
}

function StageBars({ stages: { before, after, splitMs } }: { stages: ModelStages }) {
  const { zone } = useZone();
  const at = formatTime(splitMs, zone);
  const bars = [
    { name: `before ${at}`, stages: before },
    { name: `after ${at}`, stages: after },
  ];
  return <StageBarChart title="Mean time by stage" bars={bars} />;
}
