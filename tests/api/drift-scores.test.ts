import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as feature } from '@/app/api/drift/feature/route';
import { GET as heat } from '@/app/api/drift/heat/route';
import { GET as drift } from '@/app/api/drift/route';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { Series } from '@/lab/stores';
import type { AnswerText } from '@/lib/contracts/answer';
import { DriftFeature, DriftHeat, DriftReport } from '@/lib/contracts/drift';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { serveEngines } from '../serve-engines';
import { call, NOW_MS, useConfig } from './console';

/** A model of whose inputs only drift computed elsewhere is told, beside a training baseline that nothing can be held against. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SCRAPES = 361;
const TIMES = Float64Array.from({ length: SCRAPES }, (_, i) => NOW_MS - (SCRAPES - 1 - i) * MINUTE_MS);
const MODEL = { model_name: 'm', model_version: '1' };
/** Scrape at which the score of `moved` leaves the rest: two hours before the end. */
const CHANGE = 240;
let close: () => Promise<void>;

function told(): Series[] {
  const of = (labels: Record<string, string>, value: (i: number) => number): Series => ({
    labels: { ...MODEL, ...labels },
    timesMs: TIMES,
    values: Float64Array.from({ length: SCRAPES }, (_, i) => value(i)),
  });
  const score = (name: string, method: string, value: (i: number) => number) =>
    of({ __name__: 'feature_drift_score', feature: name, method }, value);
  return [
    of({ __name__: 'inference_requests_total', status: 'ok' }, (i) => i * 100),
    // Small scores jitter: none of it is a beginning.
    score('moved', 'psi', (i) => (i < CHANGE ? 0.01 + 0.005 * (Math.floor(i / 30) % 2) : 0.6)),
    score('quiet', 'PSI', () => 0.02),
    score('tested', 'ks_p_value', () => 0.4),
    // Of two methods the one whose limits are known.
    score('both', 'jensenshannon', () => 0.9),
    score('both', 'psi', () => 0.03),
    ...['1.0', '+Inf'].map((le) => of({ __name__: 'feature_baseline_bucket', feature: 'moved', le }, () => 1_000)),
  ];
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  const server = await serveEngines(
    { prometheus: prometheusEngine(new MemoryMetricStore({ series: told() })) },
    () => NOW_MS,
  );
  close = server.close;
  useConfig(`sources:\n  prometheus: { url: '${server.url}/prometheus', scrapeInterval: 1m }\n`);
  await migrate(getConfig().database.url);
}, 60_000);

afterAll(async () => {
  await close();
  vi.useRealTimers();
});

const range = { model: 'm', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
const said = (answer: AnswerText): string =>
  answer.map(({ status, parts }) => `${status}: ${parts.map(({ text }) => text).join('')}`).join('\n');
const asked = async (query: Record<string, string | number>) => {
  const { status, body } = await call(drift, { query });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return DriftReport.parse(body);
};

describe('drift computed elsewhere', () => {
  it('is the source where neither metrics nor logs tell, and no reference of this console is claimed', async () => {
    const report = await asked(range);
    expect(report.current.source).toBe('scores');
    expect(report.reference).toMatchObject({ kind: null, words: 'the reference of whoever computed the scores' });
    expect(report.features.map(({ feature: name, kind, state }) => [name, kind, state])).toEqual([
      ['moved', 'score', 'drifted'],
      ['tested', 'score', 'not-measured'],
      ['both', 'score', 'stable'],
      ['quiet', 'score', 'stable'],
    ]);
    expect(report.features.find(({ feature: name }) => name === 'both')?.score).toEqual({ method: 'psi', value: 0.03 });
    expect(said(report.answer)).toMatch(
      /^bad: m 1: moved has drifted \(PSI 0\.6, computed elsewhere\)\. Against the ref/,
    );
  });

  it('is dated over time, not at the jitter of small scores before it', async () => {
    const { body } = await call(heat, { query: { ...range, startMs: NOW_MS - 6 * HOUR_MS, windows: 12 } });
    const strip = DriftHeat.parse(body);
    const moved = strip.rows.find(({ feature: name }) => name === 'moved');
    expect(moved?.psi[0]).toBeCloseTo(0.015, 2);
    expect(moved?.noiseLimit.every((limit) => limit === null)).toBe(true);
    // A window has the score of its end: within one window of the true start.
    expect(Math.abs((moved?.began?.sinceMs ?? 0) - (NOW_MS - 2 * HOUR_MS))).toBeLessThanOrEqual(strip.windowMs);
    expect(strip.rows.filter(({ began }) => began !== null)).toHaveLength(1);
    const one = DriftFeature.parse(
      (await call(feature, { query: { ...range, version: '1', feature: 'moved', windows: 2 } })).body,
    );
    expect(one.drift.state).toBe('drifted');
    expect(one.distributions).toBeNull();
  });
});
