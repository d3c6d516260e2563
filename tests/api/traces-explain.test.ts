import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { POST as explain } from '@/app/api/traces/explain/route';
import { GET as search } from '@/app/api/traces/route';
import { Fleet } from '@/lab/fleet/fleet';
import { ErrorBody } from '@/lib/contracts/error';
import {
  ExplainLine,
  type ExplainParams,
  type SelectionKind,
  type TraceBox,
  TraceSearch,
} from '@/lib/contracts/traces';
import { selectTraces } from '@/lib/domain/trace-selection';
import { queryCache } from '@/lib/server/cache';
import { call, useConfig } from './console';
import { startTempo, type TempoLab } from './traces-lab';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
/** Before the failover of the feature store, after the rollout of fraud_detector 2.4.0: one fault, and who has it is known. */
const RANGE = { startMs: NOW_MS - 3 * 3_600_000, endMs: NOW_MS - 60 * 60_000 };

let tempo: TempoLab;
beforeAll(async () => {
  const fleet = new Fleet({ seed: 20_260, historyMs: 6 * 3_600_000, startMs: NOW_MS, now: () => NOW_MS });
  tempo = await startTempo(fleet.traces, NOW_MS);
  useConfig(`sources: { tempo: { url: "${tempo.url}/tempo" } }\n`);
});
beforeEach(() => {
  tempo.seen.length = 0;
  tempo.before = () => null;
  queryCache().clear();
});
afterAll(() => tempo.close());

async function question(selection: SelectionKind, limit = 500, box: TraceBox | null = null): Promise<ExplainParams> {
  const { body } = await call(search, { query: { ...RANGE, model: 'fraud_detector', limit } });
  const { rows } = TraceSearch.parse(body);
  const { selected, thresholdMs } = selectTraces(rows, selection, box);
  queryCache().clear();
  tempo.seen.length = 0;
  return {
    ...RANGE,
    model: 'fraud_detector',
    selection,
    thresholdMs,
    box,
    traces: rows.map(({ traceId, startMs, traceDurationMs }) => ({
      traceId,
      startMs,
      traceDurationMs,
      selected: selected.has(traceId),
    })),
  };
}

