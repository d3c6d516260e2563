import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, linesOf, storeOf, vectorOf } from './loki-lines';

const json = (ago: number, fields: Record<string, unknown>): Line => ({ ago, line: JSON.stringify(fields) });
const store = storeOf([
  json(50, { msg: 'start', status: 200, took: '15ms', size: '2KB', user: { id: 7, tags: ['a'] }, app: 'inner' }),
  json(40, { msg: 'slow', status: 503, took: '2.5s', size: '3MiB', ip: '10.1.2.3' }),
  { ago: 30, line: 'level=warn msg="disk full" left=3' },
  { ago: 20, line: '\u001b[31mGET\u001b[0m /a/b 404 1.5' },
  { ago: 10, line: 'hello', metadata: { trace_id: 'abcdef0123456789' }, labels: { app: 'b', level: 'error' } },
]);

const found = async (query: string) => (await linesOf(store, query)).map(({ line }) => line.slice(0, 14));
const labels = async (query: string) => (await linesOf(store, query)).map((l) => l.labels);

describe('line filters', () => {
  it('search, negate and take alternatives', async () => {
    expect(await found('{app=~"a|b"} |= "hello" or "slow"')).toEqual(['{"msg":"slow",', 'hello']);
    expect(await found('{app="a"} != "msg" or "GET"')).toEqual([]);
    expect(await found('{app="a"} |~ "(?i)DISK|nothing"')).toHaveLength(1);
    expect(await found('{app="a"} !~ "st[a-z]+"')).toHaveLength(2);
    expect(await found('{app="a"} |= ip("10.0.0.0/8")')).toHaveLength(1);
  });

  it('match patterns from end to end', async () => {
    expect(await found('{app="a"} |> "level=<_> msg=<_>"')).toHaveLength(1);
    expect(await found('{app="a"} |> "msg=<_>"')).toHaveLength(0);
    expect(await found('{app="a"} !> "<_>level<_>"')).toHaveLength(4);
  });

  it('read keywords in any case', async () => {
    expect(await vectorOf(store, 'SUM BY (app) (COUNT_OVER_TIME({app="a"} |= "slow" [5m]))')).toEqual(['app=a → 1']);
  });
});

describe('parsers', () => {
  it('json flattens objects, skips arrays, renames what the stream has and marks what is no JSON', async () => {
    const [first, , third] = await labels('{app="a"} | json');
    expect(first).toMatchObject({ app: 'a', app_extracted: 'inner', user_id: '7', status: '200' });
    expect(first).not.toHaveProperty('user_tags');
    expect(third).toMatchObject({
      __error__: 'JSONParserErr',
      __error_details__: 'expecting json object(6), but it is not',
    });
  });

  it('json with expressions takes paths', async () => {
    expect((await labels('{app="a"} | json id="user.id", tag="user.tags[0]"'))[0]).toMatchObject({ id: '7', tag: 'a' });
  });

  it('numbers keep their digits', async () => {
    const big = storeOf([{ ago: 1, line: '{"n":12345678901234567890,"f":1.50}' }]);
    expect((await linesOf(big, '{app="a"} | json'))[0]?.labels).toMatchObject({ n: '12345678901234567890', f: '1.50' });
  });

  it('logfmt, pattern, regexp, unpack and decolorize', async () => {
    expect((await labels('{app="a"} |= "disk" | logfmt'))[0]).toMatchObject({
      level: 'warn',
      msg: 'disk full',
      left: '3',
    });
    expect((await labels('{app="a"} |= "GET" | pattern "<_> <path> <code> <_>"'))[0]).toMatchObject({
      path: '/a/b',
      code: '404',
    });
    expect((await labels('{app="a"} | regexp "left=(?P<n>\\\\d)" | n="3"'))[0]).toMatchObject({ n: '3' });
    expect(await found('{app="a"} | decolorize |= "GET /a/b"')).toEqual(['GET /a/b 404 1']);
    const packed = storeOf([{ ago: 1, line: '{"pod":"p1","_entry":"the line"}' }]);
    expect(await linesOf(packed, '{app="a"} | unpack')).toMatchObject([{ line: 'the line', labels: { pod: 'p1' } }]);
  });

  it('a label named __proto__ or constructor is a label like any other', async () => {
    const hostile = storeOf([{ ago: 1, line: '{"__proto__":"x","constructor":"y"}' }]);
    const [line] = await linesOf(hostile, '{app="a"} | json | constructor="y"');
    expect(line?.line).toContain('constructor');
    expect(await linesOf(hostile, '{app="a"} | json | toString="y"')).toEqual([]);
  });

  it('never fails on any text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.json(),
      fc.string().map((s) => `{"a":${s}`),
    );
    await fc.assert(
      fc.asyncProperty(text, async (line) => {
        const one = storeOf([{ ago: 1, line }]);
        for (const stage of ['json', 'logfmt', 'pattern "<a> <b>"', 'unpack']) {
          expect(await linesOf(one, `{app="a"} | ${stage}`)).toHaveLength(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('json reads what JSON.stringify wrote', async () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean());
    const key = fc.stringMatching(/^[a-z]{1,6}$/).filter((name) => name !== 'app');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, value), async (fields) => {
        const [line] = await linesOf(storeOf([json(1, fields)]), '{app="a"} | json');
        for (const [name, field] of Object.entries(fields)) expect(line?.labels[name] ?? '').toBe(String(field));
      }),
      { numRuns: 60 },
    );
  });
});

