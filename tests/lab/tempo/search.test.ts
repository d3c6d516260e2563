import { describe, expect, it } from 'vitest';
import type { Trace, TraceStore } from '@/lab/stores';
import { TooMuchToRead } from '@/lab/stores';
import { tempoEngine } from '@/lab/tempo/engine';
import { ask, END_SECONDS, engineOf, NOW_MS, START_SECONDS, span } from './ask';

const RANGE = { start: START_SECONDS, end: END_SECONDS };

/** A store without end: traces newest first, counted as they are made. */
function endlessStore(): { store: TraceStore; made: () => number } {
  let made = 0;
  const store: TraceStore = {
    byId: () => null,
    push: () => undefined,
    *scan(): Generator<Trace> {
      for (let trace = 1; ; trace++) {
        made++;
        const one = span({ trace, id: trace, atMs: 3_000_000 - trace, attributes: { even: trace % 2 === 0 } });
        yield { traceId: one.traceId, spans: [one] };
      }
    },
  };
  return { store, made: () => made };
}

describe('how much a search reads', () => {
  it('asks the store for no more traces than the limit needs', async () => {
    const { store, made } = endlessStore();
    const answer = await ask(tempoEngine(store), '/api/search', { ...RANGE, q: '{ span.even }', limit: 5 });
    expect(JSON.parse(answer.body).traces.map(({ traceID }: { traceID: string }) => traceID)).toEqual([
      '2',
      '4',
      '6',
      '8',
      'a',
    ]);
    expect(made()).toBe(10);
  });

  it('passes the range on, less the half minute that is never searched', async () => {
    const ranges: number[][] = [];
    const store: TraceStore = {
      byId: () => null,
      push: () => undefined,
      scan: (startMs, endMs) => {
        ranges.push([startMs, endMs]);
        return [];
      },
    };
    const engine = tempoEngine(store);
    await ask(engine, '/api/search', { q: '{}', start: START_SECONDS, end: NOW_MS / 1000 + 100 });
    await ask(engine, '/api/search', { q: '{}' });
    expect(ranges).toEqual([
      [START_SECONDS * 1000, NOW_MS - 30_000],
      [NOW_MS - 930_000, NOW_MS - 30_000],
    ]);
  });

  it.each(['/api/search', '/api/metrics/query_range', '/api/v2/search/tags'])(
    'answers a store that refuses as a limit: %s',
    async (path) => {
      const store: TraceStore = {
        byId: () => null,
        push: () => undefined,
        scan: () => {
          throw new TooMuchToRead('more than 100 traces');
        },
      };
      const answer = await ask(tempoEngine(store), path, {
        ...RANGE,
        q: path.includes('metrics') ? '{} | rate()' : '{}',
      });
      expect(answer.status).toBe(429);
      expect(answer.body).toBe('query exceeds a limit of the lab: more than 100 traces');
    },
  );
});

describe('refused searches', () => {
  it.each([
    [{ q: '{}', tags: 'a=b' }, "can't specify tags and q in the same query"],
    [{ q: '{}', limit: 0 }, 'invalid limit: must be a positive number'],
    [{ q: '{}', limit: 300_000 }, 'limit 300000 exceeds max limit 262144'],
    [{ q: '{}', spss: 101 }, 'spans per span set exceeds 100. received 101'],
    [
      { q: '{}', start: 1_700_000_000_000 },
      'invalid start: strconv.ParseInt: parsing "1700000000000": value out of range',
    ],
    [{ q: '{}', end: '' }, 'only one of start and end provided'],
    [{ tags: 'a="b' }, 'invalid tags: '],
    [{ tags: 'a=b a=c' }, 'invalid tags: tag a has been set twice'],
    [{ minDuration: '1d' }, 'invalid minDuration: time: invalid duration "1d"'],
    [{ minDuration: '2s', maxDuration: '1s' }, 'invalid maxDuration: must be greater than minDuration'],
    [{ q: '{} | rate()' }, 'the lab answers metrics queries on /api/metrics only'],
    [{ q: `{ ${'('.repeat(60_000)} }` }, 'query expression is nested too deeply for the lab'],
  ])('%j', async (query, message) => {
    const answer = await ask(engineOf([]), '/api/search', { ...RANGE, ...query });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });
});

