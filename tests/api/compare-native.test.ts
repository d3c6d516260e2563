import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as compare } from '@/app/api/compare/route';
import { keyOf, Random } from '@/lab/fleet/random';
import { Compare } from '@/lib/contracts/compare';
import { hasPrometheus, type RealPrometheus, singleValue, startPrometheus } from '../real-prometheus';
import { remoteWrite, type WrittenHistogram, type WrittenSeries } from '../remote-write';
import { call, NOW_MS, useConfig } from './console';

/** Natives of both versions as Prometheus answers them: P95 of 200 ms and 160 ms, in buckets 9 % wide. */
const EDGE = (index: number): number => 2 ** (index / 8);
const VERSIONS = [
  { version: '2.3.0', requests: 40_000, errors: 240, scale: 1 },
  { version: '2.4.0', requests: 10_000, errors: 60, scale: 0.8 },
] as const;
const NAMES = ['inference_requests_total', 'inference_latency_seconds', 'inference_latency_seconds_bucket'];

const labelsOf = (version: string) => ({ model_name: 'fraud_detector', model_version: version });

/** An even spread from 0 to 0.21 s, scaled: only buckets that hold something, `[rule, lower, upper, count]`. */
function native(requests: number, scale: number) {
  const top = 0.2105 * scale;
  const buckets: [number, string, string, string][] = [];
  let below = 0;
  for (let index = -64; EDGE(index - 1) < top; index += 1) {
    const share = Math.min(1, EDGE(index) / top);
    buckets.push([0, String(EDGE(index - 1)), String(EDGE(index)), String(requests * (share - below))]);
    below = share;
  }
  return { count: String(requests), sum: String((requests * top) / 2), buckets };
}

/** Answers like a Prometheus that holds both kinds of histogram, the classic one with a single useful bound. */
function answer(query: string): object[] {
  const seconds = NOW_MS / 1_000;
  if (query.includes('__name__')) return NAMES.map((name) => ({ metric: { __name__: name }, value: [seconds, '2'] }));
  return VERSIONS.flatMap(({ version, requests, errors, scale }): object[] => {
    const metric = labelsOf(version);
    if (query.includes('inference_latency_seconds_bucket')) {
      const bound = (le: string, count: number) => ({ metric: { ...metric, le }, value: [seconds, String(count)] });
      return [bound('0.1', requests / 2), bound('1', requests), bound('+Inf', requests)];
    }
    if (query.includes('inference_latency_seconds')) {
      return [{ metric, histogram: [seconds, native(requests, scale)] }];
    }
    if (query.includes('status')) return [{ metric, value: [seconds, String(errors)] }];
    if (query.includes('inference_requests_total')) return [{ metric, value: [seconds, String(requests)] }];
    return [];
  });
}

describe('the comparison over native histograms', () => {
  let server: Server;
  let withNative = true;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1');
        const params = new URLSearchParams(`${url.search.slice(1)}&${body}`);
        const query = params.get('query') ?? '';
        const isNative = query.includes('inference_latency_seconds[') || query.includes('inference_latency_seconds{');
        const reply = (data: unknown) => {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ status: 'success', data }));
        };
        if (url.pathname.endsWith('/query')) {
          reply({ resultType: 'vector', result: isNative && !withNative ? [] : answer(query) });
        } else if (url.pathname.endsWith('/query_range')) reply({ resultType: 'matrix', result: [] });
        else if (url.pathname.endsWith('/labels')) reply(['__name__', 'model_name', 'model_version', 'status']);
        else if (url.pathname.endsWith('/buildinfo')) reply({ version: '3.8.0' });
        else reply([]);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
    useConfig(`
sources:
  prometheus: { url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}' }
`);
  });

  afterAll(async () => {
    vi.useRealTimers();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = async (startMs: number): Promise<Compare> => {
    const query = { model: 'fraud_detector', champion: '2.3.0', challenger: '2.4.0', startMs, endMs: NOW_MS };
    const { status, body } = await call(compare, { query });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
    return Compare.parse(body);
  };

  it('tells P95s apart that lie in one classic bucket', async () => {
    withNative = true;
    const { result, why } = await ask(NOW_MS - 3_600_000);
    const p95 = result.measures.find(({ id }) => id === 'p95');
    expect(p95?.champion).toBeCloseTo(200, -0.5);
    expect(p95?.challenger).toBeCloseTo(160, -0.5);
    expect(p95?.state).toBe('improves');
    expect(why.some(({ purpose }) => purpose === 'native latency histograms by version')).toBe(true);
  });

  it('falls back to the classic buckets where no native one is in the answer', async () => {
    withNative = false;
    const { result } = await ask(NOW_MS - 7_200_000);
    const p95 = result.measures.find(({ id }) => id === 'p95');
    expect(p95?.state).toBe('bucket-too-wide');
  });
});

const SCRAPE_MS = 15_000;
/** As the Go client makes them by default: buckets 9 % wide. */
const SCHEMA = 3;
/** A bound of such buckets: 2⁻² s. */
const SLO_SECONDS = 0.25;

