import { describe, expect, it } from 'vitest';
import { simulateDrift } from './drift-simulation';

const WORLD = { seed: 7, features: 50, bins: 10, referenceN: 10_000 };

describe('the rule of drift over drawn windows', () => {
  it.each([
    [100, 60],
    [500, 60],
    [5_000, 6],
  ])('calls nothing drifted where nothing moved: n = %i', (n, windows) => {
    const { anyDrifted, anyCalled } = simulateDrift({ ...WORLD, n, windows, shift: 0 });
    expect(anyDrifted).toBeLessThanOrEqual(0.05);
    expect(anyCalled).toBeLessThanOrEqual(0.05);
  });

  it('says "not enough data" at n = 100, where PSI > 0.1 alone is over in more than a third of features', () => {
    const { notEnough, plainFeatures, plainAny } = simulateDrift({ ...WORLD, n: 100, windows: 60, shift: 0 });
    expect(notEnough).toBe(1);
    expect(plainFeatures).toBeGreaterThan(0.33);
    expect(plainAny).toBe(1);
  });

  it('keeps quiet with few values against few, and with many bins', () => {
    const few = simulateDrift({ ...WORLD, n: 500, referenceN: 500, bins: 100, windows: 150, shift: 0 });
    expect(few.plainFeatures).toBeGreaterThan(0.5);
    expect(few.anyCalled).toBeLessThanOrEqual(0.05);
  });

  it('finds a shift of half a standard deviation within two windows', () => {
    const { foundWithinTwo } = simulateDrift({ ...WORLD, n: 5_000, windows: 6, shift: 0.5 });
    expect(foundWithinTwo).toBeGreaterThanOrEqual(0.99);
  });

  it('finds a shift of one standard deviation as drifted', () => {
    const { anyDrifted, calledFeatures } = simulateDrift({ ...WORLD, n: 1_000, windows: 6, shift: 1 });
    expect(anyDrifted).toBe(1);
    expect(calledFeatures).toBe(1);
  });
});