describe('the answer', () => {
  const engine = engineOf([
    span({ trace: 7, id: 1, name: 'root', tookMs: 50, resource: { 'service.name': 'Gateway' } }),
    span({ trace: 7, id: 2, parent: 1, tookMs: 20, statusCode: 2, attributes: { user: 'Ann', n: 12 } }),
    span({ trace: 8, id: 3, parent: 9, atMs: 1000, tookMs: 0 }),
  ]);

  it('strips the leading zeros of trace ids and sums up the services', async () => {
    const answer = await ask(engine, '/api/search', { ...RANGE, q: '{ status = error }' });
    const { traces } = JSON.parse(answer.body);
    expect(traces).toHaveLength(1);
    expect(traces[0]).toMatchObject({
      traceID: '7',
      rootServiceName: 'Gateway',
      rootTraceName: 'root',
      durationMs: 50,
      serviceStats: { Gateway: { spanCount: 1 }, shop: { spanCount: 1, errorCount: 1 } },
    });
    expect(traces[0].spanSets[0].matched).toBe(1);
  });

  it('says so where the root has not been received, and leaves out zeros', async () => {
    const { traces } = JSON.parse(
      (await ask(engine, '/api/search', { ...RANGE, q: '{ span:id = "0000000000000003" }' })).body,
    );
    expect(traces[0].rootServiceName).toBe('<root span not yet received>');
    expect(traces[0]).not.toHaveProperty('rootTraceName');
    expect(traces[0]).not.toHaveProperty('durationMs');
  });

  it('counts all matched spans and lists the first of them', async () => {
    const { traces } = JSON.parse((await ask(engine, '/api/search', { ...RANGE, q: '{}', spss: 1 })).body);
    expect(traces.map((trace: { traceID: string }) => trace.traceID)).toEqual(['8', '7']);
    expect(traces[1].spanSet.matched).toBe(2);
    expect(traces[1].spanSet.spans).toHaveLength(1);
  });

  it.each([
    ['tags=user=an', ['7']],
    ['tags=user=an service.name=gateway', ['7']],
    ['tags=user=bob', []],
    ['tags=n=12', ['7']],
    ['tags=name=root', ['7']],
    ['tags=error=true', ['7']],
    ['tags="&minDuration=10ms', 'refused'],
    ['minDuration=10ms', ['7']],
    ['maxDuration=10ms', ['8']],
  ])('finds the legacy form %s', async (text, ids) => {
    const answer = await ask(engine, '/api/search', { ...RANGE, ...Object.fromEntries(new URLSearchParams(text)) });
    if (ids === 'refused') expect(answer.status).toBe(400);
    else expect(JSON.parse(answer.body).traces.map((trace: { traceID: string }) => trace.traceID)).toEqual(ids);
  });
});

describe('tags and their values', () => {
  const engine = engineOf([
    span({ id: 1, attributes: { code: 200, path: '/a' } }),
    span({ id: 2, attributes: { code: '200', path: '/b', ok: true } }),
  ]);
  const body = async (path: string, query: Record<string, string> = {}): Promise<Record<string, unknown>> =>
    JSON.parse((await ask(engine, path, { ...RANGE, ...query })).body);

  it('lists names by scope', async () => {
    expect((await body('/api/v2/search/tags', { scope: 'span' })).scopes).toEqual([
      { name: 'span', tags: ['code', 'ok', 'path'] },
    ]);
    expect((await body('/api/v2/search/tags', { scope: 'span', q: '{ .path = "/a" }' })).scopes).toEqual([
      { name: 'span', tags: ['code', 'path'] },
    ]);
    expect((await body('/api/search/tags')).tagNames).toEqual(['code', 'ok', 'path', 'service.name']);
    expect((await ask(engine, '/api/search/tags', { ...RANGE, scope: 'nope' })).body).toBe('invalid scope: nope');
  });

  it('keeps types apart in the second version', async () => {
    expect((await body('/api/v2/search/tag/span.code/values')).tagValues).toEqual([
      { type: 'int', value: '200' },
      { type: 'string', value: '200' },
    ]);
    expect((await body('/api/search/tag/code/values')).tagValues).toEqual(['200']);
    expect((await body('/api/v2/search/tag/.ok/values')).tagValues).toEqual([{ type: 'bool', value: 'true' }]);
  });

  it('filters by one selector, and silently not at all by anything else', async () => {
    const path = '/api/v2/search/tag/span.path/values';
    expect((await body(path, { q: '{ .ok }' })).tagValues).toEqual([{ type: 'string', value: '/b' }]);
    expect((await body(path, { q: '{ .ok } && {}' })).tagValues).toHaveLength(2);
    expect((await body(path, { q: "{ .ok = 'x' }" })).tagValues).toHaveLength(2);
  });

  it('refuses what is no identifier', async () => {
    const answer = await ask(engine, '/api/v2/search/tag/service.name/values', RANGE);
    expect(answer).toMatchObject({ status: 400, body: 'please provide a valid tagName' });
    expect((await ask(engine, '/api/v2/search/tag/span.%22a%20b%22/values', RANGE)).status).toBe(200);
  });
});
