'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { TimeChart } from '@/components/charts/TimeChart';
import { useView } from '@/components/shell/use-view';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import type { ModelLatency } from '@/lib/contracts/model';
import { formatDuration, formatMs } from '@/lib/domain/format';
import { modelLatencyQuery } from '@/lib/queries/model';
import { diagnose, hasValues } from './missing';
import { useVersionLook, versionName } from './versions';

const HEIGHT = 240;

const QUANTILES = [
  { value: '0.5', label: 'P50' },
  { value: '0.95', label: 'P95' },
  { value: '0.99', label: 'P99' },
] as const;

type QuantileText = (typeof QUANTILES)[number]['value'];

/** A latency quantile by version, with the interval of P95 and exemplars as dots that open their trace. */
export function LatencyPanel({ model, titled = false }: { model: string; titled?: boolean }) {
  const { range } = useView();
  const [quantile, setQuantile] = useState<QuantileText>('0.95');
  const query = useQuery(modelLatencyQuery({ model, startMs: range.startMs, endMs: range.endMs }));
  const name = QUANTILES.find(({ value }) => value === quantile)?.label ?? quantile;
  return (
    <Panel
      title={`${titled ? `${model}, ` : ''}${name} by version`}
      definition={`ms · ${formatDuration(range.stepMs)} step${quantile === '0.95' ? ' · 95 % band' : ''} · ◇ opens a trace`}
      why={query.data?.why}
      actions={<Choice label="Quantile" options={QUANTILES} value={quantile} onChange={setQuantile} />}
      height={HEIGHT}
    >
      <QueryState
        query={query}
        height={HEIGHT}
        diagnosis={({ quantiles, missing }) =>
          hasValues(quantiles) ? null : diagnose('Latency is not measured.', missing)
        }
      >
        {(latency) => <LatencyChart latency={latency} quantile={quantile} title={`${model} ${name} by version`} />}
      </QueryState>
    </Panel>
  );
}

function LatencyChart({ latency, quantile, title }: { latency: ModelLatency; quantile: QuantileText; title: string }) {
  const { styleOf, only, isShown } = useVersionLook(latency.versions);
  const set = only(latency.quantiles);
  const { objectiveMs } = latency;
  return (
    <TimeChart
      title={title}
      unit="ms"
      set={{ ...set, series: set.series.filter(({ labels }) => labels.quantile === quantile) }}
      band={quantile === '0.95' ? only(latency.band) : undefined}
      nameOf={versionName}
      styleOf={styleOf}
      thresholds={objectiveMs === null ? [] : [{ value: objectiveMs, label: `objective ${formatMs(objectiveMs)}` }]}
      exemplars={latency.exemplars
        .filter(({ version }) => version === null || isShown({ version }))
        .map(({ atMs, valueMs, traceId, version }) => ({
          atMs,
          value: valueMs,
          label: `${formatMs(valueMs)}${version === null ? '' : `, ${version}`}, trace ${traceId}`,
          href: `/traces/${encodeURIComponent(traceId)}`,
        }))}
      height={HEIGHT}
    />
  );
}
