/**
 * Prints how long the lab's Prometheus takes over a fleet-sized store: 2,200 series of three days at 30 s. Run with
 * `npx tsx tests/bench/prometheus-speed.ts`. Figures, not a test: a busy machine must not fail a build.
 */
import { MemoryMetricStore } from '../../lab/memory-metrics';
import { prometheusEngine } from '../../lab/prometheus/engine';
import type { Series } from '../../lab/stores';

const SAMPLES = 8640;
const STEP_MS = 30_000;
const END_MS = Date.UTC(2026, 0, 10);
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.075', '0.1', '0.25', '0.5', '1', '+Inf'];

const timesMs = Float64Array.from({ length: SAMPLES }, (_, index) => END_MS - (SAMPLES - 1 - index) * STEP_MS);

const counter = (labels: Record<string, string>, perSample: number): Series => ({
  labels,
  timesMs,
  values: Float64Array.from({ length: SAMPLES }, (_, index) =>
    Math.floor(index * perSample * (1 + (index % 97) / 1000)),
  ),
});

const series: Series[] = [];
for (let version = 0; version < 20; version += 1) {
  BOUNDS.forEach((le, rank) => {
    series.push(
      counter({ __name__: 'x_bucket', model_version: `v${version}`, instance: `i${version % 3}`, le }, 3 * (rank + 1)),
    );
  });
}
for (let other = 0; other < 2000; other += 1) {
  series.push(counter({ __name__: 'requests_total', model: `m${other % 12}`, instance: `i${other}` }, 1 + (other % 7)));
}

const engine = prometheusEngine(new MemoryMetricStore({ series }));
const HOUR_S = 3600;

async function measure(query: string, hours: number, stepS: number): Promise<void> {
  const params = new URLSearchParams({
    query,
    start: String(END_MS / 1000 - hours * HOUR_S),
    end: String(END_MS / 1000),
    step: String(stepS),
  });
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < 7; run += 1) {
    const startedMs = performance.now();
    const { status, body } = await engine({
      method: 'GET',
      path: '/api/v1/query_range',
      params,
      headers: {},
      body: Buffer.alloc(0),
      nowMs: END_MS,
    });
    times.push(performance.now() - startedMs);
    if (status !== 200) throw new Error(body);
    bytes = body.length;
  }
  const [first = 0] = times;
  const median = times.toSorted((a, b) => a - b)[3] ?? 0;
  console.log(
    `${first.toFixed(0).padStart(6)} ms first ${median.toFixed(0).padStart(6)} ms median ${String(bytes).padStart(9)} bytes  ${hours} h / ${stepS} s  ${query}`,
  );
}

await measure('histogram_quantile(0.95, sum by (le, model_version) (rate(x_bucket[5m])))', 6, 30);
await measure('histogram_quantile(0.95, sum by (le, model_version) (rate(x_bucket[5m])))', 71, 300);
await measure('sum by (model) (rate(requests_total[5m]))', 6, 30);
await measure('requests_total', 1, 30);
await measure('topk(5, rate(requests_total[5m]))', 6, 60);
await measure('sum(rate(requests_total[1h])) / sum(rate(requests_total[6h]))', 24, 300);
await measure('max_over_time(sum(rate(requests_total[5m]))[6h:5m])', 24, 300);
await measure('x_bucket / ignoring (le) group_left x_bucket{le="+Inf"}', 6, 30);
