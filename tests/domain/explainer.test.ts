import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooledZTest } from '@/lib/domain/comparison';
import { rankDifferences } from '@/lib/domain/explainer';
import { type Candidate, candidatesOf, ID_REASON, p90, UNIQUE_REASON } from '@/lib/domain/explainer-candidates';
import { OUTSIDE, type TraceFacts } from '@/lib/domain/explainer-facts';
import { benjaminiHochberg } from '@/lib/domain/false-discovery';
import { fisherExact } from '@/lib/domain/fisher';
import { numbers, references } from './reference-values';
import { type Fault, type SimulatedTrace, simulate, toFacts } from './simulated-traces';

const TRACES = 500;

const explain = (facts: readonly TraceFacts[]) => {
  const { candidates, hidden } = candidatesOf(facts, false);
  return { differences: rankDifferences(candidates), hidden };
};

/** The tenth with the longest durations. */
const slowOf = (traces: readonly SimulatedTrace[]) => {
  const threshold = p90(traces.map(({ durationMs }) => durationMs)) ?? Number.POSITIVE_INFINITY;
  return (trace: SimulatedTrace) => trace.durationMs > threshold;
};

const VERSION = { name: 'span.model_version', value: '2.4.0' };
const POD = { name: 'resource.k8s.pod.name', value: 'fraud-api-3' };
const SEGMENT = { name: 'span.user_segment', value: 'vip' };

/** Five kinds of fault; every seed has one of them. */
const FAULTS: readonly Fault[] = [
  { cause: VERSION, chance: 0.8, stage: 'infer', factor: 2 },
  { cause: POD, chance: 0.9, stage: null, factor: 1.8 },
  { cause: SEGMENT, chance: 0.9, stage: 'feature_fetch', factor: 3 },
  { cause: null, chance: 0.12, stage: 'feature_fetch', factor: 4 },
  { cause: VERSION, chance: 0.5, stage: null, factor: 2 },
];

const names = ({ name, value }: { name: string; value: string }) => `${name}=${value}`;

describe('the slow-request explainer', () => {
  it('finds an injected cause first in at least 18 of 20 seeded faults', () => {
    const missed: string[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const fault = FAULTS[seed % FAULTS.length] as Fault;
      const traces = simulate(seed, TRACES, fault);
      const { differences } = explain(toFacts(traces, slowOf(traces)));
      // A cause and the stage it makes slow are one fault seen twice: these, in either order, and nothing before them.
      const expected = [
        ...(fault.cause === null ? [] : [names(fault.cause)]),
        names({ name: fault.stage ?? OUTSIDE, value: '' }),
      ];
      const first = differences.slice(0, expected.length);
      const isFound = first.every((one) => one.isCertain && expected.includes(names(one)));
      if (!isFound) missed.push(`${seed}: ${first.map(names).join(', ')}`);
    }
    expect(missed.length, missed.join('; ')).toBeLessThanOrEqual(2);
  });

  it('names nothing certain in at least 19 of 20 quiet fleets, whatever the selection has nothing to do with', () => {
    const wrong: string[] = [];
    for (let seed = 101; seed <= 120; seed += 1) {
      const traces = simulate(seed, TRACES, null);
      const { differences } = explain(toFacts(traces, ({ coin }) => coin < 0.1));
      const certain = differences.filter(({ isCertain }) => isCertain);
      if (certain.length > 0) wrong.push(`${seed}: ${certain.map(names).join(', ')}`);
    }
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
  });

  it('blames no attribute in at least 19 of 20 quiet fleets for what is slow by chance', () => {
    const wrong: string[] = [];
    for (let seed = 201; seed <= 220; seed += 1) {
      const traces = simulate(seed, TRACES, null);
      const { differences } = explain(toFacts(traces, slowOf(traces)));
      const certain = differences.filter(({ isCertain, kind }) => isCertain && kind === 'attribute');
      if (certain.length > 0) wrong.push(`${seed}: ${certain.map(names).join(', ')}`);
    }
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
  });

  it.each([
    [0.02, 300],
    [0.05, 200],
    [0.5, 200],
  ])('raises few false alarms when %f of %i traces are selected', (chance, count) => {
    let alarms = 0;
    const rounds = 200;
    for (let seed = 1_000; seed < 1_000 + rounds; seed += 1) {
      const { differences } = explain(toFacts(simulate(seed, count, null), ({ coin }) => coin < chance));
      if (differences.some(({ isCertain }) => isCertain)) alarms += 1;
    }
    expect(alarms / rounds).toBeLessThanOrEqual(0.02);
  });

  it('hides identifiers and what nearly every trace has for itself, and says so', () => {
    const traces = simulate(5, 200, null);
    const { hidden, differences } = explain(toFacts(traces, ({ coin }) => coin < 0.2));
    expect(hidden).toEqual([
      { name: 'span.payload', reason: UNIQUE_REASON },
      { name: 'span.request_id', reason: ID_REASON },
    ]);
    expect(differences.some(({ name }) => name === 'span.payload' || name === 'span.request_id')).toBe(false);
  });

  it('counts the same traces once, under all their names', () => {
    const facts = simulate(7, 200, null).map((trace) => {
      const version = trace.attributes['span.model_version'] ?? '';
      return { ...trace, attributes: { ...trace.attributes, 'resource.service.version': version } };
    });
    const { differences } = explain(toFacts(facts, ({ coin }) => coin < 0.2));
    const version = differences.find(({ name, value }) => name === 'span.model_version' && value === '2.4.0');
    expect(version?.alsoAs).toEqual(['resource.service.version = 2.4.0']);
    expect(differences.some(({ name }) => name === 'resource.service.version')).toBe(false);
  });

  it('counts and exemplifies each side as it is', () => {
    const traces = simulate(9, 300, null);
    const isSelected = ({ coin }: SimulatedTrace) => coin < 0.3;
    const { differences } = explain(toFacts(traces, isSelected));
    for (const { kind, name, value, selected, rest } of differences.filter((one) => one.kind === 'attribute')) {
      const having = traces.filter(({ attributes }) => attributes[name] === value);
      expect([kind, selected.hits, rest.hits]).toEqual([
        'attribute',
        having.filter(isSelected).length,
        having.filter((trace) => !isSelected(trace)).length,
      ]);
      for (const [side, wanted] of [
        [selected, true],
        [rest, false],
      ] as const) {
        expect(side.examples.length).toBe(Math.min(3, side.hits));
        for (const id of side.examples) {
          const trace = traces.find(({ traceId }) => traceId === id);
          expect(trace && isSelected(trace)).toBe(wanted);
          expect(trace?.attributes[name]).toBe(value);
        }
      }
    }
  });

  it('measures a stage against the P90 of the rest', () => {
    const traces = simulate(3, 400, null);
    const { differences } = explain(toFacts(traces, ({ coin }) => coin < 0.25));
    const infer = differences.find(({ kind, name }) => kind === 'stage' && name === 'infer');
    expect(infer?.rest.hits).toBe(Math.floor(0.1 * (infer?.rest.total ?? 0)));
  });

  it('compares nothing when a side has under five traces', () => {
    const traces = simulate(4, 100, { cause: VERSION, chance: 1, stage: 'infer', factor: 9 });
    expect(explain(toFacts(traces, ({ traceId }) => traceId.endsWith('1'))).differences.length).toBeGreaterThan(0);
    let left = 4;
    expect(explain(toFacts(traces, () => left-- > 0)).differences).toEqual([]);
  });
});

