import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GET as getDiff } from '@/app/api/traces/[traceId]/diff/route';
import { GET as getFlame } from '@/app/api/traces/[traceId]/flame/route';
import { GET as getLogs } from '@/app/api/traces/[traceId]/logs/route';
import { GET as getRaw } from '@/app/api/traces/[traceId]/raw/route';
import { GET as getTrace } from '@/app/api/traces/[traceId]/route';
import { GET as getRows } from '@/app/api/traces/[traceId]/rows/route';
import { GET as getSpan } from '@/app/api/traces/[traceId]/spans/[span]/route';
import { ErrorBody } from '@/lib/contracts/error';
import { Trace, TraceFlame, TraceLogs, TraceRows, TraceSpan } from '@/lib/contracts/trace';
import { ROW_FLAG } from '@/lib/contracts/trace-choices';
import { TraceDiffReport } from '@/lib/contracts/trace-diff';
import type { RouteHandler } from '@/lib/server/route';
import { TraceAnswer } from '@/lib/server/tempo/schema';
import { toSpans } from '@/lib/server/tempo/spans';
import { type Behaviour, FakeUpstream, json, malformed, slow, text, truncated } from '../fake-upstream';
import {
  answerLogs,
  configure,
  EPOCH_MS,
  large,
  ns,
  request,
  spanIdOf,
  streams,
  TRACE_ID,
  traceBody,
} from './trace-upstreams';

let tempo: FakeUpstream;
let loki: FakeUpstream;
let nth = 0;

beforeAll(async () => {
  tempo = await FakeUpstream.start();
  loki = await FakeUpstream.start();
});
afterAll(() => Promise.all([tempo.close(), loki.close()]));
beforeEach(() => {
  tempo.reset();
  loki.reset();
  nth += 1;
  point();
});

/** A source of another name each time: what one test read is not remembered in the next. */
const point = (more = '', rest = '') =>
  configure(
    `  tempo: { name: "Tempo ${nth}", url: "${tempo.url}", timeout: 2s${more} }\n  loki: { name: "Loki ${nth}", url: "${loki.url}" }`,
    rest,
  );
const holds = (body: object, traceId = TRACE_ID) => tempo.on(`/api/v2/traces/${traceId}`, json(body));
const ask = async (handler: RouteHandler, query = '', path: Record<string, string> = {}) => {
  const asked = new Request(`http://localhost/api/traces/x?${query}`);
  return handler(asked, { params: Promise.resolve({ traceId: TRACE_ID, ...path }) });
};
const trace = async (query = '') => Trace.parse(await (await ask(getTrace, query)).json());
const rows = async (query = '') => TraceRows.parse(await (await ask(getRows, query)).json());
const span = async (key: string, query = '') =>
  TraceSpan.parse(await (await ask(getSpan, query, { span: key })).json());
const logs = async () => TraceLogs.parse(await (await ask(getLogs)).json());
const failure = async (response: Response) => ({
  status: response.status,
  ...ErrorBody.parse(await response.json()).error,
});
const words = (answer: Trace['answer']) =>
  answer.map(({ parts }) => parts.map((part) => part.text).join('')).join('\n');