describe('label filters', () => {
  it('compare numbers, durations, sizes and addresses', async () => {
    expect(await found('{app="a"} | json | status >= 500')).toContain('{"msg":"slow",');
    expect(await found('{app="a"} | json | __error__="" | took > 1s')).toEqual(['{"msg":"slow",']);
    expect(await found('{app="a"} | json | __error__="" | size < 1MB')).toEqual(['{"msg":"start"']);
    expect(await found('{app="a"} | json | __error__="" | ip=ip("10.1.0.0/16")')).toEqual(['{"msg":"slow",']);
  });

  it('`and` binds tighter than `or`, parentheses tighter still', async () => {
    const base = '{app="a"} | json | __error__="" | ';
    expect(await found(`${base} msg="start" or msg="slow" and status=200`)).toEqual(['{"msg":"start"']);
    expect(await found(`${base} (msg="start" or msg="slow") and status=503`)).toEqual(['{"msg":"slow",']);
    expect(await found(`${base} msg="start", status=503`)).toEqual([]);
  });

  it('read structured metadata and the detected level', async () => {
    expect(await found('{app=~".+"} | trace_id="abcdef0123456789"')).toEqual(['hello']);
    expect(await found('{app=~".+"} | detected_level="error"')).toEqual(['hello']);
    expect(await found('{app=~".+"} | detected_level="warn"')).toEqual(['level=warn msg']);
  });

  it('find a value that JSON escapes', async () => {
    const escaped = storeOf([{ ago: 1, line: '{"a":"caf\\u00e9"}' }]);
    expect(await linesOf(escaped, '{app="a"} | json | a="café"')).toHaveLength(1);
  });
});

describe('formatting and choosing labels', () => {
  const line = async (template: string) =>
    (await linesOf(store, `{app="a"} | json | msg="slow" | line_format ${JSON.stringify(template)}`))[0]?.line;

  it('renders templates', async () => {
    expect(await line('{{.msg}}-{{.status | printf "%5s"}}|{{ToUpper .msg}}')).toBe('slow-  503|SLOW');
    expect(await line('{{if gt (int .status) 500}}bad{{else}}fine{{end}}')).toBe('bad');
    expect(await line('{{ .none | default "n/a" }} {{- " x" }}')).toBe('n/a x');
    expect(await line('{{regexReplaceAll "s(l)ow" .msg "$1 ate"}} {{len __line__}}')).toBe('l ate 71');
  });

  it('label_format renames and renders; drop and keep choose', async () => {
    const [renamed] = await labels('{app="a"} | json | msg="slow" | label_format code=status, note="{{.msg}}!"');
    expect(renamed).toMatchObject({ code: '503', note: 'slow!' });
    expect(renamed).not.toHaveProperty('status');
    expect((await labels('{app="a"} | json | msg="slow" | keep msg'))[0]).toEqual({ msg: 'slow' });
    expect((await labels('{app="a"} | json | msg="slow" | drop msg, status="200"'))[0]).toMatchObject({
      status: '503',
    });
  });
});

