import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lokiEngine } from '@/lab/loki/engine';
import { MemoryLogStore } from '@/lab/memory-logs';
import { TooMuchToRead } from '@/lab/stores';
import { ask, NOW_NS, storeOf } from './loki-lines';

interface Recording {
  name: string;
  request: { path: string; query: Record<string, string | number>; headers: Record<string, string> };
  response: { status: number; contentType: string; body: unknown };
}

const root = new URL('../fixtures/recordings/loki/', import.meta.url);
const recordings = readdirSync(root).map((file) => JSON.parse(readFileSync(new URL(file, root), 'utf8')) as Recording);
const store = storeOf([{ ago: 10, line: 'not json at all' }]);

const errorOf = async (query: string, extra: Record<string, string> = {}): Promise<string> => {
  const answer = await ask(store, { path: '/loki/api/v1/query_range', params: { query, ...extra } });
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  return `${answer.status} ${answer.body}`;
};

describe('the errors that Loki 3.4.6 was recorded to give', () => {
  const refused = recordings.filter(({ response }) => response.status >= 400);
  it('are at least five', () => expect(refused.length).toBeGreaterThanOrEqual(5));
  for (const { name, request, response } of refused) {
    it(`${name}`, async () => {
      const params = new URLSearchParams(Object.entries(request.query).map(([k, v]) => [k, String(v)]));
      const answer = await lokiEngine(store)({
        method: 'GET',
        path: request.path,
        params,
        headers: request.headers,
        body: Buffer.alloc(0),
        nowMs: 1795231228000,
      });
      const { status, contentType, body } = response;
      expect({ status: answer.status, contentType: answer.headers['content-type'], body: answer.body }).toEqual({
        status,
        contentType,
        body,
      });
    });
  }
});

describe('syntax errors name what Loki names, where Loki names it', () => {
  const cases: [string, string][] = [
    ['', 'at line 1, col 1: syntax error: unexpected $end'],
    ['{', 'at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }'],
    ['{app="a",}', 'at line 1, col 10: syntax error: unexpected }, expecting IDENTIFIER'],
    ['{app}', 'at line 1, col 5: syntax error: unexpected }, expecting = or != or =~ or !~'],
    ['{app=a}', 'at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING'],
    ['{app="a"} foo', 'at line 1, col 11: syntax error: unexpected IDENTIFIER'],
    ['{app="a"} "x"', 'at line 1, col 11: syntax error: unexpected STRING'],
    ['{app="a"}\n| line_format x', 'at line 2, col 15: syntax error: unexpected IDENTIFIER, expecting STRING'],
    ['{app="a', 'at line 1, col 6: literal not terminated'],
    ['{app="\\q"}', 'at line 1, col 6: invalid char escape'],
    ['rate({app="a"}[5m)', "at line 1, col 15: missing closing ']' in duration"],
    ['{app="a"} |= "x" |~ "["', ': stage \'|~ "["\' : error parsing regexp: missing closing ]: `[`'],
    ['{app=~"("}', ': error parsing regexp: missing closing ): `^(?:()$`'],
    ['sum_over_time({app="a"}[5m])', ': invalid aggregation sum_over_time without unwrap'],
    ['count_over_time({app="a"} | unwrap x [5m])', ': invalid aggregation count_over_time with unwrap'],
    ['rate({app="a"}[5m]) by (app)', ': grouping not allowed for rate aggregation'],
    ['topk(rate({app="a"}[5m]))', ': parameter required for operation topk'],
    [
      '{}',
      ': queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will',
    ],
  ];
  for (const [query, text] of cases) {
    it(JSON.stringify(query), async () => expect(await errorOf(query)).toBe(`400 parse error ${text}`));
  }

  it('says that it is the lab where only the lab is at a loss', async () => {
    expect(await errorOf('{app="a"} | line_format `{{range .x}}{{end}}`')).toContain(
      'the lab does not support {{range}}',
    );
    expect(await errorOf('{app="a"} | line_format `{{fromJson .x}}`')).toContain(
      'function "fromJson" not defined (the lab',
    );
  });
});

