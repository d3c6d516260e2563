import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, attributes, END_SECONDS, engineOf, found, START_SECONDS, span } from './ask';

const engine = engineOf([
  span({
    id: 1,
    name: 'POST /predict',
    kind: 2,
    tookMs: 100,
    attributes: { code: 200, tags: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
  }),
  span({
    id: 2,
    parent: 1,
    name: 'predict',
    kind: 2,
    tookMs: 80,
    atMs: 1,
    attributes: { code: '200', user: 'x' },
    resource: { 'service.name': 'api', user: 'y' },
  }),
  span({
    id: 3,
    parent: 2,
    name: 'fetch',
    kind: 3,
    tookMs: 30,
    atMs: 2,
    statusCode: 2,
    statusMessage: 'timeout',
    attributes: { ratio: 0.5, hot: true },
    events: [
      {
        name: 'exception',
        timeNs: BigInt(START_SECONDS * 1000 + 7) * 1_000_000n,
        attributes: attributes({ 'exception.type': 'Timeout' }),
      },
    ],
  }),
  span({
    id: 4,
    parent: 2,
    name: 'infer',
    tookMs: 40,
    atMs: 3,
    statusCode: 1,
    links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), attributes: [] }],
  }),
  span({ id: 5, parent: 99, name: 'orphan', tookMs: 1, atMs: 4 }),
]);

describe('filters', () => {
  it.each([
    ['{ name = "fetch" }', [3]],
    ['{ name =~ "pre" }', []],
    ['{ name =~ "pre.*" }', [2]],
    ['{ name !~ ".*e.*" }', [5]],
    ['{ status = error }', [3]],
    ['{ status != error }', [1, 2, 4, 5]],
    ['{ statusMessage = "timeout" }', [3]],
    ['{ kind = server && duration >= 100ms }', [1]],
    ['{ span.code = 200 }', [1]],
    ['{ span.code = "200" }', [2]],
    ['{ span.code != 200 }', []],
    ['{ span.code >= 199.5 }', [1]],
    ['{ span.code != nil }', [1, 2]],
    ['{ span.code = nil }', [3, 4, 5]],
    ['{ .user = "x" }', [2]],
    ['{ resource.user = "y" }', [2]],
    ['{ span.hot }', [3]],
    ['{ !span.hot }', []],
    ['{ span.ratio * 4 = 2 }', [3]],
    ['{ span.tags = "b" }', [1]],
    ['{ span.tags != "b" }', []],
    ['{ span.tags != "c" }', [1]],
    ['{ event:name = "exception" }', [3]],
    ['{ event.exception.type = "Timeout" }', [3]],
    ['{ event:timeSinceStart = 5ms }', [3]],
    ['{ link:spanID = "cdcdcdcdcdcdcdcd" }', [4]],
    ['{ instrumentation:name = "test" && name = "infer" }', [4]],
    ['{ span:id = "0000000000000002" }', [2]],
    ['{ span:parentID = "0000000000000002" }', [3, 4]],
    ['{ trace:id = "1" && name = "fetch" }', [3]],
    ['{ rootName = "POST /predict" && rootServiceName = "shop" && name = "infer" }', [4]],
    ['{ traceDuration >= 100ms && name = "infer" }', [4]],
    ['{ parent.name = "x" }', []],
    ['{ parent.span.user = "x" }', [3, 4]],
    ['{ nestedSetParent < 0 }', [1]],
    ['{ nestedSetLeft = 0 }', [5]],
    ['{ span:childCount = 2 }', [2]],
    ['{ duration > 2 * 20ms - 1ms && duration < 50ms }', [4]],
    ['{ "a" = "a" && name = "infer" }', [4]],
  ])('%s', async (query, ids) => {
    expect(await found(engine, query)).toEqual(ids);
  });
});

