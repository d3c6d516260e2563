import 'server-only';
import type { CompareInputs, ExactQuantile } from '@/lib/contracts/compare-inputs';
import type { Sample } from '@/lib/contracts/series';
import { alwaysValidZ } from '@/lib/domain/always-valid';
import { type Buckets, histogramQuantile, toBuckets, woodruffInterval } from '@/lib/domain/histogram';
import { HOUR_MS } from '@/lib/domain/time';
import type { TempoClient } from '../tempo/client';
import { anyOf, duration, pipeline, spanset } from '../tempo/traceql';
import { spanNames } from '../trace-search/names';
import type { Parts } from './parts';
import type { CellsRead } from './read-cells';

/** Tempo counts spans over three hours at most by default, and an hour is what the logs are read for. */
const LONGEST_MS = HOUR_MS;
const MIN_SPANS = 100;
/** Share of the requests that must have left a trace: sampled traces are the slow and the failed ones. */
const LEAST_KEPT = 0.9;
/** Bounds between the edges of the histogram's buckets. */
const STEPS = 16;
const P95 = 0.95;

/**
 * P95 of both versions from the durations of their root spans, where the histogram cannot tell and no log line carries a
 * duration. Tempo's own quantiles are of buckets as wide as a factor of two, so spans up to each of a row of bounds are
 * counted instead, which is exact. Null where traces are sampled (fewer than nine in ten requests left one): what is kept
 * then is what was slow or failed.
 */
export async function readTraceP95(
  tempo: TempoClient,
  parts: Parts,
  asked: {
    model: string;
    champion: string;
    challenger: string;
    startMs: number;
    endMs: number;
    factor: number;
    buckets: { champion: Buckets; challenger: Buckets };
    cells: CellsRead;
  },
  signal: AbortSignal,
): Promise<CompareInputs['exactP95']> {
  const { model, champion, challenger, endMs, cells } = asked;
  const startMs = Math.max(asked.startMs, endMs - LONGEST_MS);
  const names = spanNames();
  const own = ['nestedSetParent < 0', anyOf(names.model, [model]), anyOf(names.version, [champion, challenger])];
  const count = (purpose: string, bound: number | null): Promise<Sample[] | null> => {
    const within = bound === null ? null : `duration <= ${duration(bound)}`;
    const query = pipeline(spanset([...own, within]), [`count_over_time() by (${names.version})`]);
    return parts.take('other', purpose, tempo.metricsInstant(query, { startMs, endMs }, signal));
  };
  const of = (samples: readonly Sample[] | null, version: string): number | null =>
    samples?.find(({ labels }) => Object.values(labels).includes(version))?.value ?? null;
  const all = await count('root spans by version', null);
  const totals = { champion: of(all, champion) ?? 0, challenger: of(all, challenger) ?? 0 };
  for (const side of ['champion', 'challenger'] as const) {
    const requests = cells[side].requests.reduce<number>((sum, value, i) => {
      const isInside = cells.startMs + i * cells.stepMs > startMs;
      return sum + (isInside ? (value ?? 0) : 0);
    }, 0);
    if (totals[side] < Math.max(MIN_SPANS, LEAST_KEPT * requests)) return null;
  }
  const bounds = boundsAround(asked.buckets);
  if (bounds === null) return null;
  const counted = await Promise.all(
    bounds.map((bound) => count(`root spans up to ${Number(bound.toPrecision(6))} ms`, bound)),
  );
  const z = alwaysValidZ(Math.min(totals.champion, totals.challenger)) * Math.sqrt(asked.factor);
  const side = (version: string, total: number): ExactQuantile | null => {
    const points = bounds.map((upperBound, i) => ({
      upperBound,
      count: counted[i] === null ? null : (of(counted[i] ?? null, version) ?? 0),
    }));
    if (points.some((point) => point.count === null)) return null;
    const fine = toBuckets([...points, { upperBound: Number.POSITIVE_INFINITY, count: total }])?.buckets ?? null;
    if (fine === null) return null;
    const { value, atLeast } = histogramQuantile(fine, P95);
    const interval = woodruffInterval(fine, P95, z);
    if (value === null || atLeast || interval === null || interval.openEnd) return null;
    return { value, low: interval.low, high: interval.high, count: total };
  };
  const a = side(champion, totals.champion);
  const b = side(challenger, totals.challenger);
  return a === null || b === null ? null : { champion: a, challenger: b, startMs, endMs, source: 'traces' };
}

/** Bounds of equal width over the buckets that hold the P95s, and an edge beyond each end; null in the open bucket. */
function boundsAround({ champion, challenger }: { champion: Buckets; challenger: Buckets }): number[] | null {
  const edges = [champion, challenger].map((buckets) => {
    const { value, atLeast } = histogramQuantile(buckets, P95);
    const at = value === null || atLeast ? -1 : buckets.upperBounds.findIndex((bound) => bound >= value);
    const edge = (index: number): number | null => {
      const bound = buckets.upperBounds[index] ?? null;
      return bound === null || !Number.isFinite(bound) ? null : bound;
    };
    return at === -1 ? null : { low: edge(at - 1) ?? 0, high: edge(at), outer: [edge(at - 2), edge(at + 1)] };
  });
  const low = Math.min(...edges.map((edge) => edge?.low ?? Number.NaN));
  const high = Math.max(...edges.map((edge) => edge?.high ?? Number.NaN));
  if (!(high > low)) return null;
  const inner = Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS);
  const outer = edges.flatMap((edge) => edge?.outer ?? []).filter((bound) => bound !== null);
  const all = [...inner, ...outer.filter((bound) => bound < low || bound > high)];
  return [...new Set(all)].filter((bound) => bound > 0).sort((x, y) => x - y);
}
