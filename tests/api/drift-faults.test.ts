import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as feature } from '@/app/api/drift/feature/route';
import { GET as heat } from '@/app/api/drift/heat/route';
import { GET as output } from '@/app/api/drift/output/route';
import { GET as drift } from '@/app/api/drift/route';
import { GET as quality } from '@/app/api/quality/route';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { Series } from '@/lab/stores';
import { DriftFeature, DriftHeat, DriftOutput, DriftReport } from '@/lib/contracts/drift';
import { Quality } from '@/lib/contracts/quality';
import { queryCache } from '@/lib/server/cache';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { serveEngines } from '../serve-engines';
import { call, NOW_MS, useConfig } from './console';

/** Every way in which one feature's telemetry can be wrong, beside a healthy one that must not notice. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SCRAPES = 181;
const TIMES = Float64Array.from({ length: SCRAPES }, (_, i) => NOW_MS - (SCRAPES - 1 - i) * MINUTE_MS);
const MODEL = { model_name: 'm', model_version: '1' };
const BOUNDS = ['1.0', '2.0', '4.0', '8.0', '+Inf'];
const SHARES = [10, 20, 40, 20, 10];
/** Names that every object of the language has already. */
const HOSTILE = ['__proto__', 'constructor', 'toString'] as const;
/** Scrape at which `shifted` shifts. */
const CHANGE = 120;

const series: Series[] = [];
const add = (labels: Record<string, string>, values: (i: number) => number) =>
  series.push({
    labels: { ...MODEL, ...labels },
    timesMs: TIMES,
    values: Float64Array.from({ length: SCRAPES }, (_, i) => values(i)),
  });

/** Cumulative counts per bucket, `perScrape` of each bin added at each scrape. */
function histogram(
  feature: string,
  bounds: readonly string[],
  perScrape: readonly number[],
  at: (i: number) => number = (i) => i,
): void {
  let cumulative = 0;
  for (const [b, le] of bounds.entries()) {
    cumulative += perScrape[b] ?? 0;
    const each = cumulative;
    add({ __name__: 'feature_value_bucket', feature, le }, (i) => each * at(i));
  }
  const all = cumulative;
  add({ __name__: 'feature_value_count', feature }, (i) => all * at(i));
}
function baseline(feature: string, bounds: readonly string[], shares: readonly number[]): void {
  let cumulative = 0;
  for (const [b, le] of bounds.entries()) {
    cumulative += (shares[b] ?? 0) * 100;
    const count = cumulative;
    add({ __name__: 'feature_baseline_bucket', feature, le }, () => count);
  }
}

