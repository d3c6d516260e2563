import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as context } from '@/app/api/logs/context/route';
import { GET as exported } from '@/app/api/logs/export/route';
import { GET as line } from '@/app/api/logs/line/route';
import { GET as names } from '@/app/api/logs/names/route';
import { GET as patterns } from '@/app/api/logs/patterns/route';
import { GET as logs, POST as logsByPost } from '@/app/api/logs/route';
import { GET as summary } from '@/app/api/logs/summary/route';
import { GET as values } from '@/app/api/logs/values/route';
import { ErrorBody } from '@/lib/contracts/error';
import { writeFilter } from '@/lib/contracts/log-filter';
import {
  LINE_CUT_CHARS,
  LogContext,
  LogNames,
  LogPage,
  LogPatternsAnswer,
  type LogRow,
  LogSummary,
  LogValues,
} from '@/lib/contracts/logs';
import { call, useConfig } from './console';
import { logLab, type PushedStream } from './logs-lab';

/** An hour in the past, so that answers are settled. */
const END = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const START = END - 3_600_000;
const TIE_NS = `${START + 600_000}000000`;
const TIES = 5_000;
const HUGE_CHARS = 9_000_000;
const ns = (offsetMs: number) => `${START + offsetMs}000000`;

const ties: PushedStream[] = [0, 1].map((half) => ({
  stream: { service_name: 'ties', level: half === 0 ? 'info' : 'error' },
  values: Array.from({ length: TIES / 2 }, (_, i) => [TIE_NS, `tie ${String(half * (TIES / 2) + i).padStart(4, '0')}`]),
}));
const STREAMS: PushedStream[] = [
  ...ties,
  {
    stream: { service_name: 'ties', level: 'info' },
    values: [
      [ns(599_000), 'before the ties'],
      [ns(601_000), 'after the ties'],
    ],
  },
  {
    stream: { service_name: 'api', level: 'error', model_name: 'fraud_detector' },
    values: [
      [
        ns(1_000),
        '{"event":"failed","error":"Timeout after 1","client":"jane@example.com","n":1}',
        { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' },
      ],
      [ns(2_000), '{"event":"failed","error":"Timeout after 2","user_agent":"<script>alert(1)</script>"}'],
      [ns(3_000), '=cmd|"/c calc"!A0, "quoted", and a comma'],
    ],
  },
  {
    stream: { service_name: 'gateway', level: 'warn' },
    values: [
      [ns(1_500), '{"event":"slow","model_name":"fraud_detector"}'],
      [ns(1_600), '\u001b[33mWARN\u001b[0m slow'],
    ],
  },
  {
    stream: { service_name: 'huge', level: 'info' },
    values: [
      [ns(10_000), `{"message":"first","mail":"big@example.com","dump":"${'x'.repeat(HUGE_CHARS)}"}`],
      [ns(11_000), 'small'],
      [ns(12_000), `${'y'.repeat(LINE_CUT_CHARS - 8)} jane.doe@example.com ${'z'.repeat(HUGE_CHARS)}`],
    ],
  },
];

let lab: Awaited<ReturnType<typeof logLab>>;
beforeAll(async () => {
  lab = await logLab(STREAMS);
  useConfig(`sources:\n  loki: { url: '${lab.url}/loki', maxAnswerSize: 12MB }\n`);
});
afterAll(() => lab.close());

const range = { startMs: START, endMs: END };
const page = async (query: Record<string, string | number>) => {
  const { status, body } = await call(logs, { query: { ...range, ...query } });
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
  return LogPage.parse(body);
};

/** Every row of a question, page by page, as the browser asks for them. */
async function walk(query: Record<string, string | number>): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < 40; pages += 1) {
    const body = JSON.stringify({ ...range, ...query, ...(cursor === '' ? {} : { cursor }) });
    const request = new Request('http://127.0.0.1/api/logs', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const read = LogPage.parse(await (await logsByPost(request)).json());
    rows.push(...read.rows);
    cursor = read.next;
  }
  expect(cursor).toBeNull();
  return rows;
}

