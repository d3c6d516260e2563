import { describe, expect, it } from 'vitest';
import { Fleet } from '@/lab/fleet/fleet';
import { CELLS } from '@/lab/fleet/models';
import { simulateWindow } from '@/lab/fleet/window';
import type { LogEntry, Matcher, Trace } from '@/lab/stores';
import { TooMuchToRead } from '@/lab/stores';

const HOUR_MS = 3_600_000;
const START_MS = 1_795_230_000_000;
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;
const eq = (name: string, value: string): Matcher => ({ name, op: '=', value });

const fleetAt = (now: () => number, seed = 1, historyMs = 2 * HOUR_MS): Fleet =>
  new Fleet({ seed, historyMs, startMs: START_MS, now });

const fleet = fleetAt(() => START_MS);
const fromMs = START_MS - HOUR_MS;

/** How much a counter grew from fromMs to the start. */
function growth(matchers: Matcher[]): number {
  let sum = 0;
  for (const { values } of fleet.metrics.select(matchers, fromMs, START_MS))
    sum += (values.at(-1) ?? 0) - (values[0] ?? 0);
  return sum;
}

interface Line {
  event: string;
  model_name: string;
  model_version: string;
  request_id: string;
  trace_id: string;
  span_id: string;
  user_segment: string;
  status: string;
  latency_ms: number;
  sampled: boolean;
  error?: string;
  feature_sample: Record<string, number>;
}

const entries: LogEntry[] = fleet.logs
  .select(
    [{ name: 'level', op: '=~', value: 'info|error' }, eq('model_name', 'fraud_detector')],
    ns(fromMs),
    ns(START_MS),
  )
  .flatMap((stream) => stream.entries);
const lines: Line[] = entries.map(({ line }) => JSON.parse(line));
const traces = new Map<string, Trace>();
for (const trace of fleet.traces.scan(fromMs - 60_000, START_MS)) traces.set(trace.traceId, trace);

