import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { GET as arms } from '@/app/api/drift/arms/route';
import { GET as feature } from '@/app/api/drift/feature/route';
import { GET as heat } from '@/app/api/drift/heat/route';
import { GET as output } from '@/app/api/drift/output/route';
import { GET as drift } from '@/app/api/drift/route';
import { GET as rules } from '@/app/api/drift/rules/route';
import { keyOf, Random } from '@/lab/fleet/random';
import { DriftArms, DriftFeature, DriftHeat, DriftOutput, DriftReport } from '@/lib/contracts/drift';
import type { Rule, RuleGroup } from '@/lib/domain/slo-rules';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { evaluateRule, withRecorded } from '../evaluate-rule';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../real-prometheus';
import { remoteWrite, type WrittenHistogram, type WrittenSeries } from '../remote-write';
import { call, NOW_MS, useConfig } from './console';

/** Inputs as native histograms in a real Prometheus: the reference has bounds of its own, which no bucket ends at. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SCRAPES = 181;
const TIMES = Float64Array.from({ length: SCRAPES }, (_, i) => NOW_MS - (SCRAPES - 1 - i) * MINUTE_MS);
/** Scrape after which `moved` comes larger: the last hour. */
const CHANGE = 120;
const PER_SCRAPE = 60;
const SCHEMA = 3;
const BOUNDS = [3, 5, 7, 10, 15, 20, 30];

interface Told {
  feature: string;
  model?: string;
  version?: string;
  value: (random: Random, i: number) => number;
  /** Scrape at which the process begins anew. */
  restart?: number;
}

