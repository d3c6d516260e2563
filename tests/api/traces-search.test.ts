import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GET as readQuery } from '@/app/api/traces/query/route';
import { GET as search } from '@/app/api/traces/route';
import { GET as readTags } from '@/app/api/traces/tags/route';
import { GET as readValues } from '@/app/api/traces/tags/values/route';
import { ErrorBody } from '@/lib/contracts/error';
import { formatConditions } from '@/lib/contracts/trace-conditions';
import { TraceQuery, TraceSearch, TraceTags, TraceValues } from '@/lib/contracts/traces';
import { queryCache } from '@/lib/server/cache';
import { call, useConfig } from './console';
import { CORPUS_NOW_MS, corpusSearches, corpusStore, startTempo, type TempoLab } from './traces-lab';

const RANGE = { startMs: 1_795_229_700_000, endMs: 1_795_230_420_000 };
const ALL = { ...RANGE, limit: 500, spans: 10 };

let tempo: TempoLab;
beforeAll(async () => {
  tempo = await startTempo(corpusStore(), CORPUS_NOW_MS);
  useConfig(`sources: { tempo: { url: "${tempo.url}/tempo" } }\n`);
});
beforeEach(() => {
  tempo.seen.length = 0;
  tempo.before = () => null;
  queryCache().clear();
});
afterAll(() => tempo.close());

const found = async (query: Record<string, string | number>) => {
  const { status, body } = await call(search, { query });
  expect(status, JSON.stringify(body)).toBe(200);
  return TraceSearch.parse(body);
};
const refused = async (query: Record<string, string | number>) => {
  const { status, body } = await call(search, { query });
  return { status, ...ErrorBody.parse(body).error };
};

const Attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.union([z.string(), z.number()])) }))
  .default([]);
const Recorded = z.object({
  traces: z.array(
    z.object({
      traceID: z.string(),
      rootServiceName: z.string(),
      rootTraceName: z.string(),
      startTimeUnixNano: z.string(),
      durationMs: z.number(),
      spanSets: z.tuple([
        z.object({
          matched: z.number(),
          attributes: Attributes,
          spans: z.array(
            z.object({
              spanID: z.string(),
              name: z.string().optional(),
              startTimeUnixNano: z.string(),
              durationNanos: z.string(),
              attributes: Attributes,
            }),
          ),
        }),
      ]),
    }),
  ),
});

/** Whole nanoseconds as milliseconds, exactly: they are more than a number holds. */
const msOf = (ns: string) => Number(ns.slice(0, -6) || '0') + Number(ns.slice(-6)) / 1e6;

const plain = ({ intValue, ...rest }: Record<string, string | number>) =>
  intValue === undefined ? Object.values(rest)[0] : Number(intValue);

