import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as compare } from '@/app/api/compare/route';
import type { Labels, Series } from '@/lab/stores';
import { Compare } from '@/lib/contracts/compare';
import { PRESETS, type Preset } from '@/lib/server/signals/preset';
import { guardConfig } from '@/tests/server/rollouts/guard-lab';
import { startMetrics } from '@/tests/server/rollouts/told-metrics';
import { call, type Lab, NOW_MS } from './console';

const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 90;
const UNIT_SECONDS = { seconds: 1, milliseconds: 1e-3, microseconds: 1e-6, nanoseconds: 1e-9 } as const;
const BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1] as const;
const SHARES = [0.2, 0.6, 0.93, 0.98, 0.999, 1] as const;

/** Values that a stack's own pattern counts as failed. */
const FAILED: Readonly<Record<string, string>> = { '.+': 'timeout', OK: 'ERROR', error: 'error' };
const failedValue = (pattern: string): string => FAILED[pattern] ?? '500';

/** What a stack exposes of one version that fails so often: only what its preset names. */
function stackSeries(preset: Preset, version: string, requestsPerMinute: number, errorRatio: number): Series[] {
  const { requests, errors, latency, modelLabel, versionLabel, detectLabel } = preset;
  if (requests === null) return [];
  const own: Labels = {
    [modelLabel ?? 'job']: 'm',
    [versionLabel ?? 'service_version']: preset.versionHasModelPrefix ? `m_${version}` : version,
    ...(detectLabel === null || detectLabel === versionLabel ? {} : { [detectLabel]: 'there' }),
    ...Object.fromEntries(preset.only.flatMap(({ label, op, value }) => (op === '=' ? [[label, value]] : []))),
  };
  const counter = (name: string, perMinute: number, labels: Labels = {}): Series => {
    const timesMs = Float64Array.from({ length: HISTORY_MINUTES * 2 + 1 }, (_, i) => {
      return NOW_MS - (HISTORY_MINUTES * 2 - i) * (MINUTE_MS / 2);
    });
    return {
      labels: { __name__: name, ...own, ...labels },
      timesMs,
      values: timesMs.map((atMs) => Math.floor((perMinute * (atMs - (timesMs[0] ?? 0))) / MINUTE_MS)),
    };
  };
  const failed = requestsPerMinute * errorRatio;
  const fine = requestsPerMinute - failed;
  const told: Series[] = [];
  if (errors.kind === 'label') {
    const isOpen = errors.value === '.+';
    told.push(
      counter(requests.metric, fine, isOpen ? {} : { [errors.label]: errors.op === '!=' ? errors.value : '200' }),
    );
    told.push(counter(requests.metric, failed, { [errors.label]: failedValue(errors.value) }));
  } else told.push(counter(requests.metric, requests.successOnly ? fine : requestsPerMinute));
  if (errors.kind === 'metric') {
    const reason = errors.pattern?.split('|')[0];
    const label = errors.label === null || reason === undefined ? {} : { [errors.label]: reason };
    told.push(counter(errors.metric, failed, label));
  }
  if (latency.kind === 'histogram') {
    const bounds = [...BOUNDS_S.map((bound) => String(bound / UNIT_SECONDS[latency.unit])), '+Inf'];
    told.push(
      ...bounds.map((le, i) => counter(`${latency.metric}_bucket`, requestsPerMinute * (SHARES[i] ?? 1), { le })),
    );
    const count = `${latency.metric}_count`;
    if (requests.metric !== count) told.push(counter(count, requestsPerMinute));
  }
  const known = new Set(told.map(({ labels }) => labels.__name__));
  if (latency.kind === 'mean') {
    told.push(...[latency.sum, latency.count].filter((name) => !known.has(name)).map((name) => counter(name, fine)));
  }
  const detect = preset.detect.filter((name) => !told.some(({ labels }) => labels.__name__ === name));
  return [...told, ...detect.map((name) => counter(name, requestsPerMinute))];
}

let lab: Lab;
beforeAll(() => vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS }));
afterAll(() => vi.useRealTimers());
afterEach(() => lab.close());

/** Two versions, the newer of which fails ten times as often. */
const healthyAndBad = (preset: Preset): Series[] => [
  ...stackSeries(preset, '1', 400, 0.005),
  ...stackSeries(preset, '2', 400, 0.05),
];

/** The comparison of one model, as the page asks for it, over nothing but these metrics. */
async function compared(series: readonly Series[]): Promise<Compare> {
  lab = await startMetrics(series);
  guardConfig(lab, '  - { name: m }');
  const query = { model: 'm', startMs: NOW_MS - 60 * MINUTE_MS, endMs: NOW_MS };
  const { status, body } = await call(compare, { query });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return Compare.parse(body);
}
const why = ({ result }: Compare): string =>
  result.verdict.reasons.flatMap(({ decides, text }) => (decides ? [text] : [])).join(' ');

const STACKS = PRESETS.filter(({ requests }) => requests !== null);
const isWhole = ({ errors, latency }: Preset): boolean => errors.kind !== 'none' && latency.kind === 'histogram';
const named = (presets: readonly Preset[]) => presets.map((preset) => [preset.id, preset] as const);

describe('the comparison over each serving stack', () => {
  it.each(named(STACKS.filter(isWhole)))(
    '%s: a challenger that fails ten times as often is rolled back',
    async (_, preset) => {
      const found = await compared(healthyAndBad(preset));
      expect(found.inputs).toMatchObject({ champion: { version: '1' }, challenger: { version: '2' } });
      expect(found.result.verdict.kind, why(found)).toBe('roll-back');
      expect(why(found)).toMatch(/^Errors: wholly beyond/);
      const errors = found.result.measures.find(({ id }) => id === 'errors');
      expect(errors?.champion).toBeCloseTo(0.005, 3);
      expect(errors?.challenger).toBeCloseTo(0.05, 3);
    },
  );

  it.each(named(STACKS.filter((preset) => !isWhole(preset))))(
    '%s cannot tell all that a verdict needs: in doubt, with what would help',
    async (_, preset) => {
      const found = await compared(healthyAndBad(preset));
      const { errors, latency } = preset;
      expect(found.result.verdict.kind).toBe('in-doubt');
      for (const part of [errors, latency]) {
        if ('remedy' in part && part.remedy !== null) expect(why(found)).toContain(part.remedy);
      }
    },
  );

  it.each(named(STACKS.slice(0, 1)))(
    '%s whose versions no label tells apart has one, and says what would help',
    async (_, preset) => {
      const found = await compared(stackSeries({ ...preset, versionLabel: 'unknown_label' }, '1', 400, 0.005));
      expect(found.result.verdict.kind).toBe('not-enough-data');
      expect(found.inputs.faults.map(({ reason }) => reason).join()).toMatch(
        /No label tells versions apart.*versionLabels/,
      );
    },
  );
});