/** What one series counted at each scrape. */
function histograms({ value, restart }: Told, key: number): WrittenHistogram[] {
  const random = new Random(keyOf(7, key));
  let counts = new Map<number, number>();
  let sum = 0;
  return Array.from({ length: SCRAPES }, (_, i) => {
    if (i === restart) [counts, sum] = [new Map(), 0];
    for (let one = 0; one < PER_SCRAPE; one += 1) {
      const drawn = value(random, i);
      sum += drawn;
      const index = Math.ceil(Math.log2(drawn) * 2 ** SCHEMA - 1e-9);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    return { schema: SCHEMA, counts: new Map(counts), sum };
  });
}

const lognormal = (median: number) => (random: Random) => median * Math.exp(0.5 * random.normal());
const ten = (random: Random) => (random.next() < 0.5 ? 10 : 24);

const FEATURES: readonly Told[] = [
  { feature: 'steady', value: lognormal(10) },
  { feature: 'moved', value: (random, i) => lognormal(i > CHANGE ? 18 : 10)(random) },
  { feature: 'whole numbers', value: ten },
  { feature: 'restarted', value: lognormal(10), restart: 150 },
  { feature: 'no baseline', value: lognormal(400) },
  { feature: 'steady', version: '2', value: lognormal(10) },
  { feature: 'moved', version: '2', value: lognormal(10) },
  // Of a model whose training names no version.
  { feature: 'steady', model: 'general', value: lognormal(10) },
  { feature: 'moved', model: 'general', value: lognormal(18) },
];

function told(): WrittenSeries[] {
  const series: WrittenSeries[] = FEATURES.map((one, key) => ({
    labels: {
      __name__: 'feature_value',
      model_name: one.model ?? 'm',
      model_version: one.version ?? '1',
      feature: one.feature,
    },
    timesMs: TIMES,
    values: [],
    histograms: histograms(one, key),
  }));
  series.push({
    labels: { __name__: 'prediction_score', model_name: 'm', model_version: '1' },
    timesMs: TIMES,
    values: [],
    histograms: histograms({ feature: '', value: (random) => 0.01 + 0.9 * random.next() }, 99),
  });
  for (const version of ['1', '2']) {
    series.push({
      labels: { __name__: 'inference_requests_total', model_name: 'm', model_version: version, status: 'ok' },
      timesMs: TIMES,
      values: TIMES.map((_, i) => i * PER_SCRAPE),
    });
  }
  for (const [name, value, model = 'm'] of [
    ['steady', lognormal(10)],
    ['moved', lognormal(10)],
    ['whole numbers', ten],
    ['restarted', lognormal(10)],
    ['steady', lognormal(10), 'general'],
    ['moved', lognormal(10), 'general'],
  ] as const) {
    const random = new Random(keyOf(8, name.length));
    const drawn = Array.from({ length: 20_000 }, () => value(random));
    for (const bound of [...BOUNDS, Number.POSITIVE_INFINITY]) {
      const count = drawn.filter((one) => one <= bound).length;
      series.push({
        labels: {
          __name__: 'feature_baseline_bucket',
          model_name: model,
          ...(model === 'm' ? { model_version: '1' } : {}),
          feature: name,
          le: Number.isFinite(bound) ? bound.toFixed(1) : '+Inf',
        },
        timesMs: TIMES,
        values: TIMES.map(() => count),
      });
    }
  }
  return series;
}

describe.skipIf(!hasPrometheus())('inputs as native histograms of a real Prometheus', () => {
  let prometheus: RealPrometheus;
  const range = { model: 'm', version: '1', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };

  beforeAll(async () => {
    prometheus = await startPrometheus({
      flags: ['--enable-feature=native-histograms', '--web.enable-remote-write-receiver'],
    });
    await remoteWrite(prometheus.url, told());
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
    useConfig(`sources:\n  prometheus: { url: '${prometheus.url}', scrapeInterval: 1m }\n`);
    await migrate(getConfig().database.url);
  }, 60_000);

  afterAll(async () => {
    vi.useRealTimers();
    await prometheus?.stop();
  });

  const report = async (query: Record<string, string | number> = {}) => {
    const { status, body } = await call(drift, { query: { ...range, ...query } });
    expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
    return DriftReport.parse(body);
  };

  it('are held against the bounds of the training baseline, and only what moved is called', async () => {
    const found = await report();
    expect(found.reference.kind).toBe('training');
    expect(found.gaps).toEqual([]);
    const states = Object.fromEntries(found.features.map(({ feature: name, state }) => [name, state]));
    expect(states).toEqual({
      steady: 'within-noise',
      moved: 'drifted',
      'whole numbers': 'within-noise',
      restarted: 'within-noise',
      'no baseline': 'within-noise',
    });
    const moved = found.features.find(({ feature: name }) => name === 'moved');
    expect(moved?.bins).toBe(BOUNDS.length + 1);
    expect(moved?.notes.join(' ')).toMatch(
      /6 of the 7 bounds .* inside buckets of its native histogram \(up to 9 % wide\)/,
    );
    expect((moved?.n.current ?? 0) / (60 * PER_SCRAPE)).toBeCloseTo(1, 1);
    expect(found.features.find(({ feature: name }) => name === 'no baseline')?.referenceOwn).toBe('the 24 h before');
    expect(found.why.some(({ purpose }) => purpose === 'inputs: native histograms')).toBe(true);
  });

  it('are compared with their own time before over twenty bins of their own', async () => {
    const found = await report({ against: 'earlier' });
    expect(found.reference.choices.find(({ kind }) => kind === 'earlier')?.lack).toBeNull();
    const moved = found.features.find(({ feature: name }) => name === 'moved');
    expect(moved).toMatchObject({ state: 'drifted', notes: [] });
    expect(moved?.bins).toBeLessThanOrEqual(21);
    expect(found.features.filter(({ state }) => state === 'drifted')).toHaveLength(1);
  });

  it('show over windows when it began', async () => {
    const { body } = await call(heat, { query: { ...range, startMs: NOW_MS - 3 * HOUR_MS, windows: 12 } });
    const strip = DriftHeat.parse(body);
    const began = strip.rows.filter((row) => row.began !== null);
    expect(began.map(({ feature: name }) => name)).toEqual(['moved']);
    expect(began[0]?.began?.sinceMs).toBe(NOW_MS - HOUR_MS);
    expect(strip.rows.find(({ feature: name }) => name === 'steady')?.state).not.toContain('not-measured');
  });

  it('keep their fine quantiles in the detail of a feature', async () => {
    const { body } = await call(feature, { query: { ...range, feature: 'moved', windows: 6 } });
    const one = DriftFeature.parse(body);
    expect(one.distributions?.bins.map(({ upper }) => upper)).toEqual([...BOUNDS, null]);
    const median = one.overTime.quantiles.find(({ q }) => q === 0.5);
    for (const value of median?.values ?? []) expect(Math.abs((value ?? 0) / 18 - 1)).toBeLessThan(0.1);
  });

  it('are told apart by the arms of a rollout, and by scores', async () => {
    const both = DriftArms.parse((await call(arms, { query: { ...range, champion: '2', challenger: '1' } })).body);
    const states = new Map(both.features.map(({ feature: name, state }) => [name, state]));
    expect([states.get('steady'), states.get('moved')]).toEqual(['within-noise', 'drifted']);
    const out = DriftOutput.parse((await call(output, { query: range })).body);
    expect(out.scores?.drift.state).toBe('within-noise');
    expect(out.scores?.distributions?.bins.length).toBeGreaterThan(5);
  });

  it('are watched by the exported rules at the bounds of their training, and only what moved fires', async () => {
    const response = await rules(new Request('http://127.0.0.1/api/drift/rules'));
    const text = await response.text();
    const directory = mkdtempSync(join(tmpdir(), 'native-rules-'));
    const path = join(directory, 'rules.yml');
    writeFileSync(path, text);
    const said = execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
    rmSync(directory, { recursive: true, force: true });
    expect(said).toMatch(/SUCCESS: \d+ rules found/);
    expect(said).not.toContain('duplicate');
    const all: Rule[] = parse(text, { version: '1.1' }).groups.flatMap(({ rules: own }: RuleGroup) => own);
    const recorded = all.find(({ record }) => record === 'windsock:feature_share_below:least1h')?.expr ?? '';
    expect(recorded.match(/histogram_fraction/g)).toHaveLength(BOUNDS.length);
    const alert = all.find((rule) => rule.alert === 'ModelFeatureDriftNative');
    const query = withRecorded(all, alert?.expr ?? '');
    const firing = await evaluateRule(prometheus.url, { query, timeMs: NOW_MS });
    expect(firing.map(({ model_name, model_version, feature: name }) => [model_name, model_version, name])).toEqual([
      ['m', '1', 'moved'],
      ['general', '1', 'moved'],
    ]);
    // Before it moved, nothing fired of the version whose training is known.
    const before = await evaluateRule(prometheus.url, { query, timeMs: NOW_MS - HOUR_MS - MINUTE_MS });
    expect(before.map(({ model_name }) => model_name)).toEqual(['general']);
  });
});