const side = fc.record({
  total: fc.integer({ min: 5, max: 5_000 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const candidate = fc.tuple(side, side, fc.string()).map(
  ([selected, rest, name]): Candidate => ({
    kind: 'attribute',
    name,
    value: 'x',
    bound: null,
    alsoAs: [],
    selected: { hits: Math.round(selected.share * selected.total), total: selected.total, examples: [] },
    rest: { hits: Math.round(rest.share * rest.total), total: rest.total, examples: [] },
    basis: 'all',
  }),
);

describe('the ranking', () => {
  it('is by the lower bound, which lies under the difference, which lies under the upper bound', () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 40 }), (candidates) => {
        const ranked = rankDifferences(candidates);
        expect(ranked).toHaveLength(candidates.length);
        for (const [index, { low, difference, high, q, isCertain }] of ranked.entries()) {
          expect(low).toBeLessThanOrEqual(difference + 1e-12);
          expect(difference).toBeLessThanOrEqual(high + 1e-12);
          expect(low).toBeGreaterThanOrEqual(-1);
          expect(high).toBeLessThanOrEqual(1);
          expect(q).toBeGreaterThanOrEqual(0);
          expect(q).toBeLessThanOrEqual(1);
          if (isCertain) expect(low).toBeGreaterThan(0);
          expect(low).toBeLessThanOrEqual((ranked[index - 1]?.low ?? 2) + 1e-12);
        }
      }),
    );
  });

  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { maxLength: 20, selector: ({ name }) => name }), (candidates) => {
        const lows = (list: Candidate[]) => rankDifferences(list).map(({ low, q }) => [low, q]);
        expect(lows([...candidates].reverse())).toEqual(lows(candidates));
      }),
    );
  });

  it('finds no difference between a side and itself', () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 20 }), (candidates) => {
        const same = candidates.map((one) => ({ ...one, rest: one.selected }));
        expect(rankDifferences(same).some(({ isCertain }) => isCertain)).toBe(false);
      }),
    );
  });
});

describe('the tests behind it', () => {
  it.each(references('benjamini-hochberg adjusted p').map((one, index) => [index, one] as const))(
    'adjusts p as statsmodels does (%i)',
    (_index, { inputs, expected, tolerance }) => {
      const q = benjaminiHochberg(numbers(inputs.p));
      for (const [at, value] of numbers(expected).entries())
        expect(Math.abs((q[at] ?? 9) - value)).toBeLessThan(tolerance);
    },
  );

  it.each([
    // Fisher's tea tasting, and the examples of R's fisher.test and SciPy's fisher_exact.
    [3, 4, 1, 4, 0.4857142857],
    [8, 10, 1, 6, 0.034965035],
    [2, 17, 10, 13, 0.0005367241],
    [0, 10, 10, 10, 0.0000108251],
  ])('tests %i of %i against %i of %i exactly', (a, m, b, n, p) => {
    const found = fisherExact({ successes: a, total: m }, { successes: b, total: n });
    expect(Math.abs((found ?? 9) - p)).toBeLessThan(1e-9);
  });

  it('agrees with the z test where counts are large', () => {
    const sides = [
      { successes: 4_100, total: 20_000 },
      { successes: 430, total: 2_000 },
    ] as const;
    expect(Math.abs((fisherExact(...sides) ?? 9) - (pooledZTest(...sides) ?? 0))).toBeLessThan(0.01);
  });
});