describe('pages of lines', () => {
  it.each(['backward', 'forward'])('give each of 5,000 lines of one instant once, %s', async (direction) => {
    const rows = await walk({ query: '{service_name="ties"}', direction, limit: 700 });
    expect(rows).toHaveLength(TIES + 2);
    expect(new Set(rows.map(({ line: text }) => text)).size).toBe(TIES + 2);
    const ends = [rows[0]?.line, rows.at(-1)?.line];
    expect(ends).toEqual(
      direction === 'forward' ? ['before the ties', 'after the ties'] : ['after the ties', 'before the ties'],
    );
  });

  it('oldest first begins at the beginning of the range, not at the oldest of the newest', async () => {
    const { rows, next } = await page({ query: '{service_name="ties"}', direction: 'forward', limit: 1 });
    expect(rows.map(({ line: text }) => text)).toEqual(['before the ties']);
    expect(next).not.toBeNull();
  });

  it('hold lines of megabytes, cut, and none of them is lost to the other', async () => {
    const rows = await walk({ service: 'huge', limit: 100 });
    expect(rows.map(({ line: text }) => text.slice(0, 12))).toEqual(['yyyyyyyyyyyy', 'small', '{"message":"']);
    expect(rows[0]?.wholeChars).toBeGreaterThan(HUGE_CHARS);
    expect(rows[0]?.line.length).toBe(LINE_CUT_CHARS);
    // The cut would have halved the address.
    expect(rows[0]?.line.slice(-9)).not.toContain('jane');
    expect(rows[2]?.line).not.toContain('big@');
  });

  it('show a script as its text', async () => {
    const { rows } = await page({ service: 'api', text: 'SCRIPT' });
    expect(rows.map(({ line: text }) => text)).toEqual([
      '{"event":"failed","error":"Timeout after 2","user_agent":"<script>alert(1)</script>"}',
    ]);
  });
});

describe('the builder', () => {
  it.each([
    [{ model: 'fraud_detector' }, '{model_name="fraud_detector"}', 3],
    [
      { model: 'fraud_detector', service: 'gateway' },
      '{service_name="gateway"} |= "fraud_detector" | json | model_name="fraud_detector"',
      1,
    ],
    [
      { service: 'api', level: 'error', text: 'Time"out' },
      '{service_name="api", level=~"(?i)(?:error|err|eror|severe)"} |~ "(?i)Time\\"out"',
      0,
    ],
    [
      { where: writeFilter({ kind: 'json', name: 'error', op: '=', value: 'Timeout after 2' }) },
      '{service_name=~".+"} |= "Timeout after 2" | json | error="Timeout after 2"',
      1,
    ],
    [
      { where: writeFilter({ kind: 'json', name: 'n', op: '=', value: '1' }) },
      '{service_name=~".+"} | json | n="1"',
      1,
    ],
    [
      { where: writeFilter({ kind: 'label', name: 'level', op: '!=', value: 'info' }), service: 'gateway' },
      '{service_name="gateway", level!="info"}',
      2,
    ],
    [
      { where: writeFilter({ kind: 'meta', name: 'trace_id', op: '=', value: '4bf92f3577b34da6a3ce929d0e0e4736' }) },
      '{service_name=~".+"} | trace_id="4bf92f3577b34da6a3ce929d0e0e4736"',
      1,
    ],
    [
      {
        query: '{service_name="api"} # all',
        where: writeFilter({ kind: 'json', name: 'event', op: '=', value: 'failed' }),
      },
      '{service_name="api"} # all\n|= "failed" | json | event="failed"',
      2,
    ],
  ])('writes LogQL of %j', async (asked, query, count) => {
    const read = await page({ ...asked } as Record<string, string>);
    expect(read.query).toBe(query);
    expect(read.rows).toHaveLength(count);
  });

  it.each([
    [{ where: 'json:error' }, 'where'],
    [
      { where: writeFilter({ kind: 'json', name: 'error', op: '=', value: 'x' }).replace('error', 'er%20ror') },
      'where',
    ],
    [{ query: 'sum(rate({a="b"}[1m]))' }, 'query'],
    [{ cursor: 'x' }, 'cursor'],
    [{ limit: 0 }, 'limit'],
  ])('refuses %j, and names the field', async (asked, field) => {
    const { status, body } = await call(logs, { query: { ...range, ...(asked as object) } });
    expect(status).toBe(400);
    expect(ErrorBody.parse(body).error.message).toContain(field === 'query' ? 'gives numbers' : field);
  });

  it('offers names and values, none that may not be read', async () => {
    const read = LogNames.parse((await call(names, { query: { ...range, service: 'api' } })).body);
    expect(read.services).toEqual(['api', 'gateway', 'huge', 'ties']);
    expect(read.levels).toEqual(['error', 'warn', 'info']);
    expect(read.fields).toContainEqual({ name: 'trace_id', kind: 'meta', cardinality: 1 });
    expect(read.fields?.find(({ name }) => name === 'error')?.kind).toBe('json');
    const ofField = (name: string) => call(values, { query: { ...range, service: 'api', name, kind: 'json' } });
    expect(LogValues.parse((await ofField('error')).body).values).toEqual(['Timeout after 1', 'Timeout after 2']);
    expect(LogValues.parse((await ofField('client')).body).values).toEqual([]);
  });
});