describe('GET /api/traces/[traceId]', () => {
  it('answers what happened, with both durations, stages and the request behind it', async () => {
    holds(request());
    const found = await trace();
    expect(words(found.answer).replaceAll('\u202f', ' ')).toBe(
      'POST /predict took 100 ms in gateway; feature_store.get_features holds 60 ms of its critical path (60 %).',
    );
    expect(found).toMatchObject({
      model: 'fraud_detector',
      version: '2.3.0',
      requestId: 'req-1',
      segment: 'new',
      rootDurationMs: 100,
      durationMs: 100,
      startMs: EPOCH_MS,
      spanCount: 3,
      faults: [],
      incomplete: [],
      skew: null,
    });
    expect(found.stages).toEqual([
      { stage: 'feature_fetch', ms: 60 },
      { stage: 'infer', ms: 25 },
      { stage: 'other', ms: 15 },
    ]);
    expect(found.critical.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(found.rootDurationMs, 6);
    expect(found.why[0]).toMatchObject({ source: `Tempo ${nth}`, truncated: null });
  });

  it('names faults, draws the spans all the same, and gives one of each to look at', async () => {
    holds(
      traceBody({
        gateway: [
          { id: 1, name: 'root', ms: 100 },
          { id: 2, up: 99, name: 'orphan' },
          { id: 3, up: 4 },
          { id: 4, up: 3 },
          { id: 1, up: 1, name: 'again' },
          { id: 5, up: 1, ms: -3 },
          { id: 6, up: 1, ms: 0 },
          { id: 7, up: 1, raw: { startTimeUnixNano: undefined } },
          { id: 8, up: 1, raw: { spanId: '' } },
          { id: 9, up: 1, startMs: 90, ms: 40 },
          { id: 10, ms: 5 },
        ],
      }),
    );
    const found = await trace();
    expect(found.faults.map(({ kind, count }) => [kind, count])).toEqual([
      ['orphan', 1],
      ['cycle', 1],
      ['duplicate', 1],
      ['negative', 1],
      ['untimed', 1],
      ['zero', 1],
      ['unnamed', 1],
      ['several_roots', 1],
      ['outlives_root', 1],
    ]);
    const window = await rows();
    expect(window.total).toBe(11);
    for (const fault of found.faults) {
      expect(window.rows.span).toContain(fault.span);
      expect((await span(fault.span ?? '')).span).toBe(fault.span);
    }
    const orphan = window.rows.span.indexOf(spanIdOf(2));
    expect((window.rows.flags[orphan] ?? 0) & ROW_FLAG.orphan).toBe(ROW_FLAG.orphan);
  });

  it('shows clocks as they are, says that they disagree, and corrects them when asked', async () => {
    holds(
      traceBody({
        gateway: [{ id: 1, name: 'root', ms: 100 }],
        reco: [{ id: 2, up: 1, name: 'predict', startMs: -500, ms: 40 }],
      }),
    );
    const raw = await trace();
    expect(raw.skew).toMatchObject({ spans: 1, span: spanIdOf(2) });
    expect(raw.durationMs).toBe(600);
    const corrected = await rows('clock=corrected');
    const at = corrected.rows.span.indexOf(spanIdOf(2));
    expect(corrected.rows.startMs[at]).toBe(530);
    expect((await trace('clock=corrected')).critical.map(({ name, ms }) => [name, ms])).toEqual([
      ['root', 60],
      ['predict', 40],
    ]);
    expect((await span(spanIdOf(2))).notes.join()).toMatch(/clock seems 530\D+ms behind/);
  });

  it('says what Tempo left out, and what is larger than is read of one trace', async () => {
    holds({ ...request(), status: 'PARTIAL', message: 'Trace exceeds maximum size' });
    expect((await trace()).incomplete).toEqual([`Tempo ${nth} left spans out: Trace exceeds maximum size.`]);
    nth += 1;
    point(', maxTraceSize: 100kB');
    holds(large(2_000));
    const cut = await trace();
    expect(cut.spanCount).toBeGreaterThan(100);
    expect(cut.spanCount).toBeLessThan(2_000);
    expect(cut.incomplete[0]).toMatch(/larger than 0\.1|larger than 0/);
    expect(cut.why[0]?.truncated).toContain('maxTraceSize');
    const raw = await ask(getRaw);
    expect(toSpans(TraceAnswer.parse(await raw.json()).resourceSpans)).toHaveLength(cut.spanCount);
    expect(raw.headers.get('content-disposition')).toContain('partial');
  });

  it('shows what came of an answer that broke off, says so, and asks again soon', async () => {
    const body = JSON.stringify(large(500));
    tempo.on(/traces/, (_request, response, socket) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) });
      response.write(body.slice(0, body.length / 2));
      setTimeout(() => socket.destroy(), 50);
    });
    const half = await trace();
    expect(half.spanCount).toBeGreaterThan(200);
    expect(half.incomplete[0]).toMatch(/^The answer of Tempo \d+ broke off; \d+ spans were read\.$/);
    expect(words(half.answer)).toContain('Not the whole trace');
  });

  it('looks in every Tempo, and says where it looked when none has the trace', async () => {
    const second = await FakeUpstream.start();
    configure(`  tempo:\n    - { name: near, url: "${tempo.url}" }\n    - { name: far, url: "${second.url}/${nth}" }`);
    tempo.on(/traces/, json({ trace: {}, metrics: {} }));
    second.on(/traces/, json(request()));
    expect((await trace()).source).toBe('far');
    second.on(/traces/, text('', 404));
    nth += 1;
    configure(
      `  tempo:\n    - { name: near${nth}, url: "${tempo.url}" }\n    - { name: far${nth}, url: "${second.url}" }`,
    );
    const nowhere = await failure(await ask(getTrace));
    expect(nowhere).toMatchObject({ status: 404, code: 'not_found' });
    expect(nowhere.message).toContain(`near${nth}, far${nth}`);
    await second.close();
  });

  it('falls back to the first version of the API, and takes ids as people paste them', async () => {
    tempo.on(`/api/traces/${TRACE_ID}`, json({ batches: request().trace.resourceSpans }));
    const response = await ask(getTrace, '', { traceId: ` ${TRACE_ID.toUpperCase()} ` });
    expect(Trace.parse(await response.json()).spanCount).toBe(3);
    expect((await failure(await ask(getTrace, '', { traceId: '../../etc' }))).code).toBe('bad_request');
  });

  it.each<[string, Behaviour, string]>([
    ['malformed', malformed(), 'upstream_malformed'],
    ['a web page', text('<!doctype html><html>', 200, { 'content-type': 'text/html' }), 'upstream_malformed'],
    ['too slow', slow(5_000, json({})), 'upstream_timeout'],
    ['breaking off', truncated(), 'upstream_malformed'],
    ['refusing', text('trace exceeds max size (max bytes: 5000000)', 422), 'upstream_rejected'],
  ])('names the source when its answer is %s', async (_name, behaviour, code) => {
    tempo.on(/traces/, behaviour);
    const failed = await failure(await ask(getTrace));
    expect(failed.code).toBe(code);
    expect(failed.message).toContain(`Tempo ${nth}`);
  });

  it('asks Tempo once for all that a page shows', async () => {
    holds(request());
    loki.on(/labels/, json({ status: 'success', data: [] }));
    await Promise.all([trace(), rows(), logs(), ask(getFlame)]);
    await span(spanIdOf(1));
    expect(tempo.seen).toHaveLength(1);
  });

  it('says that no Tempo is configured', async () => {
    configure(`  loki: { url: "${loki.url}" }`);
    expect((await failure(await ask(getTrace))).code).toBe('not_configured');
  });
});

