import { Fleet } from '@/lab/fleet/fleet';
import { scenarioOf } from '@/lab/fleet/scenario';
import type { WrittenSeries } from '../../remote-write';

const STEP_MS = 30_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Metrics that objectives count, of the demo's fleet. */
const METRICS = [
  'inference_requests_total',
  'inference_latency_seconds_bucket',
  'label_last_received_timestamp_seconds',
  'prediction_outcomes_total',
];

/** A server that never restarts counts on; what it needs of the story is the outage. */
export interface Outage {
  series: WrittenSeries[];
  startMs: number;
  endMs: number;
  /** After the outage, when less than `ratio` of the requests of the newest five minutes fails. */
  calmMs: number;
  /** Of the newest sample. */
  lastMs: number;
}

/** Share of fraud_detector's requests that failed within (toMs - 5 min, toMs]. */
function failedShare(series: readonly WrittenSeries[], toMs: number): number {
  const counts = { all: 0, failed: 0 };
  for (const { labels, timesMs, values } of series) {
    if (labels.__name__ !== 'inference_requests_total' || labels.model_name !== 'fraud_detector') continue;
    const inside = Array.from(values).filter((_, at) => {
      const timeMs = timesMs[at] ?? 0;
      return timeMs > toMs - 5 * MINUTE_MS && timeMs <= toMs;
    });
    const rise = (inside.at(-1) ?? 0) - (inside[0] ?? 0);
    counts.all += rise;
    if (labels.status === 'error') counts.failed += rise;
  }
  return counts.failed / counts.all;
}

/** The demo's fleet from `historyMs` before the end of its outage until two minutes after its calm, told on a clock of now. */
export function demoOutage({ ratio, historyMs }: { ratio: number; historyMs: number }): Outage {
  const lastMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const told = scenarioOf(lastMs);
  // Five minutes until the outage has left the short window, and two more.
  const startMs = lastMs - 7 * MINUTE_MS + (told.startMs - told.outageEndMs);
  const { outageStartMs, outageEndMs } = scenarioOf(startMs);
  const fleet = new Fleet({
    seed: 20_260,
    historyMs: startMs - outageEndMs + historyMs + HOUR_MS,
    startMs,
    now: () => lastMs,
  });
  const series = fleet.metrics
    .select([{ name: '__name__', op: '=~', value: METRICS.join('|') }], outageEndMs - historyMs, lastMs)
    .map(({ labels, timesMs, values }) => ({ labels, timesMs, values }))
    .filter(({ timesMs }) => timesMs.length > 0);
  let calmMs = outageEndMs;
  while (calmMs < lastMs && failedShare(series, calmMs) > ratio) calmMs += STEP_MS;
  return { series, startMs: outageStartMs, endMs: outageEndMs, calmMs, lastMs };
}

/** The same told so much later. */
export const later = ({ series, startMs, endMs, calmMs, lastMs }: Outage, byMs: number): Outage => ({
  series: series.map((one) => ({ ...one, timesMs: Array.from(one.timesMs, (timeMs) => timeMs + byMs) })),
  startMs: startMs + byMs,
  endMs: endMs + byMs,
  calmMs: calmMs + byMs,
  lastMs: lastMs + byMs,
});
