import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as compare } from '@/app/api/compare/route';
import { Compare } from '@/lib/contracts/compare';
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
