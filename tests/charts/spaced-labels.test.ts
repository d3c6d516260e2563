import { describe, expect, it } from 'vitest';
import { spacedLabels } from '@/lib/charts/spaced-labels';

describe('labels of thresholds', () => {
  it('stay at their own dashes where there is room', () => {
    const far = [
      { value: 50, label: 'P50' },
      { value: 90, label: 'P90' },
    ];
    expect(spacedLabels(far, 100)).toEqual(far.toReversed());
  });

  it('are joined at the upper dash where they would lie over each other, and every dash stays', () => {
    const close = [
      { value: 10, label: 'P10' },
      { value: 50, label: 'P50' },
      { value: 220, label: 'P90' },
    ];
    expect(spacedLabels(close, 500)).toEqual([
      { value: 220, label: 'P90' },
      { value: 50, label: 'P50 · P10' },
      { value: 10, label: '' },
    ]);
    expect(spacedLabels([], 1)).toEqual([]);
  });
});