describe('GET /api/traces/[traceId]/rows', () => {
  it('gives windows that together are all rows, each once', async () => {
    holds(large(2_345));
    const keys: string[] = [];
    for (let offset = 0; offset < 2_345; offset += 500) {
      const window = await rows(`offset=${offset}&limit=500`);
      expect(window.total).toBe(2_345);
      for (const column of Object.values(window.rows)) expect(column).toHaveLength(window.rows.key.length);
      keys.push(...window.rows.key);
    }
    expect(new Set(keys).size).toBe(2_345);
    expect((await rows('offset=9000')).rows.key).toEqual([]);
  });

  it('folds equal siblings with their shortest and longest, and says how many spans are not shown', async () => {
    holds(large(2_001));
    const window = await rows('group=siblings');
    expect(window.total).toBe(2);
    expect(window.rows.count).toEqual([1, 200]);
    expect([window.rows.shortestMs[1], window.rows.durationMs[1]]).toEqual([10, 10]);
    expect(window.spansShown).toBe(1);
    expect(window.hiddenWhy.join().replaceAll('\u202f', ' ')).toBe(
      '2 000 are folded (equal siblings and closed rows).',
    );
    const open = await rows('group=siblings&toggled=g1');
    expect(open.total).toBeGreaterThan(200);
  });

  it('finds names, services, attribute values and ids in any case, and not the form they are written in', async () => {
    holds(
      traceBody({
        gateway: [
          {
            id: 1,
            name: 'POST /predict',
            attributes: { note: 'Tür "ok" \u2028', 'http.status_code': { intValue: '503' } },
          },
          { id: 2, up: 1, name: 'redis', events: [{ name: 'retry', timeUnixNano: ns(0.2) }] },
        ],
      }),
    );
    const found = async (wanted: string) => (await rows(new URLSearchParams({ find: wanted }).toString())).find?.spans;
    expect(await found('post /')).toEqual([spanIdOf(1)]);
    expect(await found('tür "OK"')).toEqual([spanIdOf(1)]);
    expect(await found('503')).toEqual([spanIdOf(1)]);
    expect(await found('RETRY')).toEqual([spanIdOf(2)]);
    expect(await found('GATEWAY')).toHaveLength(2);
    expect(await found(spanIdOf(2))).toEqual([spanIdOf(2)]);
    expect(await found('stringValue')).toEqual([]);
    expect(await found('.*')).toEqual([]);
  });

  it('opens what hides the span in focus, and says its row', async () => {
    holds(large(2_001));
    const key = spanIdOf(1_500);
    const window = await rows(`group=siblings&focus=${key}&limit=1000`);
    expect(window.rows.span[window.focusRow ?? -1]).toBe(key);
    expect((await rows('focus=ffffffffffffffff')).focusRow).toBeNull();
  });

  it('places events and self time on the axis', async () => {
    holds(
      traceBody({
        gateway: [
          { id: 1, ms: 10, events: [{ name: 'exception', timeUnixNano: ns(3) }] },
          { id: 2, up: 1, startMs: 2, ms: 5 },
        ],
      }),
    );
    const { rows: columns } = await rows();
    expect(columns.events[0]).toEqual([3]);
    expect(columns.self[0]).toEqual([0, 2, 7, 10]);
    expect(columns.critical[0]).toEqual([0, 2, 7, 10]);
    expect(columns.critical[1]).toEqual([2, 7]);
  });

  it.each(['limit=5000', 'toggled=%27--', 'offset=-1', 'clock=wrong'])('refuses %s', async (query) => {
    holds(request());
    expect((await failure(await ask(getRows, query))).code).toBe('bad_request');
  });
});

