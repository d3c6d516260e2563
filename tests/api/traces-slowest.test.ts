import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GET as search } from '@/app/api/traces/route';
import { MemoryTraceStore } from '@/lab/memory-traces';
import { TraceSearch } from '@/lib/contracts/traces';
import { queryCache } from '@/lib/server/cache';
import { NOW_MS, START_SECONDS, span } from '../lab/tempo/ask';
import { call, useConfig } from './console';
import { startTempo, type TempoLab } from './traces-lab';

const COUNT = 3_000;
const RANGE = { startMs: START_SECONDS * 1000, endMs: NOW_MS - 60_000 };
/** Durations in an order of their own, each once: 1 to 3,000 ms. */
const durationOf = (index: number) => ((index * 1_867) % COUNT) + 1;

let tempo: TempoLab;
beforeAll(async () => {
  const store = new MemoryTraceStore();
  store.push(
    Array.from({ length: COUNT }, (_, index) =>
      span({ trace: index + 1, id: index + 1, atMs: index * 1_000, tookMs: durationOf(index) }),
    ),
  );
  tempo = await startTempo(store, NOW_MS);
  useConfig(`sources: { tempo: { url: "${tempo.url}/tempo" } }\n`);
});
beforeEach(() => {
  queryCache().clear();
  tempo.seen.length = 0;
  tempo.before = () => null;
});
afterAll(() => tempo.close());

const slowest = async (limit: number) => {
  const { status, body } = await call(search, { query: { ...RANGE, order: 'slowest', limit } });
  expect(status, JSON.stringify(body)).toBe(200);
  return TraceSearch.parse(body);
};
const top = (count: number) => Array.from({ length: count }, (_, index) => COUNT - index);

describe('the slowest of more traces than one search gives', () => {
  it.each([10, 200, 500, 1_000])('are exactly these: %i', async (limit) => {
    const { rows, isOrderCertain, more } = await slowest(limit);
    expect(rows.map(({ traceDurationMs }) => traceDurationMs)).toEqual(top(limit));
    expect([isOrderCertain, more]).toEqual([true, true]);
    expect(tempo.seen.length).toBeLessThan(20);
  });

  it('are so without TraceQL metrics too', async () => {
    tempo.before = (path) => (path === '/api/metrics/query' ? { status: 404, headers: {}, body: '' } : null);
    const { rows, chosen, isOrderCertain } = await slowest(100);
    expect(rows.map(({ traceDurationMs }) => traceDurationMs)).toEqual(top(100));
    expect(isOrderCertain).toBe(true);
    expect(chosen).toContain('without TraceQL metrics');
  });
});
