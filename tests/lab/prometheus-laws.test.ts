import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, unquote } from '@/lab/go/strings';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { formatDurationMs, parseDurationMs } from '@/lab/prometheus/durations';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { bucketFraction, bucketQuantile } from '@/lab/prometheus/histogram';
import { formatPlain, formatSample, parseNumber } from '@/lab/prometheus/numbers';
import { parseQuery } from '@/lab/prometheus/parse';
import { printLine } from '@/lab/prometheus/print';
import { ask, series } from './prometheus-answers';
import { INSTANT_QUERIES, LONG_QUERIES, RANGE_QUERIES } from './prometheus-queries';

describe('laws', () => {
  it('printing and reading a query again changes nothing', () => {
    for (const query of [...INSTANT_QUERIES, ...RANGE_QUERIES, ...LONG_QUERIES]) {
      const printed = printLine(parseQuery(query));
      expect(printLine(parseQuery(printed))).toBe(printed);
    }
  });

  it('a quoted string reads back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(text.isWellFormed());
        expect(unquote(quote(text))).toBe(text);
        const parsed = parseQuery(quote(text));
        expect(parsed.kind === 'string' && parsed.value).toBe(text);
      }),
    );
  });

  it('a duration reads back as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e11 }), (durationMs) => {
        expect(parseDurationMs(formatDurationMs(durationMs))).toBe(durationMs);
      }),
    );
  });

  it('a number reads back as it was, and never carries an exponent where none is wanted', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseNumber(formatSample(value))).toBe(value);
        expect(parseNumber(formatPlain(value))).toBe(value);
        expect(formatPlain(value)).not.toContain('e');
      }),
    );
  });

  it('a quantile of buckets rises with its rank and undoes the fraction', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 10 });
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, a, b) => {
          let total = 0;
          const buckets = steps.map((step, index) => {
            total += step;
            return { upper: index === steps.length - 1 ? Infinity : (index + 1) / 10, count: total };
          });
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const value = bucketQuantile(low, buckets).value;
          expect(value).toBeLessThanOrEqual(bucketQuantile(high, buckets).value + 1e-12);
          const top = (steps.length - 1) / 10;
          if (value < top) expect(bucketFraction(0, value, buckets)).toBeCloseTo(low, 9);
        },
      ),
    );
  });

  it('a range query is its instant queries one after another', async () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(NaN));
    const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), value), { minLength: 1, maxLength: 60 });
    const queries = [
      'rate(x_total[1m])',
      'x_total',
      'max_over_time(x_total[50s:20s])',
      'sum(resets(x_total[2m])) or vector(7)',
      'deriv(x_total[90s] offset 10s)',
    ];
    await fc.assert(
      fc.asyncProperty(samples, fc.constantFrom(...queries), async (gaps, query) => {
        let seconds = 0;
        const points = gaps.map(([gap, one]): [number, number] => {
          seconds += gap;
          return [seconds, one];
        });
        const engine = prometheusEngine(new MemoryMetricStore({ series: [series({ __name__: 'x_total' }, points)] }));
        const whole = JSON.parse(
          (await ask(engine, '/api/v1/query_range', { query, start: 7, end: 307, step: 25 })).body,
        );
        const single: [number, string][] = [];
        for (let time = 7; time <= 307; time += 25) {
          const { body } = await ask(engine, '/api/v1/query', { query, time });
          for (const one of JSON.parse(body).data.result) single.push(one.value);
        }
        expect(whole.data.result.flatMap((one: { values: unknown[] }) => one.values)).toEqual(single);
      }),
      { numRuns: 60 },
    );
  });
});
