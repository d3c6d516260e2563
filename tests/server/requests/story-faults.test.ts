import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Behaviour, FakeUpstream, halfOpen, html, json, malformed, slow, text } from '../../fake-upstream';
import { answerText, configure, endedSteps, lastOf, storyOf, storyResponse } from './fake-sources';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const AT_MS = Date.now() - 60_000;
const LOGS = '/loki/api/v1/query_range';
const LABELS = '/loki/api/v1/labels';
const SEARCH = '/api/search';

let loki: FakeUpstream;
let tempo: FakeUpstream;
let undo: () => void;

beforeEach(async () => {
  loki = await FakeUpstream.start();
  tempo = await FakeUpstream.start();
  undo = configure({ loki: loki.url, tempo: tempo.url });
  loki.on(LABELS, json({ status: 'success', data: ['service_name', 'level'] }));
  tempo.on(SEARCH, json({ traces: [], metrics: {} }));
});
afterEach(async () => {
  undo();
  await Promise.all([loki.close(), tempo.close()]);
});

const streams = (...lines: string[]): Behaviour =>
  json({
    status: 'success',
    data: {
      resultType: 'streams',
      encodingFlags: ['categorize-labels'],
      result: lines.map((line, index) => ({
        stream: { service_name: 'api' },
        values: [[`${AT_MS + index}000000`, line, {}]],
      })),
      stats: { summary: { totalBytesProcessed: 1234 } },
    },
  });

const LINE = JSON.stringify({
  event: 'prediction_completed',
  model_name: 'm',
  model_version: '1',
  request_id: 'req-1a',
  trace_id: TRACE,
  status: 'ok',
  latency_ms: 12,
  prediction: { label: 'yes', score: 0.5 },
  feature_sample: { amount: 3 },
});

const span = (id: string, more: object = {}) => ({
  traceId: TRACE,
  spanId: id,
  name: 'POST /predict',
  startTimeUnixNano: `${AT_MS}000000`,
  endTimeUnixNano: `${AT_MS + 20}000000`,
  ...more,
});
const traceOf = (...spans: object[]) => ({
  trace: {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
        scopeSpans: [{ spans }],
      },
    ],
  },
});

