import { describe, expect, it } from 'vitest';
import { QueryCache } from '@/lib/server/cache';
import { AppError } from '@/lib/server/errors';
import { lokiClient } from '@/lib/server/loki/client';
import { readCursor, writeCursor } from '@/lib/server/loki/entries';
import { toNs } from '@/lib/server/loki/time';
import { errorOf } from '../../error-of';
import {
  type Behaviour,
  FakeUpstream,
  fakeSource,
  halfOpen,
  html,
  json,
  malformed,
  never,
  text,
} from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const NOW = 1_800_000_000_000;
const range = { startMs: NOW - 3_600_000, endMs: NOW };
const client = (overrides = {}) =>
  lokiClient(fakeSource('loki', fake.url, overrides), { cache: new QueryCache(), nowMs: () => NOW });
const streams = (result: unknown[], extra = {}) =>
  json({ status: 'success', data: { resultType: 'streams', result, ...extra } });
const PATH = '/loki/api/v1/query_range';

interface Stored {
  stream: Record<string, string>;
  ns: string;
  line: string;
}

/** A Loki over these lines: start inclusive, end exclusive, a limit over all streams. */
const holding =
  (stored: readonly Stored[], maxLimit = 5_000): Behaviour =>
  (request, response, socket) => {
    const get = (name: string) => request.params.get(name) ?? '';
    const limit = Number(get('limit'));
    if (limit > maxLimit) {
      return text(
        `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${maxLimit})`,
        400,
      )(request, response, socket);
    }
    const backward = get('direction') === 'backward';
    const found = stored
      .filter(({ ns }) => BigInt(ns) >= BigInt(get('start')) && BigInt(ns) < BigInt(get('end')))
      .sort((a, b) => (BigInt(a.ns) < BigInt(b.ns) ? -1 : BigInt(a.ns) > BigInt(b.ns) ? 1 : 0));
    if (backward) found.reverse();
    const byStream = new Map<string, { stream: Record<string, string>; values: [string, string][] }>();
    for (const { stream, ns, line } of found.slice(0, limit)) {
      const key = JSON.stringify(stream);
      const one = byStream.get(key) ?? { stream, values: [] };
      byStream.set(key, one);
      one.values.push([ns, line]);
    }
    return streams([...byStream.values()].reverse())(request, response, socket);
  };

describe('the five', () => {
  it('happy: lines with what is known of them', async () => {
    fake.on(
      PATH,
      streams(
        [
          {
            stream: { app: 'a' },
            values: [
              ['1799999999000000001', 'l', { structuredMetadata: { trace_id: 't' }, parsed: { status: '500' } }],
            ],
          },
        ],
        {
          encodingFlags: ['categorize-labels'],
          stats: { summary: { totalBytesProcessed: 42 } },
        },
      ),
    );
    const { value, why } = await client().logs('{app="a"}', range, never());
    expect(value).toEqual({
      entries: [
        {
          ns: '1799999999000000001',
          timeMs: 1_799_999_999_000,
          line: 'l',
          labels: { app: 'a' },
          metadata: { trace_id: 't' },
          parsed: { status: '500' },
        },
      ],
      categorized: true,
      next: null,
      bytesProcessed: 42,
    });
    expect(why).toMatchObject({ language: 'logql', kind: 'loki', truncated: null });
    expect(fake.last.headers['x-loki-response-encoding-flags']).toBe('categorize-labels');
  });
  it('empty: no lines and no next page', async () => {
    fake.on(PATH, streams([]));
    expect((await client().logs('{a="b"}', range, never())).value).toMatchObject({ entries: [], next: null });
  });
  it('refused: TRAP errors are plain text, with a place', async () => {
    fake.on(PATH, text('parse error at line 2, col 14: syntax error: unexpected )', 400));
    const error = await errorOf(client().logs('x', range, never()));
    expect(error.code).toBe('upstream_rejected');
    expect(error.details.position).toEqual({ line: 2, column: 14 });
  });
  it('malformed: broken JSON, a web page, a wrong form', async () => {
    for (const behaviour of [malformed(), html(), streams([{ stream: {}, values: [['yesterday', 'x']] }])]) {
      fake.on(PATH, behaviour);
      expect((await errorOf(client().logs('x', range, never()))).code).toBe('upstream_malformed');
    }
  });
  it('slow: times out', async () => {
    fake.on(PATH, halfOpen());
    expect((await errorOf(client({ timeoutMs: 100 }).logs('x', range, never()))).code).toBe('upstream_timeout');
  });
});