describe('GET /api/traces/[traceId]/spans/[span]', () => {
  it('gives every type of attribute, events with their stack traces, links, and cuts what is long', async () => {
    holds(
      traceBody({
        gateway: [
          {
            id: 1,
            failed: true,
            attributes: {
              huge: 'x'.repeat(200_000),
              html: '<script>alert(1)</script>',
              count: { intValue: '9007199254740993' },
              ratio: { doubleValue: 'NaN' },
              flag: { boolValue: false },
              list: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '2' }] } },
              map: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
              nothing: {},
              cut: 'y'.repeat(2_048),
            },
            events: [
              {
                name: 'exception',
                timeUnixNano: ns(0.5),
                attributes: [{ key: 'exception.stacktrace', value: { stringValue: 'at line 1\nat line 2' } }],
              },
            ],
            links: [{ traceId: TRACE_ID, spanId: spanIdOf(7), attributes: [] }, {}],
          },
        ],
      }),
    );
    const details = await span(spanIdOf(1));
    const byKey = new Map(details.attributes.map((attribute) => [attribute.key, attribute]));
    expect(byKey.get('huge')).toMatchObject({ chars: 200_000 });
    expect(byKey.get('huge')?.value.length).toBe(4_000);
    expect(byKey.get('html')?.value).toBe('<script>alert(1)</script>');
    expect([...byKey.values()].slice(2, 8).map(({ type, value }) => [type, value])).toEqual([
      ['int', '9007199254740993'],
      ['double', 'NaN'],
      ['bool', 'false'],
      ['array', '["a",2]'],
      ['map', '{"k":true}'],
      ['empty', ''],
    ]);
    expect(details.events).toMatchObject([{ name: 'exception', startMs: 0.5, stackTrace: 'at line 1\nat line 2' }]);
    expect(details.links).toMatchObject([
      { traceId: TRACE_ID, spanId: spanIdOf(7) },
      { traceId: null, spanId: null },
    ]);
    expect(details).toMatchObject({ status: 'error', statusMessage: 'it broke', kind: 'server', scope: 'test' });
    expect(details.notes.join()).toContain('where Tempo cuts values');
    const whole = await span(spanIdOf(1), 'whole=1');
    expect(whole.attributes.find(({ key }) => key === 'huge')?.value.length).toBe(200_000);
    expect((await span('0')).spanId).toBe(spanIdOf(1));
    expect((await failure(await ask(getSpan, '', { span: 'nosuch' }))).code).toBe('not_found');
  });
});

