import { describe, expect, it } from 'vitest';
import { valueFigure } from '@/components/compare/figures';

describe('the values of two sides', () => {
  it.each([
    [0.886, 0.009, '88.6'],
    [0.895, 0.009, '89.5'],
    [0.89, 0.05, '89'],
    [0.89, 0, '89'],
    [0.89, null, '89'],
    [0.9995, 0.0005, '99.95'],
    [0.019, 0.004, '1.9'],
    [null, 0.009, '–'],
  ])('%s beside a difference of %s reads %s', (value, difference, text) => {
    expect(valueFigure(value, { unit: 'ratio', difference }, false)).toBe(text);
  });
});
