import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as compare } from '@/app/api/compare/route';
import { keyOf, Random } from '@/lab/fleet/random';
import { Compare } from '@/lib/contracts/compare';
import { hasPrometheus, type RealPrometheus, singleValue, startPrometheus } from '../real-prometheus';
import { call, NOW_MS, useConfig } from './console';

const START_MS = NOW_MS - 3 * 3_600_000;
const SCRAPE_MS = 15_000;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1];
const VERSIONS = [
  { version: '2.3.0', perScrape: 100, failed: 0.006, median: 0.12, segments: { free: 0.7, premium: 0.3 } },
  { version: '2.4.0', perScrape: 25, failed: 0.019, median: 0.14, segments: { free: 0.4, premium: 0.6 } },
] as const;

/**
 * Three hours of two versions as a Prometheus scraped them: unequal traffic, fractions nowhere, and the challenger's
 * process restarted once, so that its counters fall.
 */
function exposition(): string {
  const samples = new Map<string, string[]>();
  const add = (series: string, value: number, atMs: number) => {
    const own = samples.get(series) ?? [];
    own.push(`${series} ${value} ${atMs / 1_000}`);
    samples.set(series, own);
  };
  for (const [index, { version, perScrape, failed, median, segments }] of VERSIONS.entries()) {
    const random = new Random(keyOf(4, index));
    const labels = `model_name="fraud_detector",model_version="${version}"`;
    let counts = new Map<string, number>();
    const count = (series: string, by: number) => counts.set(series, (counts.get(series) ?? 0) + by);
    for (let atMs = START_MS; atMs <= NOW_MS; atMs += SCRAPE_MS) {
      if (index === 1 && atMs === START_MS + 5_400_000) counts = new Map();
      let sum = 0;
      for (const [segment, share] of Object.entries(segments)) {
        const requests = random.poisson(perScrape * share);
        const errors = Math.min(requests, random.poisson(requests * failed * (segment === 'free' ? 1 : 2)));
        const name = 'inference_segment_requests_total';
        count(`${name}{${labels},user_segment="${segment}",status="ok"}`, requests - errors);
        count(`${name}{${labels},user_segment="${segment}",status="error"}`, errors);
        count(`inference_requests_total{${labels},status="ok"}`, requests - errors);
        count(`inference_requests_total{${labels},status="error"}`, errors);
        for (let one = 0; one < requests; one += 1) {
          const seconds = median * Math.exp(0.35 * random.normal());
          sum += seconds;
          for (const bound of BOUNDS) {
            count(`inference_latency_seconds_bucket{${labels},le="${bound}"}`, seconds <= bound ? 1 : 0);
          }
        }
        count(`inference_latency_seconds_bucket{${labels},le="+Inf"}`, requests);
        count(`inference_latency_seconds_count{${labels}}`, requests);
      }
      count(`inference_latency_seconds_sum{${labels}}`, sum);
      count(`llm_read_tokens_total{${labels}}`, random.poisson(perScrape * 300));
      count(`llm_written_tokens_total{${labels}}`, random.poisson(perScrape * (index === 0 ? 80 : 120)));
      for (const [series, value] of counts) add(series, value, atMs);
    }
  }
  const family = (name: string, type: string): string[] => [
    `# TYPE ${name} ${type}`,
    ...[...samples].filter(([series]) => series.startsWith(name)).flatMap(([, lines]) => lines),
  ];
  return [
    ...family('inference_requests', 'counter'),
    ...family('inference_segment_requests', 'counter'),
    ...family('inference_latency_seconds', 'histogram'),
    ...family('llm_read_tokens', 'counter'),
    ...family('llm_written_tokens', 'counter'),
    '# EOF\n',
  ].join('\n');
}