describe('GET /api/traces/[traceId]/logs', () => {
  const labels = json({ status: 'success', data: ['level', 'service_name'] });

  it('finds lines by metadata and by text, once each, in order, redacted, with their span', async () => {
    holds(request());
    const byMetadata = {
      ms: 20,
      line: 'fetched for ann@example.com',
      metadata: { trace_id: TRACE_ID, span_id: spanIdOf(2) },
    };
    const field = {
      ms: 30,
      line: JSON.stringify({ level: 'ERROR', event: 'late', trace_id: TRACE_ID, span_id: spanIdOf(3), n: 4 }),
    };
    const plain = { ms: 10, line: `GET ${TRACE_ID.toUpperCase()} <script>alert(1)</script>` };
    loki.on(/labels/, labels).on(
      /query_range/,
      answerLogs((query) => streams(query.includes('|~') ? [byMetadata, field, plain] : [byMetadata])),
    );
    const found = await logs();
    expect(found.lines.map(({ foundBy, span: key, text: said, startMs }) => [foundBy, key, said, startMs])).toEqual([
      ['text', null, plain.line, 10],
      ['metadata', spanIdOf(2), 'fetched for [e-mail]', 20],
      ['field', spanIdOf(3), 'late  n=4', 30],
    ]);
    expect(found.lines[2]?.level).toBe('ERROR');
    expect(found.found).toContain('1 by trace_id in their structured metadata, 1 by the trace_id field');
    const asked = loki.seen.filter(({ path }) => path.endsWith('query_range'));
    expect(asked.map(({ params }) => params.get('query')).sort()).toEqual([
      `{service_name=~".+"} | trace_id="${TRACE_ID}"`,
      `{service_name=~".+"} |~ "(?i)${TRACE_ID}"`,
    ]);
    expect(asked.every(({ params }) => params.get('start') === ns(-300_000))).toBe(true);
    expect(found.why).toHaveLength(2);
  });

  it('says where was looked when there is none, and cuts a line that is a book', async () => {
    holds(request());
    loki.on(/labels/, labels).on(
      /query_range/,
      answerLogs(() => streams([])),
    );
    expect((await logs()).found).toContain('has no line with this trace');
    nth += 1;
    point();
    loki.on(
      /query_range/,
      answerLogs(() => streams([{ ms: 1, line: 'a'.repeat(300_000) }])),
    );
    const [line] = (await logs()).lines;
    expect([line?.text.length, line?.isCut]).toEqual([4_000, true]);
  });

  it('fails alone', async () => {
    holds(request());
    loki.on(/./, text('too many outstanding requests', 429));
    expect((await failure(await ask(getLogs))).code).toBe('upstream_rejected');
    expect((await trace()).spanCount).toBe(3);
  });
});

describe('GET /api/traces/[traceId]/diff', () => {
  const OTHER = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
  const diff = async (query: string) => TraceDiffReport.parse(await (await ask(getDiff, query)).json());

  it('shows where milliseconds were lost, with parts that sum to the difference', async () => {
    holds(request(110)).on(`/api/v2/traces/${OTHER}`, json(request(60)));
    const report = await diff(`against=${OTHER}`);
    expect(report.deltaMs).toBeCloseTo(50, 6);
    expect(report.rows.reduce((sum, { deltaMs }) => sum + deltaMs, report.rest?.deltaMs ?? 0)).toBeCloseTo(50, 6);
    expect(report.rows.find(({ name }) => name === 'feature_store.get_features')?.deltaMs).toBeCloseTo(50, 6);
    const same = await diff(`against=${TRACE_ID}`);
    expect([same.deltaMs, same.rows.every(({ deltaMs, presence }) => deltaMs === 0 && presence === 'both')]).toEqual([
      0,
      true,
    ]);
  });

  it('takes as typical the median of traces of the version, without this one', async () => {
    holds(request(110));
    const ids = [TRACE_ID, ...[1, 2, 3].map((n) => String(n).repeat(32))];
    tempo.on(
      '/api/search',
      json({ traces: ids.map((traceID) => ({ traceID, startTimeUnixNano: ns(0), durationMs: 100 })) }),
    );
    for (const [i, id] of ids.slice(1).entries()) holds(request(50 + 10 * i), id);
    const report = await diff('against=typical');
    expect(report.before).toMatchObject({ title: 'typical of 2.3.0', sample: 3, traceId: null });
    expect(report.before.totalMs).toBeCloseTo(100, 6);
    expect(report.notes.join()).toContain('3 traces are few');
    const search = tempo.seen.find(({ path }) => path === '/api/search');
    expect(search?.params.get('q')).toContain('.model_version = "2.3.0"');
  });

  it('says that there is nothing to compare with', async () => {
    holds(request()).on('/api/search', json({ traces: [] }));
    const failed = await failure(await ask(getDiff, 'against=typical&version=9.9%22%7D'));
    expect(failed.code).toBe('not_found');
    expect(tempo.last.params.get('q')).toContain('"9.9\\"}"');
  });
});

