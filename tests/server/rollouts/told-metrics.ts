import { MemoryMetricStore } from '@/lab/memory-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { Labels, Series } from '@/lab/stores';
import { type Lab, NOW_MS } from '@/tests/api/console';
import { serveEngines } from '../../serve-engines';

const SCRAPE_MS = 30_000;
const HISTORY_MS = 3 * 3_600_000;
const BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1];

/** What one version's exporters say. */
export interface ToldVersion {
  version: string;
  role: 'champion' | 'challenger';
  requestsPerMinute: number;
  errorRatio: number;
  /** Minutes before the end of history. */
  fromMinutesAgo?: number;
  toMinutesAgo?: number;
  /** The process restarted: its counters begin at zero again. */
  restartedMinutesAgo?: number;
  /** Taken out between these minutes before the end of history, and rolled out anew after. */
  pausedMinutesAgo?: { from: number; to: number };
  /** Bounds of its latency buckets, seconds: five of them. */
  boundsS?: readonly number[];
  /** Nothing but its role is exposed. */
  isRoleOnly?: boolean;
  /** Its failing series. `nan`: holds NaN in the last half hour. `unlabelled`: no series says how a request ended. */
  errors?: 'told' | 'missing' | 'nan' | 'unlabelled';
  /** Outcomes of labelled cases, nine of ten right. `nan`: the right ones hold NaN in the last half hour. Absent: none. */
  outcomes?: 'told' | 'nan';
  /** `nan`: its latency buckets hold NaN in the last half hour. */
  latency?: 'nan';
  /** Requests of one segment. `nan`: its failing ones hold NaN in the last half hour. Absent: none. */
  segments?: 'told' | 'nan';
}

/** Of a hundred labelled cases. */
const OUTCOMES = { tp: 45, tn: 45, fp: 5, fn: 5 } as const;

/** Series of one model whose versions were scraped every half minute. */
export function seriesOf(model: string, versions: readonly ToldVersion[]): Series[] {
  return versions.flatMap((told) => versionSeries(model, told));
}

function versionSeries(model: string, told: ToldVersion): Series[] {
  const { version, role, requestsPerMinute, errorRatio, errors = 'told' } = told;
  const fromMs = NOW_MS - (told.fromMinutesAgo ?? HISTORY_MS / 60_000) * 60_000;
  const toMs = NOW_MS - (told.toMinutesAgo ?? 0) * 60_000;
  const paused = told.pausedMinutesAgo;
  const restarted = paused?.to ?? told.restartedMinutesAgo;
  const restartMs = restarted === undefined ? null : NOW_MS - restarted * 60_000;
  const isOut = (atMs: number): boolean =>
    paused !== undefined && atMs > NOW_MS - paused.from * 60_000 && atMs < NOW_MS - paused.to * 60_000;
  const timesMs: number[] = [];
  for (let atMs = Math.ceil(fromMs / SCRAPE_MS) * SCRAPE_MS; atMs <= toMs; atMs += SCRAPE_MS) {
    if (!isOut(atMs)) timesMs.push(atMs);
  }
  const counter = (labels: Labels, perMinute: number, holds?: 'nan'): Series => ({
    labels: { model_name: model, model_version: version, ...labels },
    timesMs: Float64Array.from(timesMs),
    values: Float64Array.from(timesMs, (atMs) => {
      const sinceMs = restartMs !== null && atMs >= restartMs ? restartMs : fromMs;
      const counted = Math.floor((perMinute * (atMs - sinceMs)) / 60_000);
      return holds === 'nan' && atMs > NOW_MS - 30 * 60_000 ? Number.NaN : counted;
    }),
  });
  const begun = counter({ __name__: 'model_info', role }, 0);
  const info = { ...begun, values: begun.values.map(() => 1) };
  if (told.isRoleOnly === true) return [info];
  return [
    counter(
      { __name__: 'inference_requests_total', ...(errors === 'unlabelled' ? {} : { status: 'ok' }) },
      requestsPerMinute * (1 - errorRatio),
    ),
    ...(errors === 'missing' || errors === 'unlabelled'
      ? []
      : [
          counter(
            { __name__: 'inference_requests_total', status: 'error' },
            requestsPerMinute * errorRatio,
            errors === 'nan' ? 'nan' : undefined,
          ),
        ]),
    ...[...(told.boundsS ?? BOUNDS_S).map(String), '+Inf'].map((le, i) =>
      counter(
        { __name__: 'inference_latency_seconds_bucket', le },
        requestsPerMinute * ([0.2, 0.6, 0.93, 0.98, 0.999, 1][i] ?? 1),
        told.latency,
      ),
    ),
    ...(told.outcomes === undefined
      ? []
      : Object.entries(OUTCOMES).map(([outcome, share]) =>
          counter(
            { __name__: 'prediction_outcomes_total', outcome },
            (requestsPerMinute * share) / 100,
            told.outcomes === 'nan' && outcome === 'tp' ? 'nan' : undefined,
          ),
        )),
    ...(told.segments === undefined
      ? []
      : (['ok', 'error'] as const).map((status) =>
          counter(
            { __name__: 'inference_segment_requests_total', user_segment: 'free', status },
            requestsPerMinute * (status === 'error' ? errorRatio : 1 - errorRatio),
            told.segments === 'nan' && status === 'error' ? 'nan' : undefined,
          ),
        )),
    counter({ __name__: 'inference_latency_seconds_count' }, requestsPerMinute),
    counter({ __name__: 'inference_latency_seconds_sum' }, requestsPerMinute / 10),
    info,
  ];
}

/** A Prometheus over these series. */
export async function startMetrics(series: readonly Series[]): Promise<Lab> {
  const server = await serveEngines({ prometheus: prometheusEngine(new MemoryMetricStore({ series })) }, () => NOW_MS);
  return {
    url: server.url,
    taken: () => [],
    close: server.close,
  };
}