describe('the summary', () => {
  const ask = async (query: Record<string, string>) =>
    LogSummary.parse((await call(summary, { query: { ...range, ...query } })).body);

  it('counts every line by level, whatever a list has loaded', async () => {
    const read = await ask({ query: '{service_name="ties"}' });
    expect(read.totals).toEqual({ error: 2_500, info: 2_502 });
    const sum = read.volume.series.flatMap(({ values: of }) => of).reduce<number>((a, b) => a + (b ?? 0), 0);
    expect(sum).toBe(TIES + 2);
    expect(read.volume.startMs).toBe(START);
  });

  it('counts lines that a parser of the query cannot read, too', async () => {
    expect((await ask({ query: '{service_name="api"} | json' })).totals).toEqual({ error: 3 });
  });

  it.each([
    [{ query: '{service="api"}' }, 'no_label', 'service'],
    [{ service: 'nope' }, 'no_stream', 'api, gateway, huge, ties'],
    [{ service: 'api', text: 'nowhere' }, 'filter_matches_nothing', '3 lines'],
    [{ service: 'api', level: 'debug' }, 'no_stream', 'no stream has all of these values'],
  ])('says why %j finds nothing: %s', async (asked, reason, words) => {
    const { emptiness } = await ask(asked as Record<string, string>);
    expect(emptiness?.reason).toBe(reason);
    expect(`${emptiness?.what} ${emptiness?.why}`).toContain(words);
  });

  it('tells a range without lines from a time that Loki does not hold', async () => {
    const later = { startMs: END + 60_000, endMs: END + 120_000, service: 'api' };
    const quiet = LogSummary.parse((await call(summary, { query: later })).body).emptiness;
    expect(quiet?.reason).toMatch(/no_lines_in_range|outside_retention/);
    const before = { startMs: START - 40 * 86_400_000, endMs: START - 39 * 86_400_000, service: 'api' };
    const past = LogSummary.parse((await call(summary, { query: before })).body).emptiness;
    expect(past?.reason).toBe('outside_retention');
  });

  it('points at the fault of a query where its writer sees it', async () => {
    const { status, body } = await call(summary, { query: { ...range, query: '{service_name="api"} | foo bar' } });
    expect(status).toBe(502);
    const said = ErrorBody.parse(body).error;
    const list = ErrorBody.parse(
      (await call(logs, { query: { ...range, query: '{service_name="api"} | foo bar' } })).body,
    ).error;
    expect(said.position).toEqual({ line: 1, column: 28 });
    expect(list.position).toEqual(said.position);
  });
});

describe('the context of a line', () => {
  const around = async (row: LogRow | undefined, before: number, after: number) =>
    LogContext.parse(
      (await call(context, { query: { id: row?.id ?? '', labels: JSON.stringify(row?.labels), before, after } })).body,
    );

  it('is of the stream without its level, in true order, within thousands of one instant too', async () => {
    const walked = await walk({ query: '{service_name="ties"}', direction: 'forward', limit: 5_000 });
    // Within the instant by stream, and within a stream as it was written.
    const rows = walked.toSorted(
      (a, b) =>
        Number(BigInt(a.ns) - BigInt(b.ns)) ||
        (a.level < b.level ? -1 : a.level > b.level ? 1 : 0) ||
        (a.line < b.line ? -1 : 1),
    );
    for (const place of [0, 1, 1_000, 2_500, 4_999, TIES, TIES + 1]) {
      const read = await around(rows[place], 3, 4);
      const expected = rows.slice(Math.max(0, place - 3), place + 5).map(({ line: text }) => text);
      expect(read.query).toBe('{service_name="ties"}');
      expect(read.rows.map(({ line: text }) => text)).toEqual(expected);
      expect(read.rows[read.at]?.id).toBe(rows[place]?.id);
    }
  });

  it('says where it ends, and keeps what was shown when more is asked for', async () => {
    const { rows } = await page({ service: 'api', direction: 'forward' });
    const few = await around(rows[1], 1, 1);
    const many = await around(rows[1], 50, 50);
    expect(many.rows.map(({ id }) => id)).toEqual(expect.arrayContaining(few.rows.map(({ id }) => id)));
    expect(many.beforeEnd).toBe('No more within 24\u202fh before it.');
    expect(many.afterEnd).toBe('No more within 24\u202fh after it.');
    expect(JSON.stringify(many)).not.toContain('@example.com');
  });

  it('of a line that is gone is the lines of its time', async () => {
    const { rows } = await page({ service: 'api', direction: 'forward' });
    const [first] = rows;
    const gone = first === undefined ? undefined : { ...first, id: `${first.ns}-000000000000` };
    const read = await around(gone, 2, 2);
    expect(read.at).toBe(-1);
    expect(read.rows.length).toBeGreaterThan(0);
  });
});