describe('what the redaction rules take out', () => {
  const MAIL = 'jane.doe@example.com';
  const mail = (key: string) => ({ key, value: { stringValue: `for ${MAIL}` } });
  const secret = () =>
    traceBody({
      [`api of ${MAIL}`]: [
        {
          id: 1,
          name: `GET /users/${MAIL}`,
          ms: 10,
          failed: true,
          attributes: { model_name: 'fraud', request_id: MAIL, 'user.email': MAIL, plain: 'words' },
          events: [{ name: `sent to ${MAIL}`, timeUnixNano: ns(1), attributes: [mail('exception.stacktrace')] }],
          links: [{ traceId: TRACE_ID, spanId: spanIdOf(9), attributes: [mail('why')] }],
          raw: { status: { code: 2, message: `no such user ${MAIL}` } },
        },
        { id: 2, up: 1, name: 'GET /users/john@example.com' },
        { id: 3, up: 1, name: 'GET /users/mary@example.com' },
      ],
    });

  it('is in no answer: names, attributes, events, links, messages, the file, and what is searched', async () => {
    holds(secret());
    const answers = await Promise.all([
      ask(getTrace),
      ask(getRows, 'limit=50'),
      ask(getFlame),
      ask(getSpan, 'whole=1', { span: spanIdOf(1) }),
      ask(getRaw),
    ]);
    for (const response of answers) {
      expect(response.status).toBe(200);
      const body = await response.text();
      expect(body).not.toContain('@example.com');
      expect(body).toContain('[e-mail]');
    }
    expect((await rows(`find=${encodeURIComponent(MAIL)}`)).find).toMatchObject({ total: 0 });
    expect((await rows('find=words')).find).toMatchObject({ total: 1, spans: [spanIdOf(1)] });
    // Names that are shown alike are counted as one.
    expect((await trace()).statistics).toMatchObject([{ name: 'GET /users/[e-mail]', count: 3 }]);
  });

  it('is what the configuration says, as for log lines', async () => {
    point('', 'redaction: { defaults: false, rules: [{ name: plain, pattern: words }] }');
    holds(secret());
    const body = await (await ask(getSpan, '', { span: spanIdOf(1) })).text();
    expect(body).toContain(MAIL);
    expect(body).toContain('"value":"[plain]"');
  });
});

describe('every recorded trace', () => {
  const FIXTURES = new URL('../fixtures/', import.meta.url);
  const recorded = ['recordings/tempo', 'recordings/tempo-2.8', 'corpus/cases/tempo'].flatMap((folder) =>
    readdirSync(new URL(folder, FIXTURES))
      .filter((file) => /^trace-/.test(file))
      .map((file) => `${folder}/${file}`),
  );

  it.each(recorded)(
    '%s comes out of the routes with its ids, times and fields, or is named as missing',
    async (file) => {
      const { response } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8'));
      const spans = response.status === 200 ? toSpans(TraceAnswer.parse(response.body).resourceSpans) : [];
      tempo.on(/traces/, (_request, answer) => {
        answer.writeHead(response.status, { 'content-type': response.contentType || 'text/plain' });
        answer.end(typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? ''));
      });
      if (spans.length === 0) {
        const failed = await failure(await ask(getTrace));
        expect(['not_found', 'upstream_rejected']).toContain(failed.code);
        return;
      }
      const header = await trace();
      expect(header.spanCount).toBe(spans.length);
      expect(header.errorCount).toBe(spans.filter(({ statusCode }) => statusCode === 'error').length);
      TraceFlame.parse(await (await ask(getFlame)).json());
      const window = await rows('limit=1000');
      for (const expected of spans) {
        const at = window.rows.span.indexOf(expected.spanId);
        expect(window.rows.durationMs[at]).toBeCloseTo(expected.durationMs, 6);
        expect((window.rows.startMs[at] ?? 0) + header.startMs).toBeCloseTo(expected.startMs, 2);
        const details = await span(expected.spanId);
        expect(details).toMatchObject({
          name: expected.name,
          service: expected.serviceName,
          status: expected.statusCode,
          parentSpanId: expected.parentSpanId,
        });
        expect(details.attributes.map(({ key }) => key).sort()).toEqual(Object.keys(expected.attributes).sort());
        expect(details.events).toHaveLength(expected.events.length);
      }
    },
  );
});
