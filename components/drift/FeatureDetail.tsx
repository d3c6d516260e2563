'use client';

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { WindowChart } from '@/components/charts/WindowChart';
import { ViewLink } from '@/components/shell/ViewLink';
import { IconButton } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { spacedLabels } from '@/lib/charts/spaced-labels';
import type { DriftFeature } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import type { SeriesSet } from '@/lib/contracts/series';
import { onsetWords } from '@/lib/domain/drift-answer';
import { PSI_DRIFTED, PSI_WATCH } from '@/lib/domain/drift-verdict';
import { formatDuration } from '@/lib/domain/format';
import type { ApiError } from '@/lib/queries/api';
import { driftFeatureQuery } from '@/lib/queries/drift';
import { DistributionChart } from './DistributionChart';
import { FeatureFacts } from './FeatureFacts';
import { HEAT_WINDOWS } from './use-drift';

const HEIGHT = 300;
const SMALL = 130;

/** One feature in full: both distributions, quantiles and missing values over time, since when, and its log lines. */
export function FeatureDetail({
  feature,
  params,
  overTime,
  onClose,
}: {
  feature: string;
  params: DriftAsked;
  overTime: { startMs: number; endMs: number };
  onClose: () => void;
}) {
  // The report judges the page's range; over time the windows reach further back, as the strip's do.
  const now = useQuery(driftFeatureQuery({ ...params, feature, windows: 1 }));
  const then = useQuery(driftFeatureQuery({ ...params, ...overTime, feature, windows: HEAT_WINDOWS }));
  const head = useRef<HTMLDivElement>(null);
  // The window's scroll position: what was opened is brought into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each feature that is opened
  useEffect(() => {
    head.current?.scrollIntoView({ block: 'nearest' });
  }, [feature]);
  return (
    <div ref={head} className="grid scroll-mt-16 grid-cols-1 gap-3">
      <QueryPanel
        title={feature}
        definition="both distributions over the page’s range, as shares of each side"
        actions={
          <IconButton label={`Close ${feature}`} onClick={onClose}>
            <X size={14} aria-hidden />
          </IconButton>
        }
        query={now}
        height={HEIGHT}
      >
        {(data) => (
          <div className="grid gap-4 md:grid-cols-2">
            <div className="grid min-w-0 content-start gap-3">
              {data.distributions === null ? (
                <p className="text-t2">Its distribution is not known: {data.drift.word}.</p>
              ) : (
                <DistributionChart
                  title={feature}
                  distributions={data.distributions}
                  names={{
                    reference: data.drift.referenceOwn ?? data.reference.words,
                    current: `${data.version ?? data.model} now`,
                  }}
                  height={220}
                />
              )}
              <Since data={then.data} />
              <LogLink data={data} />
            </div>
            <FeatureFacts drift={data.drift} />
          </div>
        )}
      </QueryPanel>
      <div className="grid grid-cols-1 gap-3 md:grid-cols-3">
        <OverTimePanel title="PSI over time" query={then} definition="band: what sampling alone gives">
          {(data) => <PsiChart data={data} />}
        </OverTimePanel>
        {then.data?.drift.kind === 'categorical' ? null : (
          <OverTimePanel title="Quantiles over time" query={then} definition="dashes: the reference’s">
            {(data) => <QuantileChart data={data} />}
          </OverTimePanel>
        )}
        <OverTimePanel title="Missing values over time" query={then} definition="% of values looked at, 95 % band">
          {(data) => <MissingChart data={data} />}
        </OverTimePanel>
      </div>
    </div>
  );
}

function OverTimePanel({
  title,
  definition,
  query,
  children,
}: {
  title: string;
  definition: string;
  query: UseQueryResult<DriftFeature, ApiError>;
  children: (data: DriftFeature) => ReactNode;
}) {
  const windowMs = query.data?.overTime.windowMs;
  return (
    <QueryPanel
      title={title}
      definition={`${definition}${windowMs === undefined ? '' : `, windows of ${formatDuration(windowMs)}`}`}
      query={query}
      height={SMALL}
    >
      {children}
    </QueryPanel>
  );
}

/** "since 08:00, right after 2.4.0 first traffic". A time beside a time: no cause is claimed. */
function Since({ data }: { data: DriftFeature | undefined }) {
  const { zone } = useZone();
  if (data === undefined) return null;
  if (data.began === null) return <p className="text-small text-t2">No drift goes on in the time of the strip.</p>;
  return (
    <p className="text-small text-t2">
      Moved since <span className="text-t1">{onsetWords(data.began, { zone, endMs: data.endMs })}</span>, within a
      window of {formatDuration(data.overTime.windowMs)}
      {data.since === null ? (
        '; no version, role or alert changed near it.'
      ) : (
        <>
          ; nearest before it: <span className="text-t1">{data.since.text}</span>.
        </>
      )}
    </p>
  );
}