describe('limits and parameters', () => {
  it('refuses a limit of zero, an unknown direction, a bad time and a bad step', async () => {
    expect(await errorOf('{app="a"}', { limit: '0' })).toBe('400 limit must be a positive value');
    expect(await errorOf('{app="a"}', { direction: 'up' })).toBe("400 invalid direction 'up'");
    expect(await errorOf('{app="a"}', { start: 'noon' })).toContain('400 parsing time "noon"');
    expect(await errorOf('rate({app="a"}[1m])', { step: '0' })).toContain(
      '400 zero or negative query resolution step widths',
    );
    expect(await errorOf('rate({app="a"}[1m])', { step: 'x' })).toBe('400 cannot parse "x" to a valid duration');
  });

  it('refuses more points than 11,000 for a log query too when it brings a step', async () => {
    const text = await errorOf('{app="a"}', {
      start: String(NOW_NS - 86_400_000_000_000n),
      end: String(NOW_NS),
      step: '1',
    });
    expect(text).toContain('exceeded maximum resolution of 11,000 points per time series');
  });

  it('refuses more than 500 series', async () => {
    const many = storeOf(
      Array.from({ length: 501 }, (_, i) => ({ ago: 1, line: 'x', labels: { app: 'a', pod: `p${i}` } })),
    );
    const params = { query: 'sum by (pod) (count_over_time({app="a"}[5m]))' };
    const answer = await ask(many, { path: '/loki/api/v1/query', params });
    expect([answer.status, answer.body]).toEqual([400, 'maximum of series (500) reached for a single query']);
  });

  it('fails a metric query whose lines could not be parsed, unless the error is filtered', async () => {
    const failing = 'sum by (x) (count_over_time({app="a"} | json [5m]))';
    const answer = await ask(store, { path: '/loki/api/v1/query', params: { query: failing } });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("pipeline error: 'JSONParserErr' for series: '{");
    expect(answer.body).toContain(
      'Use a label filter to intentionally skip this error. (e.g | __error__!="JSONParserErr").',
    );
    const skipped = 'sum by (x) (count_over_time({app="a"} | json | __error__="" [5m]))';
    expect((await ask(store, { path: '/loki/api/v1/query', params: { query: skipped } })).status).toBe(200);
  });

  it('answers what the store refuses to read as Loki does its byte limit', async () => {
    class Refusing extends MemoryLogStore {
      override select(): never {
        throw new TooMuchToRead('12 GB of 1 GB');
      }
    }
    const answer = await ask(new Refusing(), { path: '/loki/api/v1/query_range', params: { query: '{app="a"}' } });
    expect([answer.status, answer.body]).toEqual([
      400,
      'the query would read too many bytes (query: 12 GB, limit: 1 GB); consider adding more specific stream selectors or reduce the time range of the query',
    ]);
  });

  it('refuses early what would read too much, before it has read it', async () => {
    const entries = Array.from({ length: 60_000 }, (_, i) => ({
      timeNs: BigInt(i),
      line: 'x'.repeat(50),
      structuredMetadata: {},
    }));
    let selects = 0;
    class Endless extends MemoryLogStore {
      override select() {
        selects++;
        return [{ labels: { app: 'a' }, entries }];
      }
    }
    const day = { start: String(NOW_NS - 3n * 86_400_000_000_000n), end: String(NOW_NS), step: '3600' };
    const params = { query: 'sum(count_over_time({app="a"}[1h]))', ...day };
    const answer = await ask(new Endless(), { path: '/loki/api/v1/query_range', params });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(
      /^the query would read too many bytes \(query: \d+ MB, limit: 60 MB\); consider adding/,
    );
    expect(selects).toBe(1);
    const found = await ask(new Endless(), {
      path: '/loki/api/v1/query_range',
      params: { query: '{app="a"}', ...day },
    });
    expect(found.status).toBe(200);
  });
});