describe('times', () => {
  it('TRAP a 13-digit number is read as nanoseconds of 1970: whole nanoseconds are sent as text', async () => {
    fake.on(PATH, streams([]));
    await client().logs('{a="b"}', { startMs: NOW - 1, endMs: NOW + 0.5 }, never());
    expect(fake.last.params.get('start')).toBe('1799999999999000000');
    expect(fake.last.params.get('end')).toBe('1800000000000000000');
    expect(toNs(8_640_000_000_000)).toBe('8640000000000000000');
  });
  it('TRAP a step on a log query brings the limit of 11,000 points: none is sent', async () => {
    fake.on(PATH, streams([]));
    await client().logs('{a="b"}', range, never());
    expect(fake.last.params.has('step')).toBe(false);
  });
});

describe('order', () => {
  const raw = [
    {
      stream: { app: 'b' },
      values: [
        ['1799999999000000002', 'b2'],
        ['1799999999000000001', 'b1'],
      ],
    },
    {
      stream: { app: 'a' },
      values: [
        ['1799999999000000002', 'a2'],
        ['1799999999000000002', 'a2 too'],
        ['999999999', 'old'],
      ],
    },
  ];
  it('TRAP streams come in any order: one list in time, ties by stream and then as sent', async () => {
    fake.on(PATH, streams(raw));
    const one = await client().logs('x', range, never());
    fake.on(PATH, streams([...raw].reverse()));
    const two = await client().logs('x', range, never());
    expect(one.value.entries.map(({ line }) => line)).toEqual(['a2', 'a2 too', 'b2', 'b1', 'old']);
    expect(two.value.entries).toEqual(one.value.entries);
  });
  it('TRAP without the echo of the flag labels are merged, whatever was asked', async () => {
    fake.on(PATH, streams(raw));
    const { value } = await client().logs('x', range, never());
    expect(value.categorized).toBe(false);
    expect(value.entries[0]).toMatchObject({ labels: { app: 'a' }, metadata: {}, parsed: {} });
  });
});

