import 'server-only';
import type { CompareFault, CompareInputs, Histogram } from '@/lib/contracts/compare-inputs';
import type { Sample } from '@/lib/contracts/series';
import { NATIVE_PURPOSE } from '@/lib/domain/compare-claim';
import { type Buckets, toBuckets } from '@/lib/domain/histogram';
import { nativeBuckets } from '@/lib/domain/native-buckets';
import type { SegmentCounts } from '@/lib/domain/traffic-mix';
import { boundOf, type Counts, countsBy, toMs } from '../fleet/counts';
import { versionOf } from '../fleet/labels';
import {
  bucketsQuery,
  contractIncrease,
  errorsQuery,
  nativeHistogramsQuery,
  requestsQuery,
} from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { type FailedBy, failedSegments } from '../signals/segments';
import type { ResolvedSignal } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import type { Parts } from './parts';

/** One side's version and its own part of the window. */
export interface SideAsked {
  model: string;
  version: string;
  startMs: number;
  endMs: number;
}

const MAX_SEGMENTS = 50;

/**
 * Buckets as an answer carries them: the last count is of the bucket without an end, whose infinite bound JSON cannot
 * say. Null: not measured.
 */
export const toHistogram = (buckets: Buckets | null): Histogram | null =>
  buckets === null ? null : { upperBounds: buckets.upperBounds.slice(0, -1), cumulative: [...buckets.cumulative] };

/** Requests, failures and latency of a side: one instant query each over its whole window. */
export async function readCounts(
  telemetry: Telemetry,
  parts: Parts,
  side: SideAsked,
  signal: AbortSignal,
): Promise<Counts> {
  const { prometheus, map } = telemetry;
  const { model, version, startMs, endMs } = side;
  const asked = { fn: 'increase', windowMs: endMs - startMs, model, byVersion: true } as const;
  const ask = (query: string | null) => (query === null ? null : prometheus.instant(query, endMs, signal));
  const [requests, errors, buckets, native] = await Promise.all([
    parts.take('requests', 'requests by version', ask(requestsQuery(map, asked))),
    parts.take('errors', 'failed requests by version', ask(errorsQuery(map, asked))),
    parts.take('latency', 'latency buckets by version', ask(bucketsQuery(map, asked))),
    readNative(telemetry, parts, side, signal),
  ]);
  const counts = countsBy(map, { requests, errors, buckets }, (labels) => versionOf(map, labels)).get(version);
  const found = counts ?? { requests: requests === null ? null : 0, errors: null, buckets: null };
  return { ...found, buckets: native ?? found.buckets };
}

/** A side's latency from native histograms; null where there are none, and then the classic buckets are taken. */
async function readNative(
  { prometheus, map }: Telemetry,
  parts: Parts,
  { model, version, startMs, endMs }: SideAsked,
  signal: AbortSignal,
): Promise<Buckets | null> {
  const query = nativeHistogramsQuery(map, { fn: 'increase', windowMs: endMs - startMs, model, byVersion: true });
  if (query === null || map.latency.kind === 'mean' || map.latency.kind === 'none') return null;
  // Beside classic buckets its failure costs resolution, not the measure.
  const about = map.latency.kind === 'native' ? 'latency' : 'other';
  const found = await parts.take(about, NATIVE_PURPOSE, prometheus.nativeHistograms(query, endMs, signal));
  if (found === null) return null;
  const index = found.findIndex(({ labels }) => versionOf(map, labels) === version);
  return nativeBuckets(found, UNIT_MS[map.latency.unit])[index] ?? null;
}

/** Requests and failures of a side by user segment; null where no metric tells. */
export async function readSegments(
  telemetry: Telemetry,
  parts: Parts,
  side: SideAsked,
  signal: AbortSignal,
): Promise<Map<string, { successes: number; total: number }> | null> {
  const { segments } = telemetry.map.contract;
  const label = segments.labels.segment ?? 'user_segment';
  const asked = { ...side, signal: segments, keep: [label], about: 'segments' } as const;
  const [all, failed] = await Promise.all([
    readContract(telemetry, parts, { ...asked, purpose: 'requests by segment' }, signal),
    readContract(
      telemetry,
      parts,
      {
        ...asked,
        purpose: 'failed requests by segment',
        matchers: [failedSegments(telemetry.map)],
      },
      signal,
    ),
  ]);
  if (all === null || failed === null || holdsNoNumber(parts, 'segments', side, [...all, ...failed])) return null;
  const counted = new Map<string, { successes: number; total: number }>();
  for (const { labels, value } of all) {
    if (value !== null) counted.set(labels[label] ?? '', { successes: 0, total: value });
  }
  for (const { labels, value } of failed) {
    const segment = counted.get(labels[label] ?? '');
    if (segment !== undefined && value !== null) segment.successes = value;
  }
  return counted;
}

/** Segments of both sides, the largest first. */
export function joinSegments(
  champion: Map<string, { successes: number; total: number }> | null,
  challenger: Map<string, { successes: number; total: number }> | null,
): CompareInputs['segments'] {
  if (champion === null || challenger === null) return null;
  const none = { successes: 0, total: 0 };
  const all = [...new Set([...champion.keys(), ...challenger.keys()])].map(
    (segment): SegmentCounts => ({
      segment: segment === '' ? 'none named' : segment,
      champion: champion.get(segment) ?? none,
      challenger: challenger.get(segment) ?? none,
    }),
  );
  const sizeOf = (one: SegmentCounts) => one.champion.total + one.challenger.total;
  return all.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.segment < b.segment ? -1 : 1)).slice(0, MAX_SEGMENTS);
}