function tell(): void {
  add({ __name__: 'inference_requests_total', status: 'ok' }, (i) => i * 100);
  histogram('healthy', BOUNDS, SHARES);
  baseline('healthy', BOUNDS, SHARES);
  histogram('moved', BOUNDS, [5, 10, 20, 30, 35]);
  baseline('moved', BOUNDS, SHARES);
  // Other bounds on both sides: two of them in common, then none.
  histogram('coarser', ['1.0', '4.0', '+Inf'], [10, 60, 30]);
  baseline('coarser', BOUNDS, SHARES);
  histogram('strange bounds', ['3.0', '5.0', '+Inf'], [30, 40, 30]);
  baseline('strange bounds', BOUNDS, SHARES);
  histogram('one bucket', ['+Inf'], [100]);
  baseline('one bucket', BOUNDS, SHARES);
  histogram('all in the open one', BOUNDS, [0, 0, 0, 0, 100]);
  baseline('all in the open one', BOUNDS, [0, 0, 0, 0, 100]);
  histogram('negative', ['-4.0', '-2.0', '0.0', '+Inf'], [25, 25, 25, 25]);
  baseline('negative', ['-4.0', '-2.0', '0.0', '+Inf'], [25, 25, 25, 25]);
  // The process restarts in the middle of the range: all counters begin anew.
  histogram('restarted', BOUNDS, SHARES, (i) => (i < 150 ? i : i - 150));
  baseline('restarted', BOUNDS, SHARES);
  histogram('stands still', BOUNDS, SHARES, () => 7);
  baseline('stands still', BOUNDS, SHARES);
  baseline('vanished', BOUNDS, SHARES);
  histogram('brand new', BOUNDS, SHARES);
  histogram('__proto__', BOUNDS, SHARES);
  baseline('__proto__', BOUNDS, SHARES);
  histogram('"} or vector(1) #<b>', BOUNDS, SHARES);
  // A scrape race: the bucket of 4 was read before the one of 2.
  histogram('raced', BOUNDS, [10, 20, -5, 65, 10]);
  baseline('raced', BOUNDS, [10, 20, 0, 60, 10]);
  histogram('without +Inf', ['1.0', '2.0'], [50, 50]);
  baseline('without +Inf', BOUNDS, SHARES);
  for (const name of ['constructor', 'toString']) {
    histogram(name, BOUNDS, SHARES);
    baseline(name, BOUNDS, SHARES);
  }
  histogram('bounds that are no numbers', ['1.0', 'wide', '', '+Inf'], [30, 30, 10, 30]);
  baseline('bounds that are no numbers', BOUNDS, SHARES);
  histogram('counts below nothing', BOUNDS, SHARES, (i) => -i);
  baseline('counts below nothing', BOUNDS, SHARES);
  histogram('training below nothing', BOUNDS, SHARES);
  baseline('training below nothing', BOUNDS, [10, -20, 40, 20, -60]);
  for (const category of HOSTILE) {
    add({ __name__: 'feature_category_total', feature: 'hostile categories', category }, (at) => 40 * at);
    for (const outcome of ['tp', 'fn', 'tn', 'constructor', '__proto__']) {
      add({ __name__: 'prediction_outcomes_total', cohort: category, outcome }, (at) => 5 * at);
    }
  }
  for (let i = 0; i < 10_000; i += 1) {
    const each = i < 3 ? 200 : 0.01;
    add({ __name__: 'feature_category_total', feature: 'many', category: `c${i}` }, (at) => each * at);
  }
  for (const [category, each] of [
    ['a', 60],
    ['b', 40],
  ] as const) {
    add({ __name__: 'feature_category_total', feature: 'few', category }, (at) => each * at);
  }
  // An hour before the end the version becomes champion, and `shifted` begins to come otherwise.
  const [before, after] = [
    [10, 20, 40, 20, 10],
    [2, 8, 20, 30, 40],
  ] as const;
  for (const [b, le] of BOUNDS.entries()) {
    const sum = (shares: readonly number[]) => shares.slice(0, b + 1).reduce((all, share) => all + share, 0);
    add(
      { __name__: 'feature_value_bucket', feature: 'shifted', le },
      (i) => sum(before) * Math.min(i, CHANGE) + sum(after) * Math.max(0, i - CHANGE),
    );
  }
  baseline('shifted', BOUNDS, SHARES);
  for (const [role, from, to] of [
    ['challenger', 0, CHANGE],
    ['champion', CHANGE, SCRAPES],
  ] as const) {
    const timesMs = TIMES.slice(from, to);
    series.push({ labels: { ...MODEL, __name__: 'model_info', role }, timesMs, values: timesMs.map(() => 1) });
  }
  for (const [b, le] of BOUNDS.entries()) {
    const each = SHARES.slice(0, b + 1).reduce((all, share) => all + share, 0);
    const batch = { model_name: 'batch only', model_version: '7', feature: 'age' };
    add({ __name__: 'feature_value_bucket', ...batch, le }, (i) => each * i);
    if (le === '+Inf') add({ __name__: 'feature_value_count', ...batch }, (i) => each * i);
  }
  add({ __name__: 'feature_observed_total', feature: 'healthy' }, (i) => i * 110);
  add({ __name__: 'feature_missing_total', feature: 'healthy' }, (i) => i * 10);
  // Its training counted no missing values; an hour before the end they become frequent.
  add({ __name__: 'feature_observed_total', feature: 'coarser' }, (i) => i * 100);
  add(
    { __name__: 'feature_missing_total', feature: 'coarser' },
    (i) => Math.min(i, CHANGE) + 20 * Math.max(0, i - CHANGE),
  );
}

