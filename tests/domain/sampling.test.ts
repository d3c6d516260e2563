import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SampledModel } from '@/lib/contracts/sampling';
import { tailSampling } from '@/lib/domain/readiness-snippets';
import {
  estimateSampling,
  meanAndDeviation,
  otlpSpanBytes,
  type SamplingChoice,
  slowerShare,
  totalOf,
} from '@/lib/domain/sampling';
import { samplingAnswer } from '@/lib/domain/sampling-answer';
import { collectorYaml, decisionWaitS, heldTraces } from '@/lib/domain/sampling-config';
import { CollectorConfig, TailSampling } from './collector-schema';

const model: SampledModel = {
  model: 'fraud',
  requests: 36_000,
  requestsPerSecond: 10,
  errorRatio: 0.02,
  latency: [
    { upperMs: 100, share: 0.5 },
    { upperMs: 200, share: 0.9 },
    { upperMs: 500, share: 0.995 },
    { upperMs: null, share: 1 },
  ],
  p99Ms: 484,
  traces: 4,
  spansPerTrace: 6,
  bytesPerTrace: 1_500,
  bytesDeviation: 100,
};
const choice: SamplingChoice = { headRatio: 1, restRatio: 0.1, keepsErrors: true, slowMs: 200 };
const ratio = fc.double({ min: 0, max: 1, noNaN: true });

