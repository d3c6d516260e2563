'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { TimeChart } from '@/components/charts/TimeChart';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { Choice } from '@/components/ui/Choice';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ExemplarDot, ModelLatency } from '@/lib/contracts/model';
import { slowestPerColumn } from '@/lib/domain/exemplars';
import { formatDuration, formatMs, formatTime } from '@/lib/domain/format';
import { modelLatencyQuery } from '@/lib/queries/model';
import { diagnose, hasValues } from './missing';
import { useVersionLook, versionName } from './versions';

const HEIGHT = 240;
/** Exemplars drawn at most: the slowest of each stretch of the range. */
const DOT_COLUMNS = 24;

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
  const asked = modelLatencyQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  const name = QUANTILES.find(({ value }) => value === quantile)?.label ?? quantile;
  return (
    <QueryPanel
      title={`${titled ? `${model}, ` : ''}${name} by version`}
      definition={`ms · ${formatDuration(query.data?.quantiles.stepMs ?? range.stepMs)} step${quantile === '0.95' ? ' · 95 % band' : ''} · ◇ slowest traced, opens it`}
      pin={pinOf('latency', asked)}
      actions={<Choice label="Quantile" options={QUANTILES} value={quantile} onChange={setQuantile} />}
      query={query}
      height={HEIGHT}
      diagnosis={({ quantiles, missing }) =>
        hasValues(quantiles) ? null : diagnose('Latency is not measured.', missing)
      }
    >
      {(latency) => <LatencyChart latency={latency} quantile={quantile} title={`${model} ${name} by version`} />}
    </QueryPanel>
  );
}

function LatencyChart({ latency, quantile, title }: { latency: ModelLatency; quantile: QuantileText; title: string }) {
  const { styleOf, only, isShown } = useVersionLook(latency.versions);
  const set = only(latency.quantiles);
  const { objectiveMs } = latency;
  const { range } = useView();
  const exemplars = slowestPerColumn(
    latency.exemplars.filter(({ version }) => version === null || isShown({ version })),
    range,
    DOT_COLUMNS,
  );
  return (
    <>
      <TimeChart
        title={title}
        unit="ms"
        set={{ ...set, series: set.series.filter(({ labels }) => labels.quantile === quantile) }}
        band={quantile === '0.95' ? only(latency.band) : undefined}
        nameOf={versionName}
        styleOf={styleOf}
        thresholds={objectiveMs === null ? [] : [{ value: objectiveMs, label: `objective ${formatMs(objectiveMs)}` }]}
        exemplars={exemplars.map(({ atMs, valueMs, traceId, version }) => ({
          atMs,
          value: valueMs,
          label: `${formatMs(valueMs)}${version === null ? '' : `, ${version}`}, trace ${traceId}`,
          href: tracePath(traceId),
        }))}
        height={HEIGHT}
      />
      <SlowestExemplars exemplars={exemplars} />
    </>
  );
}

const SLOWEST_SHOWN = 5;

/** The slowest dots as links: the way to a trace by keyboard and screen reader. */
function SlowestExemplars({ exemplars }: { exemplars: readonly ExemplarDot[] }) {
  const { zone } = useZone();
  if (exemplars.length === 0) return null;
  const slowest = exemplars.toSorted((a, b) => b.valueMs - a.valueMs).slice(0, SLOWEST_SHOWN);
  return (
    <ul aria-label="Slowest exemplars" className="mt-1 flex flex-wrap gap-x-3 text-small text-t3">
      <li>slowest traced</li>
      {slowest.map(({ traceId, valueMs, atMs, version }) => (
        <li key={`${traceId} ${atMs}`}>
          <ViewLink to={tracePath(traceId)} className="link">
            {formatMs(valueMs)}
          </ViewLink>{' '}
          {version ?? ''} {formatTime(atMs, zone)}
        </li>
      ))}
    </ul>
  );
}