const ask = (params: object, signal?: AbortSignal) =>
  explain(
    new Request('http://127.0.0.1/api/traces/explain', {
      method: 'POST',
      body: JSON.stringify(params),
      headers: { 'content-type': 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    }),
  );

const linesOf = async (response: Response) =>
  (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ExplainLine.parse(JSON.parse(line)));

async function explanation(params: object) {
  const response = await ask(params);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = await linesOf(response);
  const last = lines.at(-1);
  if (last?.type !== 'result') throw new Error(JSON.stringify(last));
  return { ...last.explanation, progress: lines.slice(0, -1) };
}

const sentence = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join('');

describe('/api/traces/explain', () => {
  it('names the version that is slower, by all traces, with examples that are what they are said to be', async () => {
    const params = await question('slow');
    const { answer, differences, basis, hidden, why } = await explanation(params);
    const version = differences.find(({ name, value }) => name === 'span.model_version' && value === '2.4.0');
    expect(version).toMatchObject({ isCertain: true, basis: 'all' });
    expect(version?.alsoAs).toContain('resource.service.version = 2.4.0');
    expect(version?.selected.total ?? 0).toBeGreaterThan(80);
    expect(answer.map(({ parts }) => sentence(parts)).join(' ')).toMatch(
      / × as often model_version 2\.4\.0 \(\d+\s% against \d+\s%/,
    );
    expect(basis.join(' ')).toMatch(/counted by compare\(\).*read one by one/);
    expect(hidden.map(({ name }) => name)).toContain('span.request_id');
    expect(why.map(({ query }) => query).some((query) => query.includes('compare('))).toBe(true);

    const selected = new Map(params.traces.map((trace) => [trace.traceId, trace.selected]));
    expect(version?.selected.examples.length).toBe(3);
    for (const id of version?.selected.examples ?? []) expect(selected.get(id)).toBe(true);
    for (const id of version?.rest.examples ?? []) expect(selected.get(id)).toBe(false);
  });

  it('tells how far it is', async () => {
    const { progress } = await explanation(await question('slow', 100));
    expect(progress[0]).toMatchObject({ type: 'progress', read: 0, of: 100, compare: 'asking Tempo' });
    expect(progress.at(-1)).toMatchObject({ read: 100, of: 100 });
  });

  it('does without compare(), says so, and counts only what it read', async () => {
    tempo.before = (path, q) =>
      path === '/api/metrics/query' && q?.includes('compare(') ? { status: 500, headers: {}, body: 'too much' } : null;
    const { differences, basis } = await explanation(await question('slow'));
    expect(basis.join(' ')).toMatch(
      /Everything is from traces read: \d+ of \d+ slow and 100 of \d+ other traces shown/,
    );
    expect(basis.join(' ')).toContain('too much');
    expect(differences.every((one) => one.basis === 'sample')).toBe(true);
    expect(differences[0]).toMatchObject({ kind: 'stage', name: 'model.infer', isCertain: true });
  });

  it('takes the traces read for a query that compare() cannot take', async () => {
    const { model: _, ...params } = await question('failed', 200);
    const { basis, hidden } = await explanation({
      ...params,
      q: '{ span.model_name = "fraud_detector" } | count() > 1',
    });
    expect(basis.join(' ')).toMatch(/one plain spanset/);
    expect(hidden.map(({ name }) => name)).toContain('span.http.response.status_code');
  });

  it('compares a box with the rest', async () => {
    const box = { startMs: RANGE.startMs, endMs: RANGE.endMs, minMs: 200, maxMs: 400 };
    const params = await question('box', 200, box);
    const { answer } = await explanation(params);
    expect(sentence(answer[0]?.parts ?? [])).toMatch(/selected traces|Nothing certain/);
    expect(tempo.seen.some(({ q }) => q?.includes('traceDuration >= 200000us && traceDuration < 401000us'))).toBe(true);
  });

  it('goes on where single traces cannot be read, and says how many', async () => {
    const params = await question('slow', 100);
    const gone = params.traces[3]?.traceId ?? '';
    tempo.before = (path) => (path.includes(gone) ? { status: 200, headers: {}, body: '{"trace":{}}' } : null);
    expect((await explanation(params)).basis.join(' ')).toMatch(/1 could not be read: Tempo holds no trace/);
  });

  it('ends with an error that names Tempo when nothing can be read', async () => {
    const params = await question('slow', 100);
    tempo.before = (path) => (path.includes('/traces/') ? { status: 500, headers: {}, body: 'disk on fire' } : null);
    const lines = await linesOf(await ask(params));
    expect(lines.at(-1)).toMatchObject({ type: 'error', code: 'upstream_rejected', source: 'Tempo' });
    expect(tempo.seen.filter(({ path }) => path.includes('/traces/')).length).toBeLessThan(40);
  });

  it('stops asking Tempo when the reader leaves', async () => {
    const params = await question('slow', 500);
    let held = 0;
    tempo.before = (path) => {
      if (!path.includes('/traces/')) return null;
      held += 1;
      return new Promise(() => undefined);
    };
    const reader = new AbortController();
    const response = await ask(params, reader.signal);
    const body = response.body?.getReader();
    await body?.read();
    await expect.poll(() => held).toBeGreaterThan(0);
    const before = held;
    await body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 200));
    tempo.before = () => null;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(held).toBe(before);
    expect(tempo.seen.filter(({ path }) => path.includes('/traces/')).length).toBe(before);
  });

  it.each([
    ['no traces', { traces: [] }],
    ['a trace id that is none', { traces: [{ traceId: '../x', startMs: 0, traceDurationMs: 0, selected: true }] }],
    ['another selection', { selection: 'all' }],
  ])('refuses %s', async (_name, patch) => {
    const response = await ask({ ...(await question('slow', 100)), ...patch });
    expect(response.status).toBe(400);
    expect(ErrorBody.parse(await response.json()).error.code).toBe('bad_request');
  });

  it('says that there is not enough where there is not', async () => {
    const params = await question('slow', 100);
    const traces = params.traces.slice(0, 6).map((trace, index) => ({ ...trace, selected: index === 0 }));
    tempo.before = (path) => (path === '/api/metrics/query' ? { status: 404, headers: {}, body: '' } : null);
    const { answer, differences } = await explanation({ ...params, traces });
    expect(sentence(answer[0]?.parts ?? [])).toMatch(/^Not enough data: 1 slow and 5 other traces\./);
    expect(differences).toEqual([]);
  });
});