describe('what sampling keeps', () => {
  it('is everything at full rates, and nothing without a head', () => {
    const all = estimateSampling(model, { headRatio: 1, restRatio: 1, keepsErrors: false, slowMs: null });
    expect(all).toMatchObject({
      keptRatio: 1,
      errorCoverage: 1,
      slowCoverage: 1,
      spansPerSecond: 60,
      bytesPerDay: 10 * 1_500 * 86_400,
    });
    const none = estimateSampling(model, { ...choice, headRatio: 0 });
    expect(none).toMatchObject({ keptRatio: 0, errorCoverage: 0, slowCoverage: 0, p99Chance: 0, bytesPerDay: 0 });
  });

  it('is by the formula what a simulation of independent errors and slowness keeps', () => {
    // 2 % fail, 10 % are slow: 1 − 0.98 · 0.9 · 0.9 of them are kept.
    expect(estimateSampling(model, choice).keptRatio).toBeCloseTo(1 - 0.98 * 0.9 * 0.9, 12);
    let state = 12_345;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
    let kept = 0;
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const [isError, isSlow, isChosen] = [random() < 0.02, random() < 0.1, random() < 0.1];
      if (isError || isSlow || isChosen) kept += 1;
    }
    expect(kept / n).toBeCloseTo(estimateSampling(model, choice).keptRatio ?? 0, 2);
  });

  it('covers failed and slow requests by the head rate alone where policies name them', () => {
    const half = estimateSampling(model, { ...choice, headRatio: 0.5 });
    expect(half).toMatchObject({ errorCoverage: 0.5, slowCoverage: 0.5 });
    const unnamed = estimateSampling(model, { headRatio: 1, restRatio: 0.1, keepsErrors: false, slowMs: null });
    expect(unnamed.errorCoverage).toBeCloseTo(0.1, 12);
    expect(unnamed.slowCoverage).toBeCloseTo(0.1, 12);
  });

  it('has a chance of a P99 trace by the requests beyond it in five minutes', () => {
    // 10/s for 300 s are 3,000 requests, 30 of them beyond P99, all slow and so all kept.
    expect(estimateSampling(model, choice).p99Chance).toBeCloseTo(1 - Math.exp(-30), 12);
    const rare = estimateSampling({ ...model, requestsPerSecond: 0.1, p99Ms: 150 }, { ...choice, keepsErrors: false });
    expect(rare.p99Chance).toBeCloseTo(1 - Math.exp(-0.3 * 0.1), 12);
  });

  it('is not known where what it needs was not measured, and never zero instead', () => {
    expect(estimateSampling({ ...model, errorRatio: null }, choice).keptRatio).toBeNull();
    expect(
      estimateSampling({ ...model, errorRatio: null }, { ...choice, keepsErrors: false }).keptRatio,
    ).not.toBeNull();
    expect(estimateSampling({ ...model, latency: [] }, choice).keptRatio).toBeNull();
    expect(estimateSampling({ ...model, bytesPerTrace: null }, choice).bytesPerDay).toBeNull();
    expect(estimateSampling({ ...model, traces: 1, bytesDeviation: null }, choice).bytesInterval).toBeNull();
    const [known, unknown] = [
      estimateSampling(model, choice),
      estimateSampling({ ...model, bytesPerTrace: null }, choice),
    ];
    expect(totalOf([known, unknown])).toMatchObject({ bytesPerDay: known.bytesPerDay, without: 1 });
    expect(totalOf([unknown]).bytesPerDay).toBeNull();
  });

  it('never falls when any rate rises, and stays a share', () => {
    fc.assert(
      fc.property(ratio, ratio, ratio, ratio, fc.boolean(), (h1, h2, b1, b2, keepsErrors) => {
        const of = (headRatio: number, restRatio: number) =>
          estimateSampling(model, { headRatio, restRatio, keepsErrors, slowMs: 300 });
        const low = of(Math.min(h1, h2), Math.min(b1, b2));
        const high = of(Math.max(h1, h2), Math.max(b1, b2));
        for (const key of ['keptRatio', 'errorCoverage', 'slowCoverage', 'p99Chance'] as const) {
          expect(low[key]).toBeLessThanOrEqual((high[key] ?? 0) + 1e-12);
          expect(low[key]).toBeGreaterThanOrEqual(0);
          expect(high[key]).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the share of slow requests', () => {
  it.each([
    [0, 1],
    [100, 0.5],
    [150, 0.3],
    [500, 0.005],
  ])('beyond %d ms is %d', (limitMs, share) => {
    expect(slowerShare(model.latency, limitMs)).toBeCloseTo(share, 12);
  });
  it('is not known beyond the last finite bound', () => {
    expect(slowerShare(model.latency, 501)).toBeNull();
  });
});

describe('the size of a span', () => {
  const span = { name: 'predict', parentSpanId: null, attributes: {}, events: [], links: [], statusMessage: '' };
  it('is that of its protobuf encoding, counted by hand', () => {
    // ids 18 + 10, times 18, kind 2, name 9, status 2, and two bytes around all of it.
    expect(otlpSpanBytes(span)).toBe(18 + 10 + 18 + 2 + 9 + 2 + 2);
    // KeyValue {key 6, value {string 6}}: 2 + (2 + 1) + (2 + (2 + 1)).
    expect(otlpSpanBytes({ ...span, attributes: { k: 'v' } }) - otlpSpanBytes(span)).toBe(2 + 3 + 2 + 3);
    expect(otlpSpanBytes({ ...span, parentSpanId: 'x' }) - otlpSpanBytes(span)).toBe(10);
  });
  it('has a mean and, from two on, a deviation', () => {
    expect(meanAndDeviation([])).toEqual({ mean: null, deviation: null });
    expect(meanAndDeviation([4])).toEqual({ mean: 4, deviation: null });
    expect(meanAndDeviation([2, 4])).toEqual({ mean: 3, deviation: Math.SQRT2 });
  });
});

describe('the configuration of the collector', () => {
  it('is YAML with the policies that were chosen, sized for the traffic', () => {
    const load = { requestsPerSecond: 120.4, p99Ms: 8_000 };
    const read = parse(collectorYaml({ ...choice, headRatio: 0.5, restRatio: 0.07 }, load));
    expect(read.processors.tail_sampling).toEqual({
      decision_wait: '16s',
      num_traces: Math.ceil(2 * 120.4 * 0.5 * 16),
      expected_new_traces_per_sec: 61,
      policies: [
        { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
        { name: 'slow', type: 'latency', latency: { threshold_ms: 200 } },
        { name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: 7 } },
      ],
    });
    expect(read.service.pipelines.traces.processors).toEqual(['tail_sampling', 'batch']);
    expect(collectorYaml({ ...choice, headRatio: 0.5 }, load)).toContain('OTEL_TRACES_SAMPLER_ARG=0.5\n');
    const plain = parse(collectorYaml({ ...choice, keepsErrors: false, slowMs: null }, load));
    expect(plain.processors.tail_sampling.policies).toHaveLength(1);
  });
  it('is one that a collector takes, whatever is chosen and measured', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          headRatio: ratio,
          restRatio: ratio,
          keepsErrors: fc.boolean(),
          slowMs: fc.option(fc.double({ min: 0.001, max: 1e7, noNaN: true })),
        }),
        fc.record({
          requestsPerSecond: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
          p99Ms: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        }),
        (chosen, load) => {
          const read = CollectorConfig.safeParse(parse(collectorYaml(chosen, load)));
          expect(read.error?.issues ?? []).toEqual([]);
        },
      ),
    );
  });
  it('is refused by that schema with a field that no collector knows, and with a pipeline of nothing', () => {
    const config = parse(collectorYaml(choice, { requestsPerSecond: 1, p99Ms: 1 }));
    const [first] = config.processors.tail_sampling.policies;
    expect(CollectorConfig.safeParse(config).success).toBe(true);
    first.threshold_ms = 5;
    expect(CollectorConfig.safeParse(config).success).toBe(false);
    delete first.threshold_ms;
    config.service.pipelines.traces.exporters = ['otlp'];
    expect(CollectorConfig.safeParse(config).error?.issues[0]?.message).toMatch(
      /names otlp, which is no one of exporters/,
    );
  });
  it('is the same processor as the remedy of readiness writes', () => {
    const code = tailSampling(250)?.snippet?.code ?? '';
    expect(TailSampling.safeParse(parse(code).processors.tail_sampling).error).toBeUndefined();
  });
  it('waits ten seconds and holds a thousand traces at least', () => {
    const load = { requestsPerSecond: null, p99Ms: null };
    expect(decisionWaitS(load)).toBe(10);
    expect(heldTraces(load, choice)).toBe(1_000);
  });
});

describe('the sentence', () => {
  const traffic = { startMs: 0, endMs: 1, models: [model], notes: [], gaps: [], why: [] };
  const text = (chosen: SamplingChoice, of = traffic) =>
    samplingAnswer(of, chosen).map(({ status, parts }) => `${status}: ${parts.map((part) => part.text).join('')}`)[0];
  it('says cost, what it is estimated from, and the least coverage', () => {
    expect(text(choice)?.replace(/\s/gu, ' ')).toMatch(
      /^ok: These rates store 12.4 spans\/s, about 267 MB a day, from 4 traces measured. All failed and all slow requests would have a trace.$/,
    );
    expect(text({ ...choice, headRatio: 0.2 })).toMatch(/^watch: /);
    expect(text(choice, { ...traffic, models: [] })).toMatch(/^unknown: No requests/);
    expect(text(choice, { ...traffic, models: [{ ...model, bytesPerTrace: null }] })).toMatch(
      /^unknown: What these rates store is not known/,
    );
  });
});