describe('metrics, logs and traces of one hour', () => {
  it('count the same requests and the same errors, for each version', () => {
    for (const version of ['2.3.0', '2.4.0']) {
      for (const status of ['ok', 'error']) {
        const counted = growth([
          eq('__name__', 'inference_requests_total'),
          eq('model_name', 'fraud_detector'),
          eq('model_version', version),
          eq('status', status),
        ]);
        expect(counted).toBeGreaterThan(50);
        expect(lines.filter((line) => line.model_version === version && line.status === status)).toHaveLength(counted);
      }
    }
  });

  it('have every latency in the same bucket', () => {
    for (const { labels } of fleet.metrics.select(
      [
        eq('__name__', 'inference_latency_seconds_bucket'),
        eq('model_name', 'fraud_detector'),
        eq('model_version', '2.4.0'),
      ],
      fromMs,
      START_MS,
    )) {
      const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le) * 1000;
      const counted = growth(Object.entries(labels).map(([name, value]) => eq(name, value)));
      expect(lines.filter((line) => line.model_version === '2.4.0' && line.latency_ms <= bound)).toHaveLength(counted);
    }
  });

  it('have every feature value in the same bucket', () => {
    const buckets = fleet.metrics.select(
      [
        eq('__name__', 'feature_value_bucket'),
        eq('model_name', 'fraud_detector'),
        eq('model_version', '2.3.0'),
        eq('feature', 'amount'),
      ],
      fromMs,
      START_MS,
    );
    expect(buckets).toHaveLength(10);
    for (const { labels } of buckets) {
      const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
      const logged = lines.filter(
        ({ model_version, feature_sample: { amount } }) =>
          model_version === '2.3.0' && amount !== undefined && amount <= bound,
      );
      expect(logged).toHaveLength(growth(Object.entries(labels).map(([name, value]) => eq(name, value))));
    }
  });

  it('split the requests over the same segments', () => {
    for (const segment of ['free', 'premium', 'business']) {
      const counted = growth([
        eq('__name__', 'inference_segment_requests_total'),
        eq('model_name', 'fraud_detector'),
        eq('user_segment', segment),
      ]);
      expect(lines.filter((line) => line.user_segment === segment)).toHaveLength(counted);
    }
  });

  it('keep a trace of every failed, every slow and about every tenth other request', () => {
    const others = lines.filter((line) => line.status === 'ok' && line.latency_ms <= 300);
    for (const line of lines) {
      expect(traces.has(line.trace_id)).toBe(line.sampled);
      if (line.status === 'error' || line.latency_ms > 301) expect(line.sampled).toBe(true);
    }
    expect(others.filter(({ sampled }) => sampled).length / others.length).toBeCloseTo(0.1, 1);
  });

  it('tell the same of a request in its line and in its trace', () => {
    for (const line of lines.filter(({ sampled }) => sampled).slice(0, 500)) {
      const trace = fleet.traces.byId(line.trace_id);
      const root = trace?.spans.find(({ parentSpanId }) => parentSpanId === '');
      if (trace === null || root === undefined) throw new Error('no trace');
      expect(root.spanId).toBe(line.span_id);
      expect(Math.ceil(Number(root.endNs - root.startNs) / 1e6)).toBe(line.latency_ms);
      expect(root.statusCode === 2).toBe(line.status === 'error');
      const attributes = new Map(
        root.attributes.map(({ key, value }) => [key, 'stringValue' in value ? value.stringValue : null]),
      );
      expect(attributes.get('request_id')).toBe(line.request_id);
      expect(attributes.get('model_version')).toBe(line.model_version);
      expect(attributes.get('user_segment')).toBe(line.user_segment);
      for (const span of trace.spans) {
        expect(span.startNs >= root.startNs && span.endNs <= root.endNs).toBe(true);
        if (span.parentSpanId !== '') expect(trace.spans.some(({ spanId }) => spanId === span.parentSpanId)).toBe(true);
      }
    }
  });

  it('name traces that exist in the exemplars, with their latency', () => {
    const exemplars = fleet.metrics.exemplars([eq('model_name', 'fraud_detector')], fromMs, START_MS);
    expect(exemplars.length).toBeGreaterThan(200);
    for (const { labels, value, seriesLabels, timestampMs } of exemplars) {
      const trace = fleet.traces.byId(labels.trace_id ?? '');
      const [root] = trace?.spans ?? [];
      expect(Number((root?.endNs ?? 0n) - (root?.startNs ?? 0n)) / 1e9).toBeCloseTo(value, 9);
      expect(value).toBeLessThanOrEqual(seriesLabels.le === '+Inf' ? Infinity : Number(seriesLabels.le));
      expect(timestampMs).toBeGreaterThanOrEqual(fromMs);
    }
  });

  it('find the lines of a trace or request by its id alone', () => {
    const failed = lines.find(({ error }) => error?.startsWith('FeatureStoreTimeout'));
    if (failed === undefined) throw new Error('no timeout in an hour');
    for (const id of [failed.trace_id, failed.request_id]) {
      const found = fleet.logs
        .select([], ns(START_MS - 2 * HOUR_MS), ns(START_MS), { contains: [`"${id}"`] })
        .flatMap(({ labels, entries: some }) =>
          some.filter(({ line }) => line.includes(id)).map(() => labels.service_name),
        );
      expect(found.sort()).toEqual(['feature-store', 'fraud-api', 'gateway']);
    }
    expect(fleet.logs.select([], ns(fromMs), ns(START_MS), { contains: ['f'.repeat(32)] })).toEqual([]);
  });

  it('keep entries in order of time and inside the range', () => {
    const startNs = ns(START_MS - 90_500);
    const endNs = ns(START_MS - 10_250);
    for (const stream of fleet.logs.select([], startNs, endNs)) {
      for (const [i, { timeNs }] of stream.entries.entries()) {
        expect(timeNs >= startNs && timeNs < endNs).toBe(true);
        expect(timeNs >= (stream.entries[i - 1]?.timeNs ?? 0n)).toBe(true);
      }
    }
  });

  it('hand over traces newest first and only those of the range', () => {
    let before = Number.POSITIVE_INFINITY;
    let count = 0;
    for (const trace of fleet.traces.scan(START_MS - 600_000, START_MS - 300_000)) {
      const starts = trace.spans.map(({ startNs }) => Number(startNs) / 1e6);
      expect(starts.some((startMs) => startMs >= START_MS - 600_000 && startMs < START_MS - 300_000)).toBe(true);
      // Windows are by completion: a slow request may come after one that started a moment before it.
      expect(Math.min(...starts)).toBeLessThan(before + 5000);
      before = Math.min(...starts);
      count++;
    }
    expect(count).toBeGreaterThan(200);
  });
});

