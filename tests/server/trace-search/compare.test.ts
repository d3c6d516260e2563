import { describe, expect, it } from 'vitest';
import type { ExplainParams } from '@/lib/contracts/traces';
import { QueryCache } from '@/lib/server/cache';
import { tempoClient } from '@/lib/server/tempo/client';
import { compareCounts } from '@/lib/server/trace-search/compare';
import { FakeUpstream, fakeSource, halfOpen, json, text } from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const flavour = {
  version: '3.0.3',
  features: { instantMetrics: true, mostRecent: true, compareWithNil: true },
  cutoffMs: 30_000,
};
const params = (traces: number): ExplainParams => ({
  startMs: 1_000,
  endMs: 2_000_000,
  selection: 'slow',
  thresholdMs: 300.7,
  box: null,
  traces: Array.from({ length: traces }, (_, index) => ({
    traceId: index.toString(16).padStart(32, '0'),
    startMs: 0,
    traceDurationMs: 1,
    selected: index === 0,
  })),
});
const compare = (query = '{ .a = 1 }', traces = 10, deadlineMs?: number) => {
  const tempo = tempoClient(fakeSource('tempo', fake.url), { cache: new QueryCache() });
  return compareCounts(tempo, flavour, query, params(traces), new AbortController().signal, deadlineMs);
};
const series = (type: string, name: string, value: string, count: number) => ({
  labels: [
    { key: '__meta_type', value: { stringValue: type } },
    { key: name, value: { stringValue: value } },
  ],
  value: count,
});
const both = (name: string, value: string, selection: number, baseline: number) => [
  series('selection', name, value, selection),
  series('baseline', name, value, baseline),
];
const totals = (name: string, selection: number, baseline: number) => [
  series('selection_total', name, 'nil', selection),
  series('baseline_total', name, 'nil', baseline),
];
const answer = (...parts: object[][]) => json({ series: parts.flat() });

describe('counts by compare()', () => {
  it('asks about root spans, and whole milliseconds as Tempo rounds them', async () => {
    fake.on('/api/metrics/query', answer(totals('rootName', 20, 80)));
    await compare('{ .a = 1 || .b = 2 } with (most_recent=true)');
    expect(fake.last.params.get('q')).toBe(
      '{ nestedSetParent < 0 && (.a = 1 || .b = 2) } | compare({ traceDuration >= 301000us }, 100)',
    );
  });

  it('counts every value against all traces of its side, absent ones included', async () => {
    fake.on(
      '/api/metrics/query',
      answer(
        totals('rootName', 20, 80),
        both('span.model_version', '2.4.0', 15, 10),
        both('span.model_version', 'nil', 5, 70),
        totals('span.model_version', 20, 80),
        both('resource.service.version', '2.4.0', 15, 10),
        totals('resource.service.version', 15, 10),
        both('name', 'predict', 40, 160),
      ),
    );
    const found = await compare();
    if (typeof found === 'string') throw new Error(found);
    expect(found).toMatchObject({ selectedTotal: 20, restTotal: 80 });
    expect(found.candidates).toHaveLength(1);
    expect(found.candidates[0]).toMatchObject({
      value: '2.4.0',
      selected: { hits: 15, total: 20 },
      rest: { hits: 10, total: 80 },
      basis: 'all',
    });
    expect([found.candidates[0]?.name, ...(found.candidates[0]?.alsoAs ?? [])].join()).toMatch(
      /model_version.*service\.version/,
    );
  });

  it('hides what is cut, unique, or an identifier', async () => {
    const many = Array.from({ length: 100 }, (_, index) => series('baseline', 'span.user', `u${index}`, 2)).flat();
    const unique = Array.from({ length: 95 }, (_, index) => series('baseline', 'span.payload', `p${index}`, 1)).flat();
    fake.on(
      '/api/metrics/query',
      answer(
        totals('rootName', 40, 260),
        many,
        totals('span.user', 0, 200),
        unique,
        totals('span.payload', 0, 95),
        both('span.request_id', 'r', 9, 9),
        totals('span.request_id', 9, 9),
      ),
    );
    const found = await compare();
    if (typeof found === 'string') throw new Error(found);
    expect(found.candidates).toEqual([]);
    expect(found.hidden.map(({ name }) => name).sort()).toEqual(['span.payload', 'span.request_id', 'span.user']);
  });

  it.each([
    ['out of time', () => fake.on('/api/metrics/query', halfOpen()), '{}', 50, /did not answer within 0\.05 s/],
    [
      'refused',
      () => fake.on('/api/metrics/query', text('exceeds the maximum allowed duration', 400)),
      '{}',
      5_000,
      /failed: .*maximum allowed/,
    ],
    [
      'about other spans',
      () => fake.on('/api/metrics/query', answer(totals('rootName', 1, 2))),
      '{}',
      5_000,
      /root spans only/,
    ],
    ['empty', () => fake.on('/api/metrics/query', json({})), '{}', 5_000, /root spans only/],
    ['more than a spanset', () => fake, '{ .a = 1 } >> { .b = 2 }', 5_000, /one plain spanset/],
  ])('says why it does without: %s', async (_name, prepare, query, deadlineMs, why) => {
    prepare();
    expect(await compare(query, 10, deadlineMs)).toMatch(why);
  });
});