/** What a contract's metric says of one version, by another of its labels; null where the metric is not there. */
async function readContract(
  { prometheus }: Telemetry,
  parts: Parts,
  asked: SideAsked & {
    signal: ResolvedSignal;
    suffix?: string;
    keep: readonly string[];
    purpose: string;
    matchers?: readonly FailedBy[];
    /** What of the verdict rests on it; absent: nothing does. */
    about?: CompareFault['signal'];
  },
  signal: AbortSignal,
): Promise<Sample[] | null> {
  const { model, version, startMs, endMs, keep, suffix, purpose, matchers, about = 'other' } = asked;
  if (!asked.signal.present) return null;
  const query = contractIncrease(asked.signal, { model, keep, suffix, matchers, windowMs: endMs - startMs });
  const samples = await parts.take(about, purpose, prometheus.instant(query, endMs, signal));
  const label = asked.signal.labels.version ?? 'model_version';
  return samples?.filter(({ labels }) => labels[label] === version) ?? null;
}

/** Whether a count is no number, which makes the others a wrong sum: a fault that puts the verdict in doubt. */
function holdsNoNumber(
  parts: Parts,
  about: 'segments' | 'quality',
  { version }: SideAsked,
  samples: readonly Sample[],
): boolean {
  if (samples.every(({ value }) => value !== null)) return false;
  const what = about === 'segments' ? 'Requests by segment' : 'Outcomes';
  parts.faults.push({ signal: about, reason: `${what} of ${version} are not measured: a counter holds no number.` });
  return true;
}

const bucketsBy = (
  samples: readonly Sample[],
  keyOf: (labels: Sample['labels']) => string,
  factor: number,
): Map<string, Histogram> => {
  const points = new Map<string, { upperBound: number; count: number | null }[]>();
  for (const { labels, value } of samples) {
    const own = points.get(keyOf(labels)) ?? [];
    own.push({ upperBound: toMs(boundOf(labels.le), factor), count: value });
    points.set(keyOf(labels), own);
  }
  return new Map(
    [...points].flatMap(([key, own]) => {
      const histogram = toHistogram(toBuckets(own)?.buckets ?? null);
      return histogram === null ? [] : [[key, histogram] as const];
    }),
  );
};

export interface SideExtras {
  stages: Map<string, Histogram>;
  /** Milliseconds. */
  stageSums: Map<string, number>;
  scores: Histogram | null;
  predictions: Map<string, number> | null;
  outcomes: { tp: number; fp: number; tn: number; fn: number } | null;
}

/** Stage times, outputs and outcomes of a side, each where its metric is. */
export async function readExtras(
  telemetry: Telemetry,
  parts: Parts,
  side: SideAsked,
  signal: AbortSignal,
): Promise<SideExtras> {
  const { contract } = telemetry.map;
  const stageLabel = contract.stageTime.labels.stage ?? 'stage';
  const labelLabel = contract.predictions.labels.label ?? 'label';
  const outcomeLabel = contract.outcomes.labels.outcome ?? 'outcome';
  const [stages, sums, scores, predictions, outcomes] = await Promise.all([
    readContract(
      telemetry,
      parts,
      { ...side, signal: contract.stageTime, suffix: '_bucket', keep: [stageLabel, 'le'], purpose: 'time by stage' },
      signal,
    ),
    readContract(
      telemetry,
      parts,
      { ...side, signal: contract.stageTime, suffix: '_sum', keep: [stageLabel], purpose: 'total time by stage' },
      signal,
    ),
    readContract(
      telemetry,
      parts,
      { ...side, signal: contract.predictionScore, suffix: '_bucket', keep: ['le'], purpose: 'scores' },
      signal,
    ),
    readContract(
      telemetry,
      parts,
      { ...side, signal: contract.predictions, keep: [labelLabel], purpose: 'predictions by label' },
      signal,
    ),
    readContract(
      telemetry,
      parts,
      { ...side, signal: contract.outcomes, keep: [outcomeLabel], purpose: 'outcomes', about: 'quality' },
      signal,
    ),
  ]);
  const counted = (name: string): number => outcomes?.find(({ labels }) => labels[outcomeLabel] === name)?.value ?? 0;
  return {
    stages: bucketsBy(stages ?? [], (labels) => labels[stageLabel] ?? '', UNIT_MS.seconds),
    stageSums: new Map(
      (sums ?? []).flatMap(({ labels, value }) =>
        value === null ? [] : [[labels[stageLabel] ?? '', value * UNIT_MS.seconds]],
      ),
    ),
    scores: bucketsBy(scores ?? [], () => '', 1).get('') ?? null,
    predictions:
      predictions === null
        ? null
        : new Map(
            predictions.flatMap(({ labels, value }) => (value === null ? [] : [[labels[labelLabel] ?? '', value]])),
          ),
    outcomes:
      outcomes === null || outcomes.length === 0 || holdsNoNumber(parts, 'quality', side, outcomes)
        ? null
        : { tp: counted('tp'), fp: counted('fp'), tn: counted('tn'), fn: counted('fn') },
  };
}
