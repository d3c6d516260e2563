'use client';

import { useQuery } from '@tanstack/react-query';
import { TimeChart } from '@/components/charts/TimeChart';
import { useView } from '@/components/shell/use-view';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ModelTraffic } from '@/lib/contracts/model';
import { formatDuration, type Unit } from '@/lib/domain/format';
import { modelTrafficQuery } from '@/lib/queries/model';
import { diagnose, hasValues } from './missing';
import { useVersionLook, versionName } from './versions';

const HEIGHT = 180;

type Measure = 'requestsPerSecond' | 'errorRatio';

const MEASURES: Readonly<Record<Measure, { title: string; unit: Unit; definition: string; lack: string }>> = {
  requestsPerSecond: {
    title: 'Requests by version',
    unit: 'rate',
    definition: 'per second',
    lack: 'Requests are not measured.',
  },
  errorRatio: {
    title: 'Errors by version',
    unit: 'ratio',
    definition: '% of requests',
    lack: 'Errors are not measured.',
  },
};

/** Requests or errors of a model by version over time. Both ask the same query, which runs once. */
export function TrafficPanel({ model, measure }: { model: string; measure: Measure }) {
  const { range } = useView();
  const asked = modelTrafficQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  const { title, definition, lack } = MEASURES[measure];
  return (
    <QueryPanel
      title={title}
      definition={`${definition} · ${formatDuration(query.data?.[measure].stepMs ?? range.stepMs)} step`}
      pin={pinOf(measure === 'errorRatio' ? 'errors' : 'requests', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={(data) => (hasValues(data[measure]) ? null : diagnose(lack, data.missing))}
    >
      {(traffic) => <TrafficChart traffic={traffic} measure={measure} />}
    </QueryPanel>
  );
}

function TrafficChart({ traffic, measure }: { traffic: ModelTraffic; measure: Measure }) {
  const { styleOf, only } = useVersionLook(traffic.versions);
  const { title, unit } = MEASURES[measure];
  return (
    <TimeChart
      title={title}
      unit={unit}
      set={only(traffic[measure])}
      nameOf={versionName}
      styleOf={styleOf}
      yFromZero
      height={HEIGHT}
    />
  );
}