/** Queries that fail. */
let broken: RegExp | null = null;
let close: () => Promise<void>;
let report: DriftReport;
const row = (wanted: string) => {
  const found = report.features.find(({ feature: name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no ${wanted}`);
  return found;
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  tell();
  const whole = prometheusEngine(new MemoryMetricStore({ series }));
  const engine: typeof whole = (request) =>
    broken?.test(request.params.get('query') ?? '') === true
      ? { status: 500, headers: { 'content-type': 'text/plain' }, body: 'down for a test' }
      : whole(request);
  const server = await serveEngines({ prometheus: engine }, () => NOW_MS);
  close = server.close;
  useConfig(`sources:\n  prometheus: { url: '${server.url}/prometheus', scrapeInterval: 1m }\n`);
  await migrate(getConfig().database.url);
  const { status, body } = await call(drift, {
    query: { model: 'm', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS, against: 'training' },
  });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  report = DriftReport.parse(body);
}, 60_000);

afterAll(async () => {
  await close();
  vi.useRealTimers();
});

describe('a fault of one feature', () => {
  it('leaves the others as they are: the healthy one quiet, the moved one found', () => {
    expect(row('healthy').state).toBe('within-noise');
    expect(row('moved').state).toBe('drifted');
    expect(row('healthy').missing.current?.rate).toBeCloseTo(10 / 110, 6);
    expect(report.gaps).toEqual([]);
  });

  it('holds missing values against the day before where the training counted none', async () => {
    expect(row('coarser').missing).toMatchObject({ state: 'risen', referenceOwn: 'the 24 h before' });
    expect(row('coarser').missing.reference?.rate).toBeCloseTo(0.01, 2);
    expect(row('coarser').referenceOwn).toBeNull();
    expect(row('healthy').missing).toMatchObject({ state: 'steady', referenceOwn: 'the 24 h before' });
    // Of what training does not have no more is said for that.
    expect(row('brand new').state).toBe('new');
    expect(report.answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join('')).toMatch(
      /coarser is missing in 20\s?% of requests, 1\.0\s?% in the 24 h before/,
    );
    const query = { model: 'm', version: '1', feature: 'coarser', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
    const one = DriftFeature.parse((await call(feature, { query })).body);
    expect(one.drift.missing).toMatchObject({ state: 'risen', referenceOwn: 'the 24 h before' });
  });

  it.each([
    ['coarser', 'within-noise', /bounds are on one side only.*3 are left/],
    ['strange bounds', 'not-comparable', null],
    ['one bucket', 'not-comparable', /one bucket only/],
    ['all in the open one', 'within-noise', /100 % of the values lie beyond the last bound \(8\)/],
    ['negative', 'within-noise', null],
    ['restarted', 'within-noise', null],
    ['stands still', 'vanished', null],
    ['vanished', 'vanished', null],
    ['brand new', 'new', null],
    ['__proto__', 'within-noise', null],
    ['"} or vector(1) #<b>', 'new', null],
    ['raced', 'within-noise', /1 bucket was lower than the one before and raised to it/],
    ['without +Inf', 'not-measured', /no \+Inf bucket/],
    ['few', 'new', null],
    ['constructor', 'within-noise', null],
    ['toString', 'within-noise', null],
    ['bounds that are no numbers', 'drifted', /bounds are on one side only/],
    ['counts below nothing', 'not-measured', /count below 0/],
    ['training below nothing', 'not-measured', /Reference: .* count below 0/],
    ['hostile categories', 'new', null],
  ] as const)('calls “%s” %s', (name, state, note) => {
    expect(row(name).state).toBe(state);
    if (note !== null) expect(row(name).notes.join(' ')).toMatch(note);
    expect(row(name).word.length).toBeGreaterThan(0);
  });

  it.each(HOSTILE)('answers for a feature called %s in full', async (name) => {
    const query = { model: 'm', version: '1', feature: name, startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
    const { status, body } = await call(feature, { query });
    expect(status).toBe(200);
    const one = DriftFeature.parse(body);
    expect([one.drift.feature, one.drift.state]).toEqual([name, 'within-noise']);
    expect(one.distributions?.bins).toHaveLength(BOUNDS.length);
  });

  it('counts categories, cohorts and labels by names that objects have of their own', async () => {
    const range = { model: 'm', version: '1', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
    const before = { againstStartMs: NOW_MS - 2 * HOUR_MS, againstEndMs: NOW_MS - HOUR_MS };
    const { body } = await call(drift, { query: { ...range, against: 'earlier', ...before } });
    const hostile = DriftReport.parse(body).features.find(({ feature: name }) => name === 'hostile categories');
    expect(hostile).toMatchObject({ state: 'within-noise', bins: HOSTILE.length, unseen: [], gone: [] });
    const found = Quality.parse((await call(quality, { query: { ...range, windows: 4 } })).body);
    expect(found.cohorts.map(({ cohort }) => cohort).sort()).toEqual([...HOSTILE].sort());
    for (const { recall } of found.cohorts) expect(recall?.value).toBeCloseTo(0.5, 6);
    const out = DriftOutput.parse((await call(output, { query: { ...range, against: 'earlier', ...before } })).body);
    expect(out.truth?.distributions?.bins.map(({ name }) => name)).toEqual(['negative', 'positive']);
  });

  it('counts through a restart, without what was counted before it', () => {
    const { current } = row('restarted').n;
    expect((current ?? 0) / 6_000).toBeGreaterThan(0.95);
    expect((current ?? 0) / 6_000).toBeLessThan(1.05);
  });

  it('names the most frequent of 10,000 categories and counts the rest as one', async () => {
    const { body } = await call(drift, {
      query: {
        model: 'm',
        startMs: NOW_MS - HOUR_MS,
        endMs: NOW_MS,
        against: 'earlier',
        againstStartMs: NOW_MS - 2 * HOUR_MS,
        againstEndMs: NOW_MS - HOUR_MS,
      },
    });
    const many = DriftReport.parse(body).features.find(({ feature: name }) => name === 'many');
    expect(many).toMatchObject({ state: 'within-noise', kind: 'categorical', unseenMore: 0 });
    expect(many?.notes.join(' ')).toMatch(/9800 rarest categories are counted as one/);
    expect(many?.bins).toBeLessThanOrEqual(201);
    expect(JSON.stringify(body).length).toBeLessThan(200_000);
  });

  it('leaves windows without traffic unmeasured rather than vanished', async () => {
    const { status, body } = await call(heat, {
      query: { model: 'm', startMs: NOW_MS - 12 * HOUR_MS, endMs: NOW_MS, windows: 12, against: 'training' },
    });
    expect(status).toBe(200);
    const strip = DriftHeat.parse(body);
    const healthy = strip.rows.find(({ feature: name }) => name === 'healthy');
    expect(healthy?.state[0]).toBe('not-measured');
    expect(healthy?.psi[0]).toBeNull();
    expect(healthy?.state.at(-1)).toBe('within-noise');
  });

  it('takes none for vanished or new when a query of one side fails', async () => {
    queryCache().clear();
    broken = /increase\(feature_value_bucket/;
    try {
      const query = { model: 'm', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
      const now = DriftReport.parse((await call(drift, { query: { ...query, against: 'training' } })).body);
      expect(now.gaps.join(' ')).toMatch(/Without inputs: histograms/);
      const states = new Map(now.features.map(({ feature: name, state }) => [name, state]));
      expect([states.get('healthy'), states.get('moved'), states.get('vanished')]).toEqual([
        'not-measured',
        'not-measured',
        'not-measured',
      ]);
      queryCache().clear();
      broken = /feature_baseline_bucket\{.*by|max by .*feature_baseline_bucket/;
      const then = DriftReport.parse((await call(drift, { query: { ...query, against: 'training' } })).body);
      expect(then.features.map(({ state }) => state)).not.toContain('new');
    } finally {
      broken = null;
      queryCache().clear();
    }
  });

  it('says of too many categories over many windows that they were not read', async () => {
    const strip = DriftHeat.parse(
      (
        await call(heat, {
          query: {
            model: 'm',
            startMs: NOW_MS - 2 * HOUR_MS,
            endMs: NOW_MS,
            windows: 24,
            against: 'earlier',
            againstStartMs: NOW_MS - 3 * HOUR_MS,
            againstEndMs: NOW_MS - 2 * HOUR_MS,
          },
        })
      ).body,
    );
    const many = strip.rows.find(({ feature: name }) => name === 'many');
    expect(new Set(many?.state)).toEqual(new Set(['not-measured']));
    expect(strip.rows.find(({ feature: name }) => name === 'few')?.state).not.toContain('not-measured');
  });

  it('leads from a drift to the change of the model at which it began', async () => {
    const query = {
      model: 'm',
      version: '1',
      feature: 'shifted',
      startMs: NOW_MS - 3 * HOUR_MS,
      endMs: NOW_MS,
      windows: 12,
    };
    const one = DriftFeature.parse((await call(feature, { query })).body);
    expect(one.began).toEqual({ sinceMs: NOW_MS - HOUR_MS, isAtLeast: false });
    expect(one.since).toMatchObject({ kind: 'role', version: '1' });
    expect(one.since?.text).toContain('champion');
    expect(one.logQuery).toBeNull();
  });

  it('is refused as a whole only where the question makes no sense', async () => {
    const senseless: Record<string, string | number>[] = [
      { model: 'm', startMs: NOW_MS, endMs: NOW_MS - 1 },
      { model: 'm', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS, against: 'psychic' },
      { model: 'm', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS, against: 'earlier', againstStartMs: 5 },
    ];
    for (const query of senseless) {
      expect((await call(drift, { query })).status).toBe(400);
    }
  });
});

describe('a model that counts no requests', () => {
  it('is known by its inputs', async () => {
    const query = { model: 'batch only', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
    const { status, body } = await call(drift, { query });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
    const found = DriftReport.parse(body);
    expect(found.version).toBe('7');
    expect(found.features.map(({ feature: name, state }) => [name, state])).toEqual([['age', 'within-noise']]);
    expect((await call(drift, { query: { ...query, model: 'nobody' } })).status).toBe(404);
  });
});
