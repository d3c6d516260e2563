'use client';

import { useQuery } from '@tanstack/react-query';
import { TimeChart } from '@/components/charts/TimeChart';
import { useView } from '@/components/shell/use-view';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ModelInFlight } from '@/lib/contracts/model';
import { formatDuration } from '@/lib/domain/format';
import { modelInFlightQuery } from '@/lib/queries/model';
import { diagnose, hasValues } from './missing';
import { useVersionLook, versionName } from './versions';

const HEIGHT = 180;

/** Requests in flight: what waits or runs at each instant. */
export function InFlightPanel({ model }: { model: string }) {
  const { range } = useView();
  const asked = modelInFlightQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  return (
    <QueryPanel
      title="In flight"
      definition={`requests at each instant · ${formatDuration(query.data?.inFlight.stepMs ?? range.stepMs)} step`}
      pin={pinOf('in-flight', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ inFlight, missing }) =>
        hasValues(inFlight) ? null : diagnose('Requests in flight are not measured.', missing)
      }
    >
      {(data) => <InFlightChart data={data} />}
    </QueryPanel>
  );
}

function InFlightChart({ data }: { data: ModelInFlight }) {
  const { styleOf, only } = useVersionLook(data.versions);
  return (
    <TimeChart
      title="Requests in flight"
      unit="count"
      set={only(data.inFlight)}
      nameOf={versionName}
      styleOf={styleOf}
      yFromZero
      height={HEIGHT}
    />
  );
}