describe('a whole line', () => {
  it('comes redacted, however long', async () => {
    const rows = await walk({ service: 'huge', limit: 100 });
    const response = await line(
      new Request(
        `http://127.0.0.1/api/logs/line?${new URLSearchParams({ id: rows[0]?.id ?? '', labels: JSON.stringify(rows[0]?.labels) })}`,
      ),
    );
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text.length).toBeGreaterThan(HUGE_CHARS);
    expect(text).toContain(' [e-mail] zzz');
  });

  it('that is gone is not found', async () => {
    const { status } = await call(line, {
      query: { id: `${ns(1_000)}-000000000000`, labels: '{"service_name":"api"}' },
    });
    expect(status).toBe(404);
    expect((await call(line, { query: { id: `${ns(1_000)}-000000000000`, labels: '[]' } })).status).toBe(400);
  });
});

describe('patterns', () => {
  it('are those of whole streams, and of the loaded lines where the query filters', async () => {
    const ask = async (query: Record<string, string>) =>
      LogPatternsAnswer.parse((await call(patterns, { query: { ...range, ...query } })).body);
    const whole = await ask({ service: 'ties' });
    expect(whole.patterns?.reduce((sum, { count }) => sum + count, 0)).toBe(TIES + 2);
    const filtered = await ask({ service: 'ties', text: 'tie' });
    expect(filtered.patterns).toBeNull();
    expect(filtered.note).toContain('lines that are loaded');
  });
});

describe('an export', () => {
  const ask = async (query: Record<string, string | number>) => {
    const search = new URLSearchParams(
      Object.entries({ ...range, ...query }).map(([name, value]) => [name, String(value)]),
    );
    const response = await exported(new Request(`http://127.0.0.1/api/logs/export?${search}`));
    return { response, text: await response.text() };
  };

  it('as NDJSON holds every line, redacted, over all pages', async () => {
    const { response, text } = await ask({ format: 'ndjson', query: '{service_name="ties"}' });
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="logs-.*\.ndjson"$/);
    const records = text
      .trim()
      .split('\n')
      .map((record) => JSON.parse(record));
    expect(new Set(records.map((record) => record.line)).size).toBe(TIES + 2);
    expect(records[0]).toMatchObject({ line: 'after the ties', level: 'info', labels: { service_name: 'ties' } });
  });

  it('as CSV is quoted, and nothing in it is a formula', async () => {
    const { text } = await ask({ format: 'csv', service: 'api', columns: 'error,trace_id' });
    const rows = text.split('\r\n');
    expect(rows[0]).toBe('time,level,stream,error,trace_id,line');
    expect(rows[1]).toContain(`"'=cmd|""/c calc""!A0, ""quoted"", and a comma"`);
    expect(rows[3]).toContain(',Timeout after 1,4bf92f3577b34da6a3ce929d0e0e4736,');
    expect(text).not.toContain('jane@');
  });

  it('says in its last record where it was cut', async () => {
    const { text } = await ask({ format: 'ndjson', query: '{service_name="ties"}', limit: 3 });
    const records = text.trim().split('\n');
    expect(records).toHaveLength(4);
    expect(JSON.parse(records[3] ?? '').windsock).toMatch(
      /^cut at 3 lines; there are more\. The last line here is of 2\d{3}-.*Z: export a range that ends there/,
    );
  });

  it('of a refused query is an error, not a file', async () => {
    const { response } = await ask({ format: 'csv', query: '{service_name="ties"} | foo bar' });
    expect(response.status).toBe(502);
  });
});
