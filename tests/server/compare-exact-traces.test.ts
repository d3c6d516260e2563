import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { toBuckets } from '@/lib/domain/histogram';
import { readTraceP95 } from '@/lib/server/compare/exact-traces';
import { Parts } from '@/lib/server/compare/parts';
import { Gather } from '@/lib/server/gather';
import { openTempo } from '@/lib/server/trace-search/open';
import { NOW_MS, useConfig } from '../api/console';

/** Even spreads: P95 of 228 and 209 ms, both between the bounds 200 and 250 of the histogram. */
const SPREAD_MS: Readonly<Record<string, number>> = { '2.3.0': 240, '2.4.0': 220 };
const SPANS = 6_000;
const MINUTES = 60;

let server: Server;
let asked: string[] = [];
let isDown = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('q') ?? '';
    asked.push(query);
    if (isDown) {
      response.statusCode = 500;
      response.end('down for a test');
      return;
    }
    const bound = /duration <= (\d+)us/.exec(query)?.[1];
    const series = Object.entries(SPREAD_MS).map(([version, most]) => ({
      labels: [{ key: 'span.model_version', value: { stringValue: version } }],
      value: bound === undefined ? SPANS : Math.floor(SPANS * Math.min(1, Number(bound) / 1_000 / most)),
    }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ series, metrics: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  useConfig(`
sources:
  tempo: { url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}' }
`);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  asked = [];
  isDown = false;
});

/** Each read at a time of its own: an answer is kept for the same question. */
let endMs = NOW_MS;

async function read(
  requestsPerMinute: number,
): Promise<{ found: CompareInputs['exactP95'] | undefined; parts: Parts }> {
  endMs += 3_600_000;
  const { signal } = new AbortController();
  const parts = new Parts(new Gather(signal), signal);
  const histogram = (most: number) => {
    const points = [100, 200, 250, 500].map((upperBound) => ({
      upperBound,
      count: SPANS * Math.min(1, upperBound / most),
    }));
    const buckets = toBuckets([...points, { upperBound: Number.POSITIVE_INFINITY, count: SPANS }])?.buckets;
    if (buckets === undefined) throw new Error('no histogram');
    return buckets;
  };
  const side = () => ({
    requests: Array.from({ length: MINUTES }, () => requestsPerMinute),
    errors: [],
    buckets: [],
  });
  const found = await readTraceP95(
    openTempo(),
    parts,
    {
      model: 'fraud_detector',
      champion: '2.3.0',
      challenger: '2.4.0',
      startMs: endMs - MINUTES * 60_000,
      endMs,
      factor: 1,
      buckets: { champion: histogram(240), challenger: histogram(220) },
      cells: { startMs: endMs - (MINUTES - 1) * 60_000, stepMs: 60_000, champion: side(), challenger: side() },
    },
    signal,
  );
  return { found, parts };
}

describe('exact durations from traces', () => {
  it('tell P95s apart that lie in one bucket, by counting root spans up to finer bounds', async () => {
    const { found } = await read(SPANS / MINUTES);
    expect(found?.source).toBe('traces');
    expect(found?.champion.value).toBeCloseTo(228, -0.4);
    expect(found?.challenger.value).toBeCloseTo(209, -0.4);
    expect(found?.champion.low).toBeLessThan(228);
    expect(found?.champion.high).toBeGreaterThan(228);
    expect(asked.every((query) => query.includes('nestedSetParent < 0'))).toBe(true);
  });

  it('are not believed where traces are sampled: what is kept was slow or failed', async () => {
    const { found } = await read((3 * SPANS) / MINUTES);
    expect(found).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it('are not there when Tempo fails, which decides nothing', async () => {
    isDown = true;
    const { found, parts } = await read(SPANS / MINUTES);
    expect(found).toBeNull();
    expect(parts.faults.every(({ signal }) => signal === 'other')).toBe(true);
  });
});