function LogLink({ data: { logQuery, drift } }: { data: DriftFeature }) {
  if (logQuery === null) return <p className="text-small text-t3">No Loki holds lines that carry {drift.feature}.</p>;
  return (
    <p className="text-small">
      <ViewLink to={`/logs?q=${encodeURIComponent(logQuery)}`} className="link">
        Log lines that carry {drift.feature}
      </ViewLink>
    </p>
  );
}

/** Greatest of what is drawn, `least` at least. */
const greatestOf = (lists: readonly (readonly (number | null)[])[], least: number): number =>
  lists.flat().reduce<number>((most, value) => Math.max(most, value ?? least), least);

const has = (values: readonly (number | null)[]): boolean => values.some((value) => value !== null);

const setOf = (
  { overTime }: DriftFeature,
  series: readonly { name: string; bound?: string; values: readonly (number | null)[] }[],
): SeriesSet => ({
  // A window is drawn in its middle.
  startMs: overTime.startMs + overTime.windowMs / 2,
  stepMs: overTime.windowMs,
  series: series.map(({ name, bound, values }) => ({
    labels: { name, ...(bound === undefined ? {} : { bound }) },
    values: [...values],
  })),
});

const windowOf = ({ overTime }: DriftFeature) => ({
  startMs: overTime.startMs,
  endMs: overTime.startMs + overTime.windows * overTime.windowMs,
});

const nameOf = ({ name }: Readonly<Record<string, string>>): string => name ?? '';

function PsiChart({ data }: { data: DriftFeature }) {
  const { psi, noiseLimit } = data.overTime;
  if (!has(psi)) return <NotThere what="PSI" />;
  const zero = noiseLimit.map((limit) => (limit === null ? null : 0));
  return (
    <WindowChart
      title={`PSI of ${data.drift.feature}`}
      height={SMALL}
      window={windowOf(data)}
      set={setOf(data, [{ name: 'PSI', values: psi }])}
      band={setOf(data, [
        { name: 'PSI', bound: 'low', values: zero },
        { name: 'PSI', bound: 'high', values: noiseLimit },
      ])}
      nameOf={nameOf}
      unit="number"
      yFromZero
      thresholds={spacedLabels(
        [PSI_WATCH, PSI_DRIFTED].map((value) => ({ value, label: String(value) })),
        greatestOf([psi, noiseLimit], PSI_DRIFTED),
      )}
    />
  );
}

function QuantileChart({ data }: { data: DriftFeature }) {
  const quantiles = data.overTime.quantiles.filter(({ values }) => has(values));
  if (quantiles.length === 0) {
    return <NotThere what="Quantiles" />;
  }
  const shown = quantiles.filter(({ q }) => q !== 0.99);
  const percent = (q: number) => `P${q * 100}`;
  return (
    <WindowChart
      title={`Quantiles of ${data.drift.feature}`}
      height={SMALL}
      window={windowOf(data)}
      set={setOf(
        data,
        shown.map(({ q, values }) => ({ name: percent(q), values })),
      )}
      nameOf={nameOf}
      unit="number"
      thresholds={spacedLabels(
        shown.flatMap(({ q, reference }) => (reference === null ? [] : [{ value: reference, label: percent(q) }])),
        greatestOf([...shown.map(({ values }) => values), shown.map(({ reference }) => reference)], 0),
      )}
    />
  );
}

function MissingChart({ data }: { data: DriftFeature }) {
  const { rate, low, high, reference } = data.overTime.missing;
  if (!has(rate)) return <NotThere what="Missing values" />;
  return (
    <WindowChart
      title={`Missing values of ${data.drift.feature}`}
      height={SMALL}
      window={windowOf(data)}
      set={setOf(data, [{ name: 'missing', values: rate }])}
      band={setOf(data, [
        { name: 'missing', bound: 'low', values: low },
        { name: 'missing', bound: 'high', values: high },
      ])}
      nameOf={nameOf}
      unit="ratio"
      {...(reference === null ? {} : { thresholds: [{ value: reference, label: 'reference' }] })}
    />
  );
}

const NotThere = ({ what }: { what: string }) => (
  <p className="text-small text-t2">{what}: not measured in any window.</p>
);