describe('pages', () => {
  const base = BigInt(NOW - 60_000) * 1_000_000n;
  // Twelve instants of three lines in two streams each, and one instant that many lines share.
  const stored: Stored[] = [];
  for (let instant = 0; instant < 12; instant += 1) {
    for (const line of ['one', 'two', 'three']) {
      stored.push({
        stream: { app: line === 'two' ? 'b' : 'a' },
        ns: String(base + BigInt(instant)),
        line: `${instant} ${line}`,
      });
    }
  }
  for (let n = 0; n < 20; n += 1) stored.push({ stream: { app: 'c' }, ns: String(base + 5n), line: `crowd ${n}` });

  it.each([
    ['backward', 1],
    ['backward', 2],
    ['backward', 7],
    ['forward', 1],
    ['forward', 4],
    ['forward', 100],
  ] as const)(
    'TRAP lines share a nanosecond: going %s by %i gives every line once, in order',
    async (direction, limit) => {
      fake.on(PATH, holding(stored));
      const loki = client();
      const lines: string[] = [];
      const times: bigint[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 100; page += 1) {
        const { value } = await loki.logs(
          'x',
          { ...range, direction, limit, ...(cursor === undefined ? {} : { cursor }) },
          never(),
        );
        expect(value.entries.length).toBeLessThanOrEqual(limit);
        lines.push(...value.entries.map(({ line }) => line));
        times.push(...value.entries.map(({ ns }) => BigInt(ns)));
        if (value.next === null) break;
        cursor = value.next;
      }
      expect([...lines].sort()).toEqual(stored.map(({ line }) => line).sort());
      const sorted = [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(times).toEqual(direction === 'forward' ? sorted : sorted.reverse());
    },
  );
  it('TRAP one instant with more lines than may be asked for does not loop for ever, and that is said', async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => ({
      stream: { app: 'c' },
      ns: String(base),
      line: `crowd ${n}`,
    }));
    fake.on(PATH, holding([...crowd, { stream: { app: 'z' }, ns: String(base - 1n), line: 'older' }], 50));
    const loki = client();
    let cursor: string | undefined;
    const lines: string[] = [];
    const said: (string | null)[] = [];
    for (let page = 0; page < 20; page += 1) {
      const { value, why } = await loki.logs(
        'x',
        { ...range, limit: 30, ...(cursor === undefined ? {} : { cursor }) },
        never(),
      );
      lines.push(...value.entries.map(({ line }) => line));
      said.push(why.truncated);
      if (value.next === null) break;
      cursor = value.next;
    }
    expect(lines).toContain('older');
    expect(said.join()).toContain('share one instant');
  });
  it('refuses a cursor that is none, and writes one that can be read again', async () => {
    expect((await errorOf(client().logs('x', { ...range, cursor: '1; drop' }, never()))).code).toBe('bad_request');
    const cursor = { ns: '1', given: ['0123456789ab'] };
    expect(readCursor(writeCursor(cursor))).toEqual(cursor);
  });
  it('TRAP limit errors are 400: a server with a lower bound is asked again within it', async () => {
    fake.on(PATH, holding(stored, 10));
    const { value, why } = await client().logs('x', { ...range, limit: 1_000 }, never());
    expect(value.entries).toHaveLength(10);
    expect(value.next).not.toBeNull();
    expect(why.truncated).toContain('there are more');
  });
});

describe('metrics', () => {
  it('reads a matrix on an aligned grid, with gaps', async () => {
    fake.on(
      PATH,
      json({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [
            {
              metric: { level: 'error' },
              values: [
                [1_799_999_940, '4'],
                [1_800_000_000, 'NaN'],
              ],
            },
          ],
        },
      }),
    );
    const { value } = await client().range('x', { startMs: NOW - 119_000, endMs: NOW, stepMs: 60_000 }, never());
    expect(value.startMs).toBe(NOW - 120_000);
    expect(value.series).toEqual([{ labels: { level: 'error' }, values: [null, 4, null] }]);
    expect(fake.last.params.get('step')).toBe('60');
  });
  it('TRAP a log query where numbers are needed is said, whether the version answers or refuses', async () => {
    fake.on('/loki/api/v1/query', streams([{ stream: {}, values: [['1', 'x']] }]));
    expect((await errorOf(client().instant('{a="b"}', NOW, never()))).message).toContain('gives log lines');
  });
  it('says partial results', async () => {
    fake.on(
      '/loki/api/v1/query',
      json({
        status: 'success',
        warnings: ['maximum number of series (500) reached for a single query; returning partial results'],
        data: { resultType: 'vector', result: [] },
      }),
    );
    expect((await client().instant('x', NOW, never())).why.truncated).toContain('returning partial results');
  });
});

