import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as logs } from '@/app/api/logs/route';
import { ErrorBody } from '@/lib/contracts/error';
import { LogPage, type LogRow } from '@/lib/contracts/logs';
import { fieldsOf } from '@/lib/domain/log-fields';
import { redact } from '@/lib/server/redaction/redact';
import { FakeUpstream, type Recording, recording, recordingNames, replay } from '../fake-upstream';
import { call, useConfig } from './console';
import { logLab, type PushedStream } from './logs-lab';

/** Every recorded answer of a real Loki that holds lines or refuses a query for them, through the console's own route. */

type Streams = {
  stream: Record<string, string>;
  values: [string, string, { structuredMetadata?: object; parsed?: object }?][];
}[];
interface Recorded {
  request: { path: string; query: Record<string, unknown> };
  response: { status: number; body: unknown };
}

const isLogQuery = ({ request, response: { status, body } }: Recorded): boolean =>
  request.path.endsWith('/query_range') &&
  /^\s*\{/.test(String(request.query.query)) &&
  (status !== 200 || streamsOf({ body }) !== null);

function streamsOf({ body }: { body: unknown }): Streams | null {
  const { data } = (body ?? {}) as { data?: { resultType?: string; result?: Streams } };
  return data?.resultType === 'streams' ? (data.result ?? []) : null;
}

const askFor = ({ request: { query } }: Recorded) => ({
  query: String(query.query),
  startMs: Number(BigInt(String(query.start)) / 1_000_000n),
  endMs: Number(BigInt(String(query.end)) / 1_000_000n),
  direction: String(query.direction ?? 'backward'),
  limit: Math.min(5_000, Number(query.limit ?? 100)),
});

const redacted = (labels: object | undefined) =>
  Object.fromEntries(Object.entries(labels ?? {}).map(([name, value]) => [name, redact(String(value))]));

/** Everything a reader can find of a row's fields by name. */
const fieldsOfRow = (row: LogRow) => ({
  ...Object.fromEntries(fieldsOf(row.line).fields),
  ...row.parsed,
  ...row.metadata,
  ...row.labels,
});

function expectSameRows(page: LogPage, recorded: Recorded): void {
  const streams = streamsOf(recorded.response) ?? [];
  const expected = streams.flatMap(({ stream, values }) =>
    values.map(([ns, line, rest]) => ({ ns, line: redact(line), stream, rest })),
  );
  const isCategorized = expected.some(({ rest }) => rest !== undefined) || expected.length === 0;
  const key = ({ ns, line }: { ns: string; line: string }) => `${ns} ${line}`;
  expect(page.rows.map(key).sort()).toEqual(expected.map(key).sort());
  for (const { ns, line, stream, rest } of expected) {
    const row = page.rows.find((each) => each.ns === ns && each.line === line);
    const found = row === undefined ? {} : fieldsOfRow(row);
    if (page.categorized === isCategorized) {
      expect(row?.labels).toEqual(redacted(stream));
      expect(row?.metadata).toEqual(redacted(rest?.structuredMetadata));
    } else {
      // Recorded without the flag that the console always sends: the same labels, told apart.
      expect({ ...row?.metadata, ...found }).toMatchObject(redacted(stream));
    }
    expect(row?.timeMs).toBe(Number(BigInt(ns) / 1_000_000n));
    for (const [name, value] of Object.entries(redacted(rest?.parsed)))
      expect(found, name).toMatchObject({ [name]: value });
    expect(line).not.toMatch(/@example\.com/);
  }
  const times = page.rows.map(({ ns }) => ns);
  const sorted = [...times].sort();
  expect(times).toEqual(askFor(recorded).direction === 'forward' ? sorted : sorted.reverse());
}

function expectRefused(status: number, body: unknown, recorded: Recorded): void {
  const { error } = ErrorBody.parse(body);
  expect(status).toBe(502);
  expect(error).toMatchObject({ code: 'upstream_rejected', source: 'Loki' });
  const said = String(recorded.response.body);
  expect(error.message).toContain(said.replace(/\s+/g, ' ').trim().slice(0, 60));
  const place = /line (\d+), col (\d+)/.exec(said);
  if (place !== null) expect(error.position).toEqual({ line: Number(place[1]), column: Number(place[2]) });
}

describe.each(['loki', 'loki-2.9'])('recorded answers of %s', (folder) => {
  const fake = FakeUpstream.forTests();
  beforeAll(() => useConfig(`sources:\n  loki: { url: '${fake.url}' }\n`));

  const cases = recordingNames(folder)
    .map((name): [string, Recording] => [name, recording(folder, name)])
    .filter(([, recorded]) => isLogQuery(recorded));

  it('are there', () => expect(cases.length).toBeGreaterThanOrEqual(10));

  it.each(cases)('%s', async (name, recorded) => {
    fake.on(recorded.request.path, replay(recorded));
    // The same question is asked of several recordings, and answers are kept: a comment makes each a question of its own.
    const asked = { ...askFor(recorded), query: `${askFor(recorded).query} # ${folder} ${name}` };
    const { status, body } = await call(logs, { query: asked });
    if (recorded.response.status === 200) {
      expect(status).toBe(200);
      expectSameRows(LogPage.parse(body), recorded);
    } else expectRefused(status, body, recorded);
  });
});

describe('the corpus, through the console and the lab', () => {
  const root = new URL('../fixtures/corpus/', import.meta.url);
  const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
  let lab: Awaited<ReturnType<typeof logLab>>;
  beforeAll(async () => {
    const { streams } = read('data/loki-push.json') as { streams: PushedStream[] };
    lab = await logLab(streams);
    useConfig(`sources:\n  loki: { url: '${lab.url}/loki' }\n`);
  });
  afterAll(() => lab.close());

  const cases = readdirSync(new URL('cases/loki/', root))
    .map((file): [string, Recorded] => [file, read(`cases/loki/${file}`) as Recorded])
    .filter(([, recorded]) => isLogQuery(recorded));

  it('is there', () => expect(cases.length).toBeGreaterThanOrEqual(21));

  it.each(cases)('%s', async (_name, recorded) => {
    const { status, body } = await call(logs, { query: askFor(recorded) });
    if (recorded.response.status === 200) {
      expect(status).toBe(200);
      expectSameRows(LogPage.parse(body), recorded);
    } else expectRefused(status, body, recorded);
  });
});