describe('/api/traces', () => {
  it.each(corpusSearches().map((one) => [one.name, one] as const))(
    'gives the rows of the recorded answer: %s',
    async (_name, { request, response }) => {
      const { traces } = Recorded.parse(response.body);
      expect(traces.length).toBeGreaterThan(0);
      const answer = await found({ ...ALL, q: String(request.query.q) });
      expect(answer.query).toBe(request.query.q);
      expect(answer.more).toBe(false);
      expect(
        answer.rows.map((row) => ({
          traceId: row.traceId,
          root: [row.rootService, row.rootName],
          startMs: row.startMs,
          durationMs: row.traceDurationMs,
          matched: row.matched,
          spans: row.spans,
        })),
      ).toEqual(
        traces.map((trace) => ({
          traceId: trace.traceID.padStart(32, '0'),
          root: [trace.rootServiceName, trace.rootTraceName],
          startMs: msOf(trace.startTimeUnixNano),
          durationMs: trace.durationMs,
          matched: trace.spanSets[0].matched,
          spans: trace.spanSets[0].spans.map((span) => ({
            spanId: span.spanID,
            name: span.name ?? '',
            startMs: msOf(span.startTimeUnixNano),
            durationMs: msOf(span.durationNanos),
            fields: Object.fromEntries(
              [...trace.spanSets[0].attributes, ...span.attributes].map(({ key, value }) => [key, plain(value)]),
            ),
          })),
        })),
      );
    },
  );

  it('knows root, model, version and outcome of what it found', async () => {
    const { rows } = await found({ ...ALL, model: 'fraud_detector', status: 'error' });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toMatchObject({ model: 'fraud_detector', failed: true, rootService: 'gateway' });
      expect(row.version).toMatch(/^2\.\d\.0$/);
      expect(Math.floor(row.rootDurationMs ?? -1)).toBe(row.traceDurationMs);
      expect(row.errorSpans).toBeGreaterThan(0);
    }
  });

  it('does not invent a root that did not match', async () => {
    const { rows } = await found({ ...ALL, q: '{ name = "model.infer" }' });
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every((row) => row.rootDurationMs === null && row.failed !== null)).toBe(true);
  });

  it('gives the newest, says that there are more, and the next ones are older', async () => {
    const whole = await found({ ...ALL });
    const first = await found({ ...RANGE, limit: 10 });
    expect(first).toMatchObject({ more: true, isOrderCertain: true, order: 'newest' });
    expect(first.chosen).toContain('10 traces, the newest; more match');
    expect(first.rows.map(({ traceId }) => traceId)).toEqual(whole.rows.slice(0, 10).map(({ traceId }) => traceId));
  });

  it('gives the newest of a server that gives the first it finds', async () => {
    const whole = await found({ ...ALL });
    queryCache().clear();
    tempo.seen.length = 0;
    tempo.before = (path, q) => {
      if (path === '/api/status/buildinfo') return { status: 200, headers: {}, body: '{"version":"2.6.1"}' };
      return q?.includes('most_recent') ? { status: 400, headers: {}, body: 'unknown hint' } : null;
    };
    const first = await found({ ...RANGE, limit: 25 });
    expect(first.rows.map(({ traceId }) => traceId)).toEqual(whole.rows.slice(0, 25).map(({ traceId }) => traceId));
    expect(first.isOrderCertain).toBe(true);
    expect(tempo.seen.some(({ q }) => q?.includes('most_recent'))).toBe(false);
  });

  it('gives the slowest, by the quantiles of TraceQL metrics', async () => {
    const whole = await found({ ...ALL });
    const slowest = whole.rows.map(({ traceDurationMs }) => traceDurationMs).sort((a, b) => b - a);
    const answer = await found({ ...RANGE, limit: 12, order: 'slowest' });
    expect(answer).toMatchObject({ isOrderCertain: true, more: true });
    expect(answer.rows.map(({ traceDurationMs }) => traceDurationMs)).toEqual(slowest.slice(0, 12));
    expect(answer.chosen).toMatch(/12 traces, the slowest, over .*; more match/);
    expect(tempo.seen.some(({ path }) => path === '/api/metrics/query')).toBe(true);
  });

  it('gives the slowest without metrics too', async () => {
    const whole = await found({ ...ALL });
    const slowest = whole.rows.map(({ traceDurationMs }) => traceDurationMs).sort((a, b) => b - a);
    queryCache().clear();
    tempo.before = (path) => (path === '/api/metrics/query' ? { status: 404, headers: {}, body: '' } : null);
    const answer = await found({ ...RANGE, limit: 12, order: 'slowest' });
    expect(answer.rows.map(({ traceDurationMs }) => traceDurationMs)).toEqual(slowest.slice(0, 12));
  });

  it('points at the place of a mistake', async () => {
    const mistake = await refused({ ...RANGE, q: '{ span.model_name = "x" ' });
    expect(mistake).toMatchObject({ status: 502, code: 'upstream_rejected', source: 'Tempo' });
    expect(mistake.position).toEqual({ line: 1, column: 25 });
  });

  it('names Tempo where it is down, and the configuration where there is none', async () => {
    tempo.before = () => ({ status: 503, headers: {}, body: 'starting' });
    expect(await refused({ ...RANGE })).toMatchObject({ code: 'upstream_unreachable', source: 'Tempo' });
  });

  it.each([
    ['no such value', { versions: '9.9.9' }, /No span has span\.model_version = 9\.9\.9/, /its values are .*2\.4\.0/],
    [
      'no such attribute',
      { where: formatConditions([{ field: 'span.nope', op: '=', type: 'string', value: 'x' }]) },
      /No span has span\.nope\./,
      /another name or scope/,
    ],
    [
      'a request that was sampled away',
      { requestId: 'req-nowhere' },
      /No trace of request req-nowhere/,
      /sampled away/,
    ],
    ['values that never meet', { model: 'reco', versions: '1.8.2' }, /No trace matches/, /.*/],
    [
      'written, no such value',
      { q: '{ span.model_name = "ghost" }' },
      /No span has span\.model_name = ghost/,
      /fraud_detector/,
    ],
  ])('says why nothing was found: %s', async (_name, filter, what, why) => {
    const { rows, empty } = await found({ ...RANGE, ...filter });
    expect(rows).toEqual([]);
    expect(empty?.what).toMatch(what);
    expect(empty?.why).toMatch(why);
  });

  it('says so where the range holds no trace at all', async () => {
    const { empty, why } = await found({ startMs: RANGE.startMs - 864_000_00, endMs: RANGE.startMs - 80_000_000 });
    expect(empty?.what).toMatch(/No trace of this range is held|holds no trace of the last seven days/);
    expect(why.some(({ purpose }) => /whether there is any trace/.test(purpose))).toBe(true);
  });

  it('cannot be talked into another query by what is searched for', async () => {
    const hostile = '" } || { name != "';
    await found({ ...RANGE, model: hostile, requestId: '`}{', segment: '"})//' });
    const { body } = await call(readQuery, { query: { model: hostile } });
    expect(TraceQuery.parse(body).query).toBe('{ span.model_name = "\\" } || { name != \\"" }');
  });

  it('writes the builder as TraceQL', async () => {
    const where = formatConditions([
      { field: 'span.http.response.status_code', op: '>=', type: 'int', value: '500' },
      { field: 'resource.service.name', op: '!=', type: 'string', value: 'a,b~c' },
      { field: 'kind', op: '=', type: 'keyword', value: 'server' },
    ]);
    const query = { model: 'reco', versions: '2.3.1,2.4.0', status: 'error', minMs: 120.5, maxMs: 2_000, where };
    const { body } = await call(readQuery, { query });
    expect(TraceQuery.parse(body).query).toBe(
      '{ span.model_name = "reco" && span.model_version =~ "^(?:2\\\\.3\\\\.1|2\\\\.4\\\\.0)$" && status = error && ' +
        'traceDuration >= 120500us && traceDuration <= 2000000us && span.http.response.status_code >= 500 && ' +
        'resource.service.name != "a,b~c" && kind = server }',
    );
  });

  it.each([
    [{ where: 'nonsense' }, 400],
    [{ where: formatConditions([{ field: 'span.x', op: '=', type: 'int', value: 'many' }]) }, 400],
    [{ where: formatConditions([{ field: 'kind', op: '=', type: 'keyword', value: 'ok) || (true' }]) }, 400],
    [{ where: formatConditions([{ field: 'nofield', op: '=', type: 'string', value: 'x' }]) }, 400],
    [{ q: '  ' }, 400],
    [{ minMs: -1 }, 400],
    [{ status: 'bad' }, 400],
    [{ limit: 5_000 }, 400],
  ])('refuses %j', async (filter, status) => {
    expect((await refused({ ...RANGE, ...(filter as Record<string, string | number>) })).status).toBe(status);
  });
});

describe('/api/traces/tags', () => {
  it('lists the fields spans have, the contract names among them', async () => {
    const tags = TraceTags.parse((await call(readTags, { query: RANGE })).body);
    expect(tags.fields).toContain('span.model_version');
    expect(tags.fields).toContain('resource.service.name');
    expect(tags.fields).toContain('traceDuration');
    expect(tags).toMatchObject({ model: 'span.model_name', requestId: 'span.request_id' });
  });

  it('lists values with their type, of one model where asked', async () => {
    const values = async (query: Record<string, string>) =>
      TraceValues.parse((await call(readValues, { query: { ...RANGE, ...query } })).body).values;
    expect(await values({ field: 'span.model_name' })).toContainEqual({ type: 'string', value: 'reco' });
    const versions = (await values({ field: 'span.model_version', model: 'churn_scorer' })).map(({ value }) => value);
    expect(versions).toEqual(['1.8.2']);
    expect((await call(readValues, { query: { ...RANGE, field: 'x y' } })).status).toBe(400);
  });
});