describe('a request whose sources have faults', () => {
  it('is told from Loki when Tempo is down, and the step says why there is no trace', async () => {
    loki.on(LOGS, streams(LINE));
    await tempo.close();
    const events = await storyOf('req-1a');
    expect(lastOf(events, 'story').story.noTrace).toContain('Tempo');
    expect(
      endedSteps(events)
        .filter(({ source }) => source === 'Tempo')
        .map(({ state }) => state),
    ).not.toContain('found');
    expect(answerText(events)).toContain('m 1 answered req-1a in 12 ms with label yes, 0.5');
    tempo = await FakeUpstream.start();
  });

  it.each<[string, Behaviour]>([
    ['answers with a web page', html()],
    ['answers with broken JSON', malformed()],
    ['refuses', text('too many outstanding requests', 429)],
    ['never answers', halfOpen()],
  ])('is told from Tempo when Loki %s', async (_name, behaviour) => {
    loki.on(LOGS, behaviour);
    tempo.on(`/api/v2/traces/${TRACE}`, json(traceOf(span('00f067aa0ba902b7'))));
    const events = await storyOf(TRACE);
    expect(lastOf(events, 'story').story.trace).toMatchObject({ traceId: TRACE, spanCount: 1, rootService: 'gateway' });
    expect(lastOf(events, 'story').story.noLines).toContain('Loki');
    const failed = endedSteps(events).filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ note }) => note?.includes('Loki'))).toBe(true);
  });

  it('shows what was read of a trace that broke off in the middle', async () => {
    loki.on(LOGS, streams(LINE));
    const whole = JSON.stringify(
      traceOf(span('00f067aa0ba902b7'), span('00f067aa0ba902b8', { parentSpanId: '00f067aa0ba902b7' })),
    );
    tempo.on(`/api/v2/traces/${TRACE}`, text(whole.slice(0, -40), 200, { 'content-type': 'application/json' }));
    const { story } = lastOf(await storyOf('req-1a'), 'story');
    expect(story.trace?.spanCount).toBeGreaterThan(0);
    expect(story.trace?.partial).toContain('broke off');
  });

  it('says that it could not be found where every source failed, and asks none of them twice', async () => {
    await Promise.all([loki.close(), tempo.close()]);
    const events = await storyOf('req-1a');
    const { nowhere } = lastOf(events, 'nowhere');
    expect(nowhere.looked.every(({ failed }) => failed)).toBe(true);
    expect(endedSteps(events)).toHaveLength(2);
    loki = await FakeUpstream.start();
    tempo = await FakeUpstream.start();
  });

  it('says so when neither Loki nor Tempo is configured', async () => {
    undo();
    undo = configure({ prometheus: 'http://127.0.0.1:9' });
    expect(lastOf(await storyOf('req-1a'), 'failed').error).toMatchObject({ code: 'not_configured' });
  });

  it('leaves the sources when the reader leaves', async () => {
    loki.on(LOGS, halfOpen());
    tempo.on(SEARCH, halfOpen());
    const reader = new AbortController();
    const response = await storyResponse('req-1a', '', reader.signal);
    const body = response.body?.getReader();
    const waitFor = async (holds: () => boolean) => {
      for (let i = 0; i < 100 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(holds()).toBe(true);
    };
    await waitFor(() => loki.seen.some(({ path }) => path === LOGS) && tempo.seen.length > 0);
    reader.abort();
    await waitFor(() => loki.aborted + tempo.aborted >= 2);
    await body?.cancel().catch(() => {});
  });

  it('does not trouble Tempo with a search when Loki has it at once', async () => {
    loki.on(LOGS, streams(LINE));
    tempo.on(`/api/v2/traces/${TRACE}`, json(traceOf(span('00f067aa0ba902b7'))));
    await storyOf('req-1a');
    const lookups = tempo.seen.map(({ path, params }) => `${path} ${params.get('q') ?? ''}`);
    expect(lookups.filter((one) => one.includes('request_id'))).toEqual([]);
    expect(lookups[0]).toContain(TRACE);
  });

  it('gives a slow search up once the other source has it', async () => {
    loki.on(LOGS, slow(800, streams(LINE)));
    tempo.on(SEARCH, halfOpen());
    tempo.on(`/api/v2/traces/${TRACE}`, json(traceOf(span('00f067aa0ba902b7'))));
    const events = await storyOf('req-1a');
    expect(endedSteps(events).find(({ purpose }) => purpose.startsWith('spans'))).toMatchObject({ state: 'skipped' });
    expect(lastOf(events, 'story').story.trace).not.toBeNull();
  });

  it('redacts lines, fields, errors and labels before they leave', async () => {
    const line = {
      ...JSON.parse(LINE),
      client: 'jane.doe@example.com',
      error: 'no mail to jane.doe@example.com',
      status: 'error',
      card: 4111111111111111,
    };
    loki.on(LOGS, streams(JSON.stringify(line)));
    const response = await (await storyResponse('req-1a')).text();
    expect(response).toContain('no mail to');
    expect(response).not.toContain('jane.doe');
    expect(response).not.toContain('4111111111111111');
  });

  it('asks with hostile ids as text, and shows hostile lines as text', async () => {
    const hostile = 'req-1"} |= `x` or {a="b';
    loki.on(
      LOGS,
      streams(JSON.stringify({ event: '<script>alert(1)</script>', request_id: hostile, status: 'ok', latency_ms: 1 })),
    );
    const events = await storyOf(hostile);
    const queries = loki.seen.flatMap(({ params }) => params.get('query') ?? []);
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect(query).toContain(JSON.stringify(hostile).slice(1, -1));
    expect(lastOf(events, 'story').story.requestId).toBe(hostile);
  });

  it('keeps to the request where one trace holds several', async () => {
    const other = JSON.stringify({
      ...JSON.parse(LINE),
      request_id: 'req-2b',
      prediction: { label: 'no', score: 0.1 },
    });
    loki.on(LOGS, streams(other, LINE, JSON.stringify({ trace_id: TRACE, message: 'no request named' })));
    const { story } = lastOf(await storyOf('req-1a'), 'story');
    expect(story.record.label).toBe('yes');
    expect(story.timeline.entries.filter(({ kind }) => kind === 'log')).toHaveLength(2);
  });

  it.each([
    ['a line of 300 kB', `{"request_id":"req-1a","stack":"${'x'.repeat(300_000)}"}`],
    ['a line that is no JSON', 'level=error request_id=req-1a msg="boom"'],
    ['a line cut in the middle', '{"request_id":"req-1a","model_name":"m'],
    ['deep JSON', `{"request_id":"req-1a","a":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`],
    [
      'features of every type',
      '{"request_id":"req-1a","event":"predict","feature_sample":{"a":null,"b":"x","c":true,"d":[1],"e":{"f":1}}}',
    ],
  ])('tells %s', async (_name, line) => {
    loki.on(LOGS, streams(line));
    const events = await storyOf('req-1a');
    const { story } = lastOf(events, 'story');
    expect(story.timeline.entries).toHaveLength(1);
    expect(JSON.stringify(story).length).toBeLessThan(60_000);
    expect(events.at(-1)?.type).toBe('end');
  });
});
