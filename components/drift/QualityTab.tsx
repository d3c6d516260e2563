'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { WindowChart } from '@/components/charts/WindowChart';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { Arriving } from '@/lib/charts/arriving';
import type { Status } from '@/lib/contracts/answer';
import type { Quality, QualityMeasure } from '@/lib/contracts/quality';
import { formatDuration, formatInstant, formatRange, formatRatioPercent } from '@/lib/domain/format';
import { QUALITY_DEFINITION } from '@/lib/domain/quality';
import { MEASURE_NAME, shareWords } from '@/lib/domain/quality-answer';
import type { ApiError } from '@/lib/queries/api';
import { CohortsTable } from './CohortsTable';
import { ProxyCharts } from './ProxyCharts';
import type { DriftAddress, Span } from './use-drift';

const HEIGHT = 300;
const CHART = 130;

const SPANS: readonly { value: Span; label: string }[] = [
  { value: '24h', label: '24 h' },
  { value: '3d', label: '3 d' },
  { value: '7d', label: '7 d' },
];

const STATUS: Readonly<Record<QualityMeasure['state'], Status>> = {
  fallen: 'bad',
  risen: 'ok',
  holds: 'ok',
  'no-reference': 'unknown',
  'not-enough-data': 'unknown',
  'not-measured': 'unknown',
};

/** The time whose labels are not all there, in the words of the chart. */
const arrivingOf = ({ maturity, labels }: Quality): Arriving | null =>
  maturity === null
    ? null
    : { fromMs: maturity.atMs, words: labels.state === 'stale' ? 'no labels' : 'labels still arriving' };

const has = (values: readonly unknown[]): boolean => values.some((value) => value !== null);
const nameOf = ({ name }: Readonly<Record<string, string>>): string => name ?? '';

/** How well the model does, from labels as they arrive: over time, by cohort, and whether labels arrive at all. */
export function QualityTab({ quality, asked }: { quality: UseQueryResult<Quality, ApiError>; asked: DriftAddress }) {
  const span = (
    <Choice
      label="Time of the labels"
      options={SPANS}
      value={asked.labels}
      onChange={(next) => asked.set({ labels: next === '3d' ? null : next })}
    />
  );
  const why = quality.data?.why;
  return (
    <div className="grid grid-cols-1 gap-3">
      <Panel
        title="Quality over time"
        definition={<OverTimeLine quality={quality.data} />}
        why={why}
        height={HEIGHT}
        actions={span}
      >
        <QueryState
          query={quality}
          height={HEIGHT}
          diagnosis={({ measures, missing, model }) =>
            measures.some(({ values }) => has(values))
              ? null
              : {
                  what: `No label of ${model} arrived in this time.`,
                  why: missing.map(({ reason }) => reason).join(' ') || 'The counter of outcomes stood still.',
                  action: 'A longer time may show some.',
                }
          }
        >
          {(data) => (
            <div className="grid grid-cols-1 gap-x-4 gap-y-3 md:grid-cols-2">
              {data.measures.map((measure) => (
                <MeasureChart key={measure.name} measure={measure} quality={data} />
              ))}
            </div>
          )}
        </QueryState>
      </Panel>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <Panel
          title="Labels"
          definition="whether they arrive, and how many of the predictions get one"
          why={why}
          height={CHART}
        >
          <QueryState query={quality} height={CHART}>
            {(data) => <Labels quality={data} />}
          </QueryState>
        </Panel>
        <Panel title="Proxies" definition="stand-ins for quality, named in the configuration" why={why} height={CHART}>
          <QueryState query={quality} height={CHART}>
            {(data) => <ProxyCharts quality={data} />}
          </QueryState>
        </Panel>
      </div>
      <Panel
        title="Cohorts"
        definition={
          <>
            recall ÷ recall overall, delta method on logs · below: under 0.9 (dash), at least 50 positives, interval
            under 1{quality.data?.cohortTime == null ? '' : ` · labels of ${quality.data.cohortTime.words}`}
          </>
        }
        why={why}
        height={CHART}
      >
        <QueryState
          query={quality}
          height={CHART}
          diagnosis={({ cohorts }) =>
            cohorts.length > 0
              ? null
              : {
                  what: 'No cohort is measured.',
                  why: 'The counter of outcomes carries no label that names one, or holds no outcome yet.',
                  action: null,
                }
          }
        >
          {({ cohorts }) => <CohortsTable cohorts={cohorts} />}
        </QueryState>
      </Panel>
    </div>
  );
}