describe('the world', () => {
  it('is the same for the same seed and another for another', () => {
    const twin = fleetAt(() => START_MS);
    const other = fleetAt(() => START_MS, 2);
    const all = (of: Fleet) =>
      of.metrics.select([], fromMs, START_MS).map(({ labels, values }) => [labels, [...values]]);
    expect(all(twin)).toEqual(all(fleet));
    expect(all(other)).not.toEqual(all(fleet));
  });

  it('computes a window alone as it does in passing', () => {
    const window = START_MS / 30_000 - 50;
    for (const cell of CELLS) {
      const alone = simulateWindow(fleet.world, cell, window);
      const scratch = simulateWindow(fleet.world, cell, window - 7);
      const reused = simulateWindow(fleet.world, cell, window, scratch);
      expect(reused.count).toBe(alone.count);
      expect([...reused.latencyUs.subarray(0, reused.count)]).toEqual([...alone.latencyUs.subarray(0, alone.count)]);
      expect([...reused.features.subarray(0, reused.count * 4)]).toEqual([
        ...alone.features.subarray(0, alone.count * 4),
      ]);
    }
  });

  it('has nothing of the future, and goes on as time does', () => {
    let nowMs = START_MS + 14_000;
    const live = fleetAt(() => nowMs);
    const up = () => live.metrics.select([eq('__name__', 'up'), eq('job', 'gateway')], 0, 1e13)[0];
    expect(up()?.timesMs.at(-1)).toBe(START_MS);
    const newestLine = () =>
      live.logs
        .select([eq('level', 'info')], ns(START_MS), ns(START_MS + HOUR_MS))
        .flatMap(({ entries: some }) => some.map(({ timeNs }) => Number(timeNs) / 1e6));
    const early = newestLine();
    expect(Math.max(...early)).toBeLessThanOrEqual(nowMs);
    expect(Math.max(...early)).toBeGreaterThan(nowMs - 2000);
    nowMs = START_MS + 61_000;
    expect(up()?.timesMs.at(-1)).toBe(START_MS + 60_000);
    expect(newestLine().length).toBeGreaterThan(early.length);
    for (const trace of live.traces.scan(START_MS, START_MS + HOUR_MS)) {
      for (const { endNs } of trace.spans) expect(Number(endNs) / 1e6).toBeLessThanOrEqual(nowMs);
    }
  });

  it('forgets what is older than its history, and its counters do not jump when it does', () => {
    let nowMs = START_MS;
    const live = fleetAt(() => nowMs, 1, HOUR_MS);
    nowMs = START_MS + 6 * HOUR_MS;
    const series = live.metrics.select(
      [eq('__name__', 'inference_requests_total'), eq('model_version', '2.3.0'), eq('status', 'ok')],
      0,
      1e13,
    )[0];
    if (series === undefined) throw new Error('no series');
    expect(series.timesMs[0]).toBeGreaterThan(START_MS);
    expect(series.timesMs.length).toBeLessThanOrEqual(120 + 1 + 480);
    const cell = CELLS.find(({ version }) => version === '2.3.0');
    if (cell === undefined) throw new Error('no cell');
    for (let i = 1; i < series.timesMs.length; i++) {
      expect((series.timesMs[i] ?? 0) - (series.timesMs[i - 1] ?? 0)).toBe(30_000);
      const requests = simulateWindow(live.world, cell, (series.timesMs[i] ?? 0) / 30_000 - 1);
      const ok = requests.failure.subarray(0, requests.count).filter((failure) => failure === 0).length;
      expect((series.values[i] ?? 0) - (series.values[i - 1] ?? 0)).toBe(ok);
    }
    expect(live.logs.select([], ns(START_MS), ns(START_MS + HOUR_MS))).toEqual([]);
  });

  it('refuses to read more lines than it may, before reading them', () => {
    const wide = new Fleet({ seed: 1, historyMs: 24 * HOUR_MS, startMs: START_MS, now: () => START_MS });
    expect(() => wide.logs.select([], ns(START_MS - 24 * HOUR_MS), ns(START_MS))).toThrow(TooMuchToRead);
  });
});
