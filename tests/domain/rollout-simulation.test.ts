import { describe, expect, it } from 'vitest';
import { simulate } from '../bench/rollout-simulation';
import { clockMinutes, firedShare, HEALTHY, medianMinutes } from '../bench/rollouts';

/** A small part of `npm run bench -- rollouts`, which has the figures. */
describe('the guard on simulated rollouts', () => {
  it.each([
    ['equal versions', {}],
    ['equal versions through swings and common outages', { isRough: true }],
    ['a healthy challenger of five requests a minute', { requestsPerMinute: 50 }],
    ['half the challenger’s traffic, at 50 a minute', { requestsPerMinute: 50, challengerShare: 0.5 }],
    ['a challenger that fails as often as is allowed', { minutes: 180, errorFactor: 11 / 6 }],
  ])('leaves %s alone', (_, changes) => {
    const runs = simulate({ ...HEALTHY, runs: 12, minutes: 720, ...changes }, 7);
    expect(firedShare(runs)).toBe(0);
  });

  it.each([0.006, 0.01, 0.02])('finds three times %d of errors, about when the clock said so', (errorRatio) => {
    const scenario = { ...HEALTHY, runs: 30, minutes: 360, errorFactor: 3, errorRatio };
    const runs = simulate(scenario, 7);
    expect(firedShare(runs)).toBe(1);
    expect(new Set(runs.flatMap(({ beyond }) => beyond))).toEqual(new Set(['errors']));
    expect(medianMinutes(runs) / clockMinutes(scenario).rollBack).toBeLessThan(1.5);
    expect(medianMinutes(runs)).toBeGreaterThanOrEqual(19);
  });

  it('finds a P95 half as long again, by its latency', () => {
    const runs = simulate({ ...HEALTHY, runs: 10, minutes: 120, latencyFactor: 1.5 }, 7);
    expect(firedShare(runs)).toBe(1);
    expect(runs.every(({ beyond }) => beyond.includes('p95'))).toBe(true);
  });

  it('draws the same rollouts again from the same seed, and others from another', () => {
    const scenario = { ...HEALTHY, runs: 5, minutes: 120, errorFactor: 3 };
    expect(simulate(scenario, 1)).toEqual(simulate(scenario, 1));
    expect(simulate(scenario, 1)).not.toEqual(simulate(scenario, 2));
  });
});