describe('metric queries', () => {
  const numbers = storeOf([
    { ago: 50, line: 'v=1 d=1s b=1KB', labels: { app: 'a', pod: 'x' } },
    { ago: 40, line: 'v=2 d=3s b=1KB', labels: { app: 'a', pod: 'x' } },
    { ago: 30, line: 'v=6 d=500ms b=1KB', labels: { app: 'a', pod: 'y' } },
    { ago: 400, line: 'v=100 d=1m b=1KB', labels: { app: 'a', pod: 'y' } },
  ]);
  const over = (op: string, tail = '[1m]) by (app)') =>
    vectorOf(numbers, `${op}({app="a"} | logfmt | unwrap v ${tail}`);

  it('unwraps numbers, durations and sizes', async () => {
    expect(await over('avg_over_time')).toEqual(['app=a → 3']);
    expect(await over('max_over_time')).toEqual(['app=a → 6']);
    expect(await over('first_over_time')).toEqual(['app=a → 1']);
    expect(await over('last_over_time')).toEqual(['app=a → 6']);
    expect(await over('stdvar_over_time')).toEqual(['app=a → 4.666666666666667']);
    expect(await vectorOf(numbers, 'quantile_over_time(0.5, {app="a"} | logfmt | unwrap v [1m]) by (app)')).toEqual([
      'app=a → 2',
    ]);
    expect(await vectorOf(numbers, 'sum(sum_over_time({app="a"} | logfmt | unwrap duration(d) [1m]))')).toEqual([
      ' → 4.5',
    ]);
    expect(await vectorOf(numbers, 'sum(rate({app="a"} | logfmt | unwrap bytes(b) [1m]))')).toEqual([' → 50']);
  });

  it('counts, with offset, absence and the range open at its start', async () => {
    expect(await vectorOf(numbers, 'sum(count_over_time({app="a"}[50s]))')).toEqual([' → 2']);
    expect(await vectorOf(numbers, 'sum(count_over_time({app="a"}[1m] offset 350s))')).toEqual([' → 1']);
    expect(await vectorOf(numbers, 'sum(sum_over_time({app="a"} | logfmt | unwrap v [1m] offset 350s))')).toEqual([
      ' → 100',
    ]);
    expect(await vectorOf(numbers, 'absent_over_time({app="nope"}[1m])')).toEqual(['app=nope → 1']);
    expect(await vectorOf(numbers, 'absent_over_time({app="a"}[1m])')).toEqual([]);
  });

  it('aggregates over series', async () => {
    const inner = 'sum by (pod) (count_over_time({app="a"}[10m]))';
    expect(await vectorOf(numbers, `sort_desc(${inner.replace('10m', '1m')})`)).toEqual(['pod=x → 2', 'pod=y → 1']);
    expect(await vectorOf(numbers, `topk(1, ${inner.replace('10m', '1m')})`)).toEqual(['pod=x → 2']);
    expect(await vectorOf(numbers, `max(${inner})`)).toEqual([' → 2']);
    expect(await vectorOf(numbers, `count without (pod) (${inner})`)).toEqual([' → 2']);
  });

  it('combines by the precedence and matching of the language', async () => {
    const x = 'sum by (pod) (count_over_time({app="a"}[1m]))';
    expect(await vectorOf(numbers, `${x} * 2 + 1`)).toEqual(['pod=x → 5', 'pod=y → 3']);
    expect(await vectorOf(numbers, `1 + 2 * ${x}`)).toEqual(['pod=x → 5', 'pod=y → 3']);
    expect(await vectorOf(numbers, `${x} > 1`)).toEqual(['pod=x → 2']);
    expect(await vectorOf(numbers, `${x} > bool 1`)).toEqual(['pod=x → 1', 'pod=y → 0']);
    expect(await vectorOf(numbers, `${x} / on() group_left sum(${x})`)).toEqual([
      'pod=x → 0.6666666666666666',
      'pod=y → 0.3333333333333333',
    ]);
    expect(await vectorOf(numbers, `${x} and (${x} > 1)`)).toEqual(['pod=x → 2']);
    expect(await vectorOf(numbers, `${x} unless (${x} > 1)`)).toEqual(['pod=y → 1']);
    expect(await vectorOf(numbers, `sum(count_over_time({app="nope"}[1m])) or vector(0)`)).toEqual([' → 0']);
    expect(await vectorOf(numbers, `label_replace(${x}, "p", "<$1>", "pod", "(.)")`)).toEqual([
      'p=<x>,pod=x → 2',
      'p=<y>,pod=y → 1',
    ]);
    await expect(vectorOf(numbers, `${x} / on(app) sum by (app, pod) (${x})`)).rejects.toThrow(
      'many-to-many matching not allowed',
    );
  });

  it('a sum counted in the scan equals the sum of its series', async () => {
    const line = fc.record({
      ago: fc.integer({ min: 1, max: 300 }),
      pod: fc.constantFrom('x', 'y'),
      code: fc.constantFrom('1', '2', '3'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const some = storeOf(
          lines.map(({ ago, pod, code }, i) => ({
            ago,
            line: `{"code":"${code}","i":${i}}`,
            labels: { app: 'a', pod },
          })),
        );
        const counted = await vectorOf(some, 'sum by (code) (count_over_time({app="a"} | json [2m]))');
        // The multiplication stands between sum and range, so every line is a series of its own here.
        const summed = await vectorOf(some, 'sum by (code) (count_over_time({app="a"} | json [2m]) * 1)');
        expect(counted).toEqual(summed);
      }),
      { numRuns: 40 },
    );
  });
});
