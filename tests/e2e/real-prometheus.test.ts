import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from '@/lib/contracts/fleet';
import { ModelTraffic } from '@/lib/contracts/model';
import { labSources, startConsole, startLab } from '../demo-stack';
import { hasPrometheus, startPrometheus } from '../real-prometheus';

const DATA = join(import.meta.dirname, '../fixtures/corpus/data');
const { to } = JSON.parse(readFileSync(join(DATA, 'range.json'), 'utf8')) as { from: number; to: number };
const endMs = Math.floor(to / 60) * 60_000;
const startMs = endMs - 600_000;

type Console = Awaited<ReturnType<typeof startConsole>>;

describe.skipIf(!hasPrometheus())('the console over a real Prometheus', () => {
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
  let lab: Awaited<ReturnType<typeof startLab>>;
  let console_: Console;

  beforeAll(async () => {
    [prometheus, lab] = await Promise.all([
      startPrometheus({ openMetricsFile: join(DATA, 'metrics.om') }),
      startLab(['--data', DATA]),
    ]);
    console_ = await startConsole(labSources(lab.url).replace(`${lab.url}/prometheus`, prometheus.url));
  });
  afterAll(async () => {
    await Promise.all([console_?.process.stop(), lab?.process.stop(), prometheus?.stop()]);
    if (console_) await rm(console_.folder, { recursive: true, force: true });
  });

  async function direct(query: string): Promise<Map<string, number>> {
    const params = new URLSearchParams({ query, time: String(endMs / 1_000) });
    const response = await fetch(`${prometheus.url}/api/v1/query?${params}`);
    const body = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return new Map(
      body.data.result.map(({ metric, value }) => [
        `${metric.model_name} ${metric.model_version ?? ''}`.trim(),
        Number(value[1]),
      ]),
    );
  }

  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`${console_.url}/api/${path}`);
    expect(response.status, await response.clone().text()).toBe(200);
    return response.json();
  };

  it('shows on the Overview the numbers that Prometheus gives when asked directly', async () => {
    const fleet = Fleet.parse(await read(`fleet?startMs=${startMs}&endMs=${endMs}`));
    const requests = await direct('sum by (model_name, model_version) (increase(inference_requests_total[10m]))');
    const errors = await direct(
      'sum by (model_name, model_version) (increase(inference_requests_total{status="error"}[10m]))',
    );
    const quantile = (q: number) =>
      direct(
        `1000 * histogram_quantile(${q}, sum by (model_name, model_version, le) (increase(inference_latency_seconds_bucket[10m])))`,
      );
    const [p50, p95, p99] = await Promise.all([quantile(0.5), quantile(0.95), quantile(0.99)]);
    const versions = fleet.rows.flatMap(({ model, versions: own }) => own.map((version) => ({ model, ...version })));
    expect(versions.length).toBeGreaterThanOrEqual(3);
    expect(versions.length).toBe([...requests.values()].filter((count) => count > 0).length);
    for (const row of versions) {
      const name = `${row.model} ${row.version}`;
      const all = requests.get(name) ?? Number.NaN;
      expect(row.requests, name).toBeCloseTo(all, 9);
      expect(row.requestsPerSecond, name).toBeCloseTo(all / 600, 9);
      if (row.errorRatio !== null) expect(row.errorRatio, name).toBeCloseTo((errors.get(name) ?? 0) / all, 9);
      for (const [shown, asked] of [
        [row.p50, p50],
        [row.p95, p95],
        [row.p99, p99],
      ] as const) {
        const expected = asked.get(name) ?? Number.NaN;
        if (Number.isFinite(expected)) expect(shown.ms, name).toBeCloseTo(expected, 6);
        else expect(shown.ms, name).toBeNull();
      }
    }
  });

  it('draws the same requests over time as a range query sent directly', async () => {
    const traffic = ModelTraffic.parse(await read(`models/fraud_detector/traffic?startMs=${startMs}&endMs=${endMs}`));
    const why = traffic.why.find(({ purpose, stepMs }) => purpose === 'requests by version' && stepMs !== null);
    if (why === undefined || why.stepMs === null) throw new Error('no range query of requests was told');
    const params = new URLSearchParams({
      query: why.query,
      start: String(why.startMs / 1_000),
      end: String(why.endMs / 1_000),
      step: String(why.stepMs / 1_000),
    });
    const response = await fetch(`${prometheus.url}/api/v1/query_range?${params}`);
    const body = (await response.json()) as {
      data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    expect(body.data.result.length).toBeGreaterThan(0);
    const { requestsPerSecond: set } = traffic;
    for (const { metric, values } of body.data.result) {
      const drawn = set.series.find(({ labels }) => labels.version === metric.model_version);
      for (const [seconds, text] of values) {
        const value = drawn?.values[(seconds * 1_000 - set.startMs) / set.stepMs];
        expect(value, `${metric.model_version} at ${seconds}`).toBeCloseTo(Number(text), 9);
      }
    }
  });
});