describe.skipIf(!hasPrometheus())('the comparison over a real Prometheus', () => {
  let prometheus: RealPrometheus;
  const directory = mkdtempSync(join(tmpdir(), 'windsock-metrics-'));

  beforeAll(async () => {
    const file = join(directory, 'metrics.om');
    writeFileSync(file, exposition());
    prometheus = await startPrometheus({ openMetricsFile: file });
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
    useConfig(`
sources:
  prometheus: { url: '${prometheus.url}', scrapeInterval: 15s }
signals:
  overrides:
    inputTokens: { metric: llm_read_tokens_total }
    outputTokens: { metric: llm_written_tokens_total }
models:
  - name: fraud_detector
    cost: { inputPerMillion: 2, outputPerMillion: 10, currency: EUR }
    slos:
      - { kind: latency, objective: 0.95, threshold: 250ms, window: 24h }
`);
  }, 60_000);

  afterAll(async () => {
    vi.useRealTimers();
    await prometheus?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each([
    ['the last hour and a half', 5_400_000],
    ['a window that begins between scrapes', 4_321_000],
  ])('shows over %s what Prometheus answers to the same questions', async (_, windowMs) => {
    const endMs = NOW_MS - 600_000;
    const { status, body } = await call(compare, {
      query: { model: 'fraud_detector', champion: '2.3.0', challenger: '2.4.0', startMs: endMs - windowMs, endMs },
    });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
    const { inputs, result } = Compare.parse(body);
    expect(inputs.faults).toEqual([]);
    // The challenger's counters fell once within the longer window: that is a restart, no doubt and no pass.
    expect(result.verdict.kind).toBe('roll-back');
    const window = `${(inputs.endMs - inputs.startMs) / 1_000}s`;
    const same = async (name: string, shown: number | null | undefined, query: string) => {
      const asked = await singleValue(prometheus, query, inputs.endMs);
      expect(asked, name).toBeGreaterThan(0);
      expect(Math.abs((shown ?? Number.NaN) / asked - 1), `${name}: ${shown} and ${asked}`).toBeLessThan(1e-9);
    };
    for (const side of ['champion', 'challenger'] as const) {
      const version = inputs[side]?.version;
      const own = `model_name="fraud_detector",model_version="${version}"`;
      const requests = `sum(increase(inference_requests_total{${own}}[${window}]))`;
      const errors = `sum(increase(inference_requests_total{${own},status="error"}[${window}]))`;
      await same('requests', inputs[side]?.requests, requests);
      await same('errors', inputs[side]?.errors, errors);
      const row = (id: string) => result.measures.find((one) => one.id === id)?.[side];
      await same('error ratio', row('errors'), `${errors} / ${requests}`);
      const buckets = (matcher: string) => `increase(inference_latency_seconds_bucket{${own}${matcher}}[${window}])`;
      for (const q of [0.5, 0.95, 0.99]) {
        await same(`P${q * 100}`, row(`p${q * 100}`), `1000 * histogram_quantile(${q}, sum by (le) (${buckets('')}))`);
      }
      await same(
        'share above the objective’s bound',
        row('above-slo'),
        `1 - sum(${buckets(',le="0.25"')}) / sum(${buckets(',le="+Inf"')})`,
      );
      for (const segment of ['free', 'premium']) {
        const shown = inputs.segments?.find((one) => one.segment === segment)?.[side];
        const counted = (more: string) =>
          `sum(increase(inference_segment_requests_total{${own},user_segment="${segment}"${more}}[${window}]))`;
        await same(`requests of ${segment}`, shown?.total, counted(''));
        await same(`errors of ${segment}`, shown?.successes, counted(',status="error"'));
        const told = result.segments.find((one) => one.segment === segment)?.[side];
        await same(`error ratio of ${segment}`, told, `${counted(',status="error"')} / ${counted('')}`);
      }
    }
  });

  it('counts tokens per request of each version and prices them, within what minutes round off', async () => {
    const endMs = NOW_MS - 600_000;
    const { body } = await call(compare, {
      query: { model: 'fraud_detector', champion: '2.3.0', challenger: '2.4.0', startMs: endMs - 3_600_000, endMs },
    });
    const { result } = Compare.parse(body);
    const row = (id: string) => result.measures.find((one) => one.id === id);
    for (const side of ['champion', 'challenger'] as const) {
      const own = `model_version="${side === 'champion' ? '2.3.0' : '2.4.0'}"`;
      const perRequest = (metric: string) =>
        singleValue(
          prometheus,
          `sum(increase(${metric}{${own}}[1h])) / sum(increase(inference_requests_total{${own}}[1h]))`,
          endMs,
        );
      const [read, written] = await Promise.all(['llm_read_tokens_total', 'llm_written_tokens_total'].map(perRequest));
      if (read === undefined || written === undefined) throw new Error('no tokens');
      expect((row('tokens-input')?.[side] ?? 0) / read).toBeCloseTo(1, 2);
      expect((row('tokens-output')?.[side] ?? 0) / written).toBeCloseTo(1, 2);
      expect((row('cost')?.[side] ?? 0) / ((read * 2 + written * 10) / 1_000)).toBeCloseTo(1, 2);
    }
    expect(row('tokens-input')?.state).toBe('same');
    expect(row('tokens-output')?.state).toBe('differs');
    expect(row('cost')).toMatchObject({ state: 'worse', name: 'Cost per 1 000 requests, EUR' });
  });
});
