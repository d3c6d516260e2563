import { Fleet } from '@/lab/fleet/fleet';
import { scenarioOf } from '@/lab/fleet/scenario';
import type { WrittenSeries } from '../../remote-write';

const STEP_MS = 30_000;
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
  nowMs: number;
}

/** The demo's fleet around its outage, moved so that the outage begins `agoMs` before now; `historyMs` of it before now. */
export function outageBefore(agoMs: number, historyMs: number): Outage {
  const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const told = scenarioOf(nowMs);
  const startMs = nowMs - agoMs + (told.startMs - told.outageStartMs);
  const scenario = scenarioOf(startMs);
  const fleet = new Fleet({
    seed: 20_260,
    historyMs: startMs - nowMs + historyMs + HOUR_MS,
    startMs,
    now: () => nowMs,
  });
  const series = fleet.metrics
    .select([{ name: '__name__', op: '=~', value: METRICS.join('|') }], nowMs - historyMs, nowMs)
    .map(({ labels, timesMs, values }) => ({ labels, timesMs, values }))
    .filter(({ timesMs }) => timesMs.length > 0);
  return { series, startMs: scenario.outageStartMs, endMs: scenario.outageEndMs, nowMs };
}