describe('the catalogue', () => {
  it('TRAP empty lists leave data out', async () => {
    fake.on(/labels$|values$|series$/, json({ status: 'success' }));
    fake.on(/detected/, json({}));
    expect((await client().labels(range, never())).value).toEqual([]);
    expect((await client().labelValues('a', range, never())).value).toEqual([]);
    expect((await client().series({ ...range, match: ['{a="b"}'] }, never())).value).toEqual([]);
    expect((await client().detectedFields('x', range, never()))?.value).toEqual([]);
    expect((await client().detectedFieldValues('f', 'x', range, never()))?.value).toEqual([]);
    expect((await client().detectedLabels('x', range, never()))?.value).toEqual([]);
  });
  it('TRAP 404 with an empty body is a feature that is missing, not a failure', async () => {
    fake.on(/./, text('', 404));
    expect(await client().patterns('x', range, never())).toBeNull();
    expect(await client().volume('x', range, never())).toBeNull();
    expect(await client().volumeRange('x', range, never())).toBeNull();
    expect(await client().rules(never())).toBeNull();
  });
  it('TRAP volume_range answers with a vector when no series has two samples, stamped at the end of the step', async () => {
    fake.on(
      '/loki/api/v1/index/volume_range',
      json({
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: { app: 'a' }, value: [(NOW - 1) / 1000, '7'] }] },
      }),
    );
    const answer = await client().volumeRange(
      'x',
      { startMs: NOW - 1_200_000, endMs: NOW, stepMs: 600_000, targetLabels: ['app'] },
      never(),
    );
    expect(answer?.value.series).toEqual([{ labels: { app: 'a' }, values: [null, 7] }]);
    expect(fake.last.params.get('targetLabels')).toBe('app');
  });
  it('TRAP patterns are stamped in seconds', async () => {
    fake.on(
      '/loki/api/v1/patterns',
      json({
        status: 'success',
        data: [
          { pattern: 'a <_>', samples: [[1, 2]] },
          {
            pattern: 'b',
            level: 'error',
            samples: [
              [1, 2],
              [2, 3],
            ],
          },
        ],
      }),
    );
    expect((await client().patterns('x', range, never()))?.value).toEqual([
      {
        pattern: 'b',
        level: 'error',
        samples: [
          { timeMs: 1000, count: 2 },
          { timeMs: 2000, count: 3 },
        ],
        total: 5,
      },
      { pattern: 'a <_>', level: null, samples: [{ timeMs: 1000, count: 2 }], total: 2 },
    ]);
  });
  it('a hostile label name cannot climb out of its path', async () => {
    fake.on(/./, json({ status: 'success' }));
    await client().labelValues('a/../../b', range, never());
    expect(fake.last.path).toBe('/loki/api/v1/label/a%2F..%2F..%2Fb/values');
    expect(() => client().labelValues('..', range, never())).toThrow(AppError);
  });
  it('TRAP format_query refuses with JSON', async () => {
    fake.on(
      '/loki/api/v1/format_query',
      json({ status: 'invalid-query', error: 'parse error at line 1, col 3: no' }, 400),
    );
    const error = await errorOf(client().formatQuery('x', never()));
    expect(error.message).toContain('parse error at line 1, col 3: no');
    expect(error.details.position).toEqual({ line: 1, column: 3 });
  });
  it('TRAP just after its start a single binary is not ready: its reason is said', async () => {
    fake.on('/ready', text('Ingester not ready: waiting for 15s after being ready', 503));
    expect((await errorOf(client().ready(never()))).message).toContain('Ingester not ready');
    fake.on('/ready', text('404 page not found', 404));
    fake.on('/loki/api/v1/labels', json({ status: 'success' }));
    expect((await client().ready(never())).elapsedMs).toBeGreaterThanOrEqual(0);
  });
  it.each([
    ['2.9.10', false, false],
    ['3.0.0', true, false],
    ['3.4.2', true, true],
  ])('TRAP buildinfo has no envelope: version %s', async (version, categorizedLabels, detectedFieldValues) => {
    fake.on('/loki/api/v1/status/buildinfo', json({ version }));
    expect(await client().flavour(never())).toMatchObject({
      version,
      features: { categorizedLabels, detectedFieldValues },
    });
  });
  it('TRAP a build without a version is told by its endpoints', async () => {
    fake.on('/loki/api/v1/status/buildinfo', json({ version: '' }));
    expect((await client().flavour(never())).features.detectedFields).toBe(false);
    fake.on('/loki/api/v1/detected_labels', json({}));
    expect((await client().flavour(never())).features.detectedFields).toBe(true);
  });
});