/**
 * Two hours of two versions as a Prometheus scraped native histograms of them. The challenger restarts once, and in every
 * tenth minute both are slow, so that requests of one minute are not independent.
 */
function nativeHistory(): WrittenSeries[] {
  const timesMs: number[] = [];
  for (let atMs = NOW_MS - 7_200_000; atMs <= NOW_MS; atMs += SCRAPE_MS) timesMs.push(atMs);
  return [
    { version: '2.3.0', perScrape: 60, median: 0.16 },
    { version: '2.4.0', perScrape: 20, median: 0.2 },
  ].flatMap(({ version, perScrape, median }, index) => {
    const random = new Random(keyOf(7, index));
    let [counts, sum, requests, errors] = [new Map<number, number>(), 0, 0, 0];
    const histograms: WrittenHistogram[] = [];
    const counted: { ok: number; error: number }[] = [];
    for (const atMs of timesMs) {
      if (index === 1 && atMs === NOW_MS - 3_600_000) [counts, sum, requests, errors] = [new Map(), 0, 0, 0];
      const isSlow = Math.floor(atMs / 60_000) % 10 === 0;
      const arrived = random.poisson(perScrape);
      for (let one = 0; one < arrived; one += 1) {
        const seconds = median * (isSlow ? 1.8 : 1) * Math.exp(0.25 * random.normal());
        const bucket = Math.ceil(Math.log2(seconds) * 2 ** SCHEMA);
        counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
        sum += seconds;
      }
      requests += arrived;
      errors = Math.min(requests, errors + random.poisson(arrived * 0.006));
      histograms.push({ schema: SCHEMA, counts: new Map(counts), sum });
      counted.push({ ok: requests - errors, error: errors });
    }
    const labels = labelsOf(version);
    return [
      { labels: { __name__: 'inference_latency_seconds', ...labels }, timesMs, values: [], histograms },
      ...(['ok', 'error'] as const).map((status) => ({
        labels: { __name__: 'inference_requests_total', ...labels, status },
        timesMs,
        values: counted.map((one) => one[status]),
      })),
    ];
  });
}

describe.skipIf(!hasPrometheus())('the comparison over native histograms of a real Prometheus', () => {
  let prometheus: RealPrometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({
      flags: ['--enable-feature=native-histograms', '--web.enable-remote-write-receiver'],
    });
    await remoteWrite(prometheus.url, nativeHistory());
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
    useConfig(`
sources:
  prometheus: { url: '${prometheus.url}', scrapeInterval: 15s }
models:
  - name: fraud_detector
    slos: [{ kind: latency, objective: 0.95, threshold: 250ms, window: 24h }]
`);
  }, 60_000);

  afterAll(async () => {
    vi.useRealTimers();
    await prometheus?.stop();
  });

  it.each([
    ['an hour and a half, a restart among it', 5_400_000],
    ['a window that begins between scrapes', 4_321_000],
  ])('shows over %s what Prometheus answers to the same questions', async (_, windowMs) => {
    const endMs = NOW_MS - 600_000;
    const { status, body } = await call(compare, {
      query: { model: 'fraud_detector', champion: '2.3.0', challenger: '2.4.0', startMs: endMs - windowMs, endMs },
    });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
    const { inputs, result, overTime } = Compare.parse(body);
    expect(inputs.faults).toEqual([]);
    const row = (id: string) => result.measures.find((one) => one.id === id);
    for (const side of ['champion', 'challenger'] as const) {
      const own = `{model_name="fraud_detector",model_version="${inputs[side]?.version}"}`;
      const window = `${(inputs.endMs - inputs.startMs) / 1_000}s`;
      const histogram = `sum(increase(inference_latency_seconds${own}[${window}]))`;
      const same = async (name: string, shown: number | null | undefined, query: string) => {
        const asked = await singleValue(prometheus, query, inputs.endMs);
        expect(asked, name).toBeGreaterThan(0);
        expect(Math.abs((shown ?? Number.NaN) / asked - 1), `${name}: ${shown} and ${asked}`).toBeLessThan(1e-9);
      };
      for (const q of [0.5, 0.95, 0.99]) {
        await same(`P${q * 100}`, row(`p${q * 100}`)?.[side], `1000 * histogram_quantile(${q}, ${histogram})`);
      }
      const above = `1 - histogram_fraction(0, ${SLO_SECONDS}, ${histogram})`;
      await same('share above the objective’s bound', row('above-slo')?.[side], above);
      const values = overTime.series.find(({ labels }) => labels.side === side && labels.measure === 'p95')?.values;
      expect(values?.filter((value) => value !== null).length).toBeGreaterThan(60);
    }
    // The slow minutes hit both: what is left of them in the difference is known, because the cells are native too.
    expect(inputs.cells?.aboveBoundMs).not.toBeNull();
    expect(inputs.cells?.champion.above.filter((value) => value !== null).length).toBeGreaterThan(60);
    expect(row('p95')?.state).not.toBe('bucket-too-wide');
  });
});