function OverTimeLine({ quality }: { quality: Quality | undefined }) {
  const { zone } = useZone();
  if (quality === undefined) return null;
  const { startMs, endMs, windowMs, reference, maturity } = quality;
  return (
    <>
      {formatRange(startMs, endMs, zone)}, windows of {formatDuration(windowMs)}, 95 % bands
      {reference === null ? ', nothing to hold it against' : `, against ${reference.words}`}
      {maturity === null ? '' : ` · ${maturity.words}`}
    </>
  );
}

/** A measure over its windows with its band, its reference level and the line from which labels still arrive. */
function MeasureChart({ measure, quality }: { measure: QualityMeasure; quality: Quality }) {
  const { startMs, windowMs, windows } = quality;
  const name = MEASURE_NAME[measure.name];
  const set = (series: readonly { bound?: string; values: (number | null)[] }[]) => ({
    // A window is drawn in its middle.
    startMs: startMs + windowMs / 2,
    stepMs: windowMs,
    series: series.map(({ bound, values }) => ({
      labels: { name, ...(bound === undefined ? {} : { bound }) },
      values,
    })),
  });
  const read = (of: (value: NonNullable<QualityMeasure['values'][number]>) => number) =>
    measure.values.map((value) => (value === null ? null : of(value)));
  return (
    <section aria-label={name} className="min-w-0">
      <p className="flex flex-wrap items-baseline gap-x-3 text-small">
        <span className="font-medium text-t1 first-letter:uppercase">{name}</span>
        <StatusWord status={STATUS[measure.state]} word={measure.word} />
        <span className="text-t2">{shareWords(measure.now)}</span>
      </p>
      <p className="text-axis text-t3">{QUALITY_DEFINITION[measure.name]}</p>
      <WindowChart
        title={`${name} over time`}
        height={CHART}
        window={{ startMs, endMs: startMs + windows * windowMs }}
        set={set([{ values: read(({ value }) => value) }])}
        band={set([
          { bound: 'low', values: read(({ interval }) => interval.low) },
          { bound: 'high', values: read(({ interval }) => interval.high) },
        ])}
        nameOf={nameOf}
        unit="ratio"
        yFromZero={false}
        arriving={arrivingOf(quality)}
        thresholds={[
          ...(measure.reference === null ? [] : [{ value: measure.reference.value, label: 'reference' }]),
          ...(measure.objective === null ? [] : [{ value: measure.objective, label: 'objective' }]),
        ]}
      />
    </section>
  );
}

function Labels({ quality }: { quality: Quality }) {
  const { zone } = useZone();
  const { labels, coverage, startMs, windowMs, windows, maturity } = quality;
  const word =
    labels.state === 'stale'
      ? 'stale'
      : labels.state === 'fresh'
        ? 'arriving'
        : 'when the newest arrived is not measured';
  return (
    <div className="grid gap-2">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <StatusWord
          status={labels.state === 'stale' ? 'bad' : labels.state === 'fresh' ? 'ok' : 'unknown'}
          word={word}
        />
        {labels.lastReceivedMs === null ? null : (
          <span className="text-t2">
            newest <RelativeTime atMs={labels.lastReceivedMs} />, allowed {formatDuration(labels.limitMs)} (
            {labels.limitFrom === 'configuration' ? 'configured' : 'the default'})
          </span>
        )}
      </p>
      <p className="text-small text-t2">
        {maturity === null
          ? 'No time of this range is still waiting for labels, as far as is known.'
          : `${maturity.words.replace(/\.$/, '')} (from ${formatInstant(maturity.atMs, zone)}).`}
      </p>
      {has(coverage) ? (
        <WindowChart
          title="Labels per prediction"
          height={CHART}
          window={{ startMs, endMs: startMs + windows * windowMs }}
          set={{
            startMs: startMs + windowMs / 2,
            stepMs: windowMs,
            series: [{ labels: { name: 'labelled' }, values: coverage }],
          }}
          nameOf={nameOf}
          unit="ratio"
          arriving={arrivingOf(quality)}
        />
      ) : (
        <p className="text-small text-t2">Labels per prediction: not measured in this time.</p>
      )}
      <p className="text-axis text-t3">
        labels per prediction, %{' '}
        {labels.ageMs === null ? '' : `· newest label ${formatDuration(labels.ageMs)} before the end`}
        {quality.counts === null ? '' : ` · positives ${formatRatioPercent(positiveShare(quality.counts))} of labelled`}
      </p>
    </div>
  );
}

const positiveShare = ({ tp, fp, tn, fn }: NonNullable<Quality['counts']>): number | null => {
  const all = tp + fp + tn + fn;
  return all > 0 ? (tp + fn) / all : null;
};
