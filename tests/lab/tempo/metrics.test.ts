import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultStepNs } from '@/lab/tempo/intervals';
import { log2Quantile } from '@/lab/tempo/quantile';
import { ask, END_SECONDS, engineOf, START_SECONDS, span } from './ask';

const Label = z.object({
  key: z.string(),
  value: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
const Answer = z.object({
  series: z.array(
    z.object({
      labels: z.array(Label),
      value: z.number().default(0),
      samples: z.array(z.object({ timestampMs: z.string(), value: z.number().default(0) })).default([]),
      exemplars: z
        .array(z.object({ labels: z.array(Label), value: z.number().default(0), timestampMs: z.string() }))
        .default([]),
    }),
  ),
  status: z.string().optional(),
});

const MINUTE = 60_000;
/** Spans at the minutes 1 to 4: two of version a in each, one of b in the last two. */
const engine = engineOf(
  [1, 2, 3, 4].flatMap((minute) =>
    ['a', 'a', ...(minute > 2 ? ['b'] : [])].map((version, index) =>
      span({
        trace: minute * 10 + index,
        id: minute * 10 + index,
        atMs: minute * MINUTE - 30_000 + index * 1000,
        tookMs: 10 * minute,
        attributes: { version, size: minute * 4 },
      }),
    ),
  ),
);
const RANGE = { start: START_SECONDS, end: START_SECONDS + 300, step: '1m' };

async function query(q: string, extra: Record<string, string | number> = {}, path = '/api/metrics/query_range') {
  const answer = await ask(engine, path, { ...RANGE, q, ...extra });
  expect(answer.body).toContain('series');
  return Answer.parse(JSON.parse(answer.body));
}

/** Label text → values of the slots from the range's first to its last. */
async function values(q: string): Promise<Record<string, (number | null)[]>> {
  const { series } = await query(q);
  return Object.fromEntries(
    series.map(({ labels, samples }) => [
      labels.map(({ key, value }) => `${key}=${Object.values(value)[0]}`).join(),
      [0, 1, 2, 3, 4, 5].map((slot) => {
        const at = String((START_SECONDS + slot * 60) * 1000);
        return samples.find(({ timestampMs }) => timestampMs === at)?.value ?? null;
      }),
    ]),
  );
}

describe('range functions', () => {
  it.each([
    ['{} | count_over_time()', { '__name__=count_over_time': [0, 2, 2, 3, 3, 0] }],
    [
      '{} | rate() by (span.version)',
      { 'span.version=a': [0, 1 / 30, 1 / 30, 1 / 30, 1 / 30, 0], 'span.version=b': [0, 0, 0, 1 / 60, 1 / 60, 0] },
    ],
    ['{} | max_over_time(span.size) by (span.none)', { 'span.none=nil': [null, 4, 8, 12, 16, null] }],
    [
      '{ span.version = "b" } | sum_over_time(span.size)',
      { '__name__=sum_over_time': [null, null, null, 12, 16, null] },
    ],
    ['{} | min_over_time(duration)', { '__name__=min_over_time': [null, 0.01, 0.02, 0.03, 0.04, null] }],
    [
      '{} | histogram_over_time(span.size)',
      { '__bucket=4': [0, 2, 0, 0, 0, 0], '__bucket=8': [0, 0, 2, 0, 0, 0], '__bucket=16': [0, 0, 0, 3, 3, 0] },
    ],
    ['{} | rate() by (span.version) | topk(1)', { 'span.version=a': [0, 1 / 30, 1 / 30, 1 / 30, 1 / 30, 0] }],
    ['{} | count_over_time() by (span.version) | bottomk(1) > 0', { 'span.version=b': [null, null, null, 1, 1, null] }],
    ['{} | count_over_time() > 2', { '__name__=count_over_time': [null, null, null, 3, 3, null] }],
    ['{} | count_over_time() > 9', {}],
  ])('%s', async (q, expected) => {
    expect(await values(q)).toEqual(expected);
  });

  it('answers an instant query as one slot over the whole range', async () => {
    const { series } = await query('{} | rate() by (span.version)', {}, '/api/metrics/query');
    expect(series.map(({ value }) => value)).toEqual([8 / 300, 2 / 300]);
  });

  it('marks an answer cut at maxSeries', async () => {
    const { series, status } = await query('{} | rate() by (span.version)', { maxSeries: 1 });
    expect([series.length, status]).toEqual([1, 'PARTIAL']);
  });
});

describe('exemplars', () => {
  it('are spans of their series, one a trace, with the value of their sample', async () => {
    const { series } = await query('{ .size > 0 } | count_over_time() by (span.version)');
    const seen = new Set<string>();
    for (const { labels, samples, exemplars } of series) {
      expect(exemplars.length).toBeGreaterThan(0);
      for (const exemplar of exemplars) {
        const label = new Map(exemplar.labels.map(({ key, value }) => [key, Object.values(value)[0]]));
        expect(label.get('span.version')).toBe(labels[0]?.value.stringValue);
        const trace = String(label.get('trace:id'));
        expect(seen.has(trace)).toBe(false);
        seen.add(trace);
        const slot = samples.find(({ timestampMs }) => Number(timestampMs) >= Number(exemplar.timestampMs));
        expect(exemplar.value).toBe(slot?.value);
        const minute = Math.floor(Number.parseInt(trace, 16) / 10);
        expect(Number(slot?.timestampMs)).toBe((START_SECONDS + minute * 60) * 1000);
      }
    }
  });

  it('are bounded by the parameter, absent by the hint, and never in an instant answer', async () => {
    const count = async (q: string, extra = {}, path?: string): Promise<number> =>
      (await query(q, extra, path)).series.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
    expect(await count('{} | rate()', { exemplars: 2 })).toBe(2);
    expect(await count('{} | rate()', { exemplars: 0 })).toBeGreaterThanOrEqual(4);
    expect(await count('{} | rate() with (exemplars=false)')).toBe(0);
    expect(await count('{} | rate()', {}, '/api/metrics/query')).toBe(0);
  });

  it('stand on the first quantile that reaches them, with their own value', async () => {
    const { series } = await query('{} | quantile_over_time(duration, 0, 1)');
    const all = series.flatMap(({ exemplars }) => exemplars);
    expect([...new Set(all.map(({ value }) => value))].sort()).toEqual([0.01, 0.02, 0.03, 0.04]);
  });
});

describe('compare()', () => {
  it('counts both sides of every attribute and their totals', async () => {
    const { series } = await query('{} | compare({ span.version = "b" }, 2)', {}, '/api/metrics/query');
    const counts = new Map(
      series.map(({ labels, value }) => [labels.map((label) => Object.values(label.value)[0]).join(), value]),
    );
    const keys = series
      .filter(({ labels }) => labels[1]?.key === 'span.size')
      .map(({ labels, value }) => [labels[0]?.value.stringValue, labels[1]?.value, value]);
    expect(counts.get('baseline,a')).toBe(8);
    expect(counts.get('selection,b')).toBe(2);
    // Four sizes of two spans each on the baseline: only topN of them are answered, the total counts all.
    expect(keys).toContainEqual(['baseline_total', { stringValue: 'nil' }, 8]);
    expect(keys.filter(([type]) => type === 'baseline')).toHaveLength(2);
  });

  it('takes only spans of its window as the selection', async () => {
    const from = (START_SECONDS + 180) * 1e9;
    const { series } = await query(
      `{} | compare({ span.version = "b" }, 10, ${from}, ${from + 60e9})`,
      {},
      '/api/metrics/query',
    );
    const selected = series.find(
      ({ labels }) => labels[0]?.value.stringValue === 'selection_total' && labels[1]?.key === 'kind',
    );
    expect(selected?.value).toBe(1);
  });
});

describe('refused metrics queries', () => {
  it.each([
    [{ q: '{}' }, 'not a metrics query'],
    [{ step: '1d' }, 'invalid step: cannot parse "1d" to a valid duration'],
    [{ step: '0' }, 'invalid step: must be greater than 0'],
    [
      { start: END_SECONDS - 86_000, end: END_SECONDS, step: '1s' },
      'step of 1s is too small, minimum step for given range is 9s',
    ],
    [
      { start: END_SECONDS - 90_000, end: END_SECONDS },
      'metrics query time range exceeds the maximum allowed duration of 24h0m0s',
    ],
    [{ start: END_SECONDS, end: START_SECONDS }, 'http parameter start must be before end.'],
    [{ q: '{ .a = ' }, 'parse error at line 1, col 8: syntax error: unexpected $end'],
  ])('%j', async (extra, message) => {
    const answer = await ask(engine, '/api/metrics/query_range', { ...RANGE, q: '{} | rate()', ...extra });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });
});

describe('quantiles of power-of-two histograms', () => {
  const histogram = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1000 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((pairs) => new Map(pairs.map(([power, count]) => [2 ** power, count])));

  it('never fall as p grows, and stay within the buckets', () => {
    fc.assert(
      fc.property(
        histogram,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (buckets, p, q) => {
          const low = log2Quantile(Math.min(p, q), buckets);
          const high = log2Quantile(Math.max(p, q), buckets);
          expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
          expect(low).toBeGreaterThanOrEqual((Math.min(...buckets.keys()) / 2) * (1 - 1e-12));
          expect(high).toBeLessThanOrEqual(Math.max(...buckets.keys()) * (1 + 1e-12));
        },
      ),
    );
  });

  it('are 0 without samples', () => expect(log2Quantile(0.5, new Map())).toBe(0));
});

describe('the default step', () => {
  it.each([
    [3600, 15],
    [86_400, 300],
    [600, 2],
    [40, 0.15],
    [7200, 30],
  ])('of %d s is %d s', (rangeSeconds, stepSeconds) => {
    expect(Number(defaultStepNs(0n, BigInt(rangeSeconds) * 1_000_000_000n)) / 1e9).toBe(stepSeconds);
  });
});