describe('spansets of one trace', () => {
  it.each([
    ['{ name = "predict" } && { status = error }', [2, 3]],
    ['{ name = "predict" } && { name = "none" }', []],
    ['{ name = "predict" } || { name = "none" }', [2]],
    ['{ name = "predict" } > {}', [3, 4]],
    ['{ name = "POST /predict" } >> {}', [2, 3, 4]],
    ['{ status = error } < {}', [2]],
    ['{ status = error } << {}', [1, 2]],
    ['{ status = error } ~ {}', [4]],
    ['{ name = "predict" } !> {}', [1, 2, 5]],
    ['{ name = "predict" } &> { status = error }', [2, 3]],
    ['{ kind = server } | count() > 1', [1, 2]],
    ['{ kind = server } | count() > 2', []],
    ['{} | max(duration) = 100ms', [1, 2, 3, 4, 5]],
    ['{ status = error || status = ok } | avg(duration) = 35ms', [3, 4]],
    ['{} | sum(span.ratio) > 1', []],
    ['{} | by(kind) | count() > 1', [1, 2, 4, 5]],
    ['{} | by(kind) | count() > 1 | coalesce() | count() = 4', [1, 2, 4, 5]],
    ['({ kind = server } | count() > 1) >> { status = error }', [3]],
    ['{ kind = server } | { name = "predict" }', [2]],
  ])('%s', async (query, ids) => {
    expect(await found(engine, query)).toEqual(ids);
  });

  it('shows the aggregates and groups it worked out, and the attributes it read', async () => {
    const q = '{ status = error } | by(resource.service.name) | avg(duration) > 1ms | select(span.ratio, name)';
    const answer = await ask(engine, '/api/search', { q, start: START_SECONDS, end: END_SECONDS });
    const [set] = JSON.parse(answer.body).traces[0].spanSets;
    expect(set.attributes).toEqual([
      { key: 'by(resource.service.name)', value: { stringValue: 'shop' } },
      { key: 'avg(duration)', value: { stringValue: '30ms' } },
    ]);
    expect(set.spans[0].name).toBe('fetch');
    expect(set.spans[0].attributes).toEqual([
      { key: 'status', value: { stringValue: 'error' } },
      { key: 'service.name', value: { stringValue: 'shop' } },
      { key: 'ratio', value: { doubleValue: 0.5 } },
    ]);
  });
});

describe('structural operators over any forest', () => {
  /** parents[i] < i, or −1 for a root: every forest in some order. */
  const forest = fc
    .array(fc.nat(), { minLength: 1, maxLength: 12 })
    .map((seeds) => seeds.map((seed, i) => (seed % (i + 1)) - 1));
  const sides = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 12, maxLength: 12 });

  it('agree with their definitions, plain, negated and in union', async () => {
    await fc.assert(
      fc.asyncProperty(forest, sides, async (parents, marks) => {
        const above = (i: number): number[] =>
          parents[i] === undefined || parents[i] < 0 ? [] : [parents[i], ...above(parents[i])];
        const pairs: Record<string, (a: number, b: number) => boolean> = {
          '>': (a, b) => parents[b] === a,
          '<': (a, b) => parents[a] === b,
          '>>': (a, b) => above(b).includes(a),
          '<<': (a, b) => above(a).includes(b),
          '~': (a, b) => a !== b && parents[a] === parents[b] && (parents[a] ?? -1) >= 0,
        };
        const indices = parents.map((_, i) => i);
        const left = indices.filter((i) => marks[i]?.[0]);
        const right = indices.filter((i) => marks[i]?.[1]);
        const lab = engineOf(
          indices.map((i) => {
            const parent = parents[i] ?? -1;
            return span({
              id: i + 1,
              ...(parent < 0 ? {} : { parent: parent + 1 }),
              attributes: { l: left.includes(i), r: right.includes(i) },
            });
          }),
        );
        for (const [op, related] of Object.entries(pairs)) {
          const rights = right.filter((b) => left.some((a) => related(a, b)));
          const lefts = left.filter((a) => right.some((b) => related(a, b)));
          const ids = (list: number[]): number[] => [...new Set(list)].map((i) => i + 1).sort((a, b) => a - b);
          expect(await found(lab, `{ .l } ${op} { .r }`)).toEqual(ids(rights));
          expect(await found(lab, `{ .l } !${op} { .r }`)).toEqual(ids(right.filter((b) => !rights.includes(b))));
          expect(await found(lab, `{ .l } &${op} { .r }`)).toEqual(ids([...lefts, ...rights]));
        }
      }),
      { numRuns: 60 },
    );
  });
});
