import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatChange,
  formatCount,
  formatDuration,
  formatInstant,
  formatMs,
  formatNumber,
  formatOffset,
  formatPercentFigure,
  formatPoints,
  formatRange,
  formatRate,
  formatRatioPercent,
  formatTime,
  formatValue,
  NOT_MEASURED,
} from '@/lib/domain/format';

/** Thin spaces as plain ones, so that cases can be read. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers for people', () => {
  it.each([
    [271.4, '271'],
    [0.0625, '0.0625'],
    [1234.5, '1 230'],
    [0, '0'],
    [-0.001, '−0.001'],
    [-0, '0'],
    [99.96, '100'],
    [1e-15, '0'],
  ])('writes %d as %s', (value, text) => expect(plain(formatNumber(value))).toBe(text));

  it.each([
    [271.4, '271 ms'],
    [0, '0 ms'],
    [0.05, '50 µs'],
    [1234, '1.23 s'],
    [61_000, '61 s'],
    [720_000, '12 min'],
  ])('writes %d milliseconds as %s', (value, text) => expect(plain(formatMs(value))).toBe(text));

  it.each([
    [0.0187, '1.9'],
    [0.0063, '0.63'],
    [0.5, '50'],
    [0, '0'],
    [1, '100'],
    [0.9995, '99.95'],
    [0.99999, '99.999'],
    [0.991, '99.1'],
    [0.00004, '0.004'],
  ])('writes the ratio %d as %s percent', (value, text) => expect(formatPercentFigure(value)).toBe(text));

  it('never writes less than a whole as 100 percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.99, max: 0.999999, noNaN: true }), (ratio) => {
        expect(formatPercentFigure(ratio)).not.toBe('100');
      }),
    );
  });

  it('signs a change with a true minus and leaves zero unsigned', () => {
    expect(plain(formatChange(0.04))).toBe('+4 %');
    expect(plain(formatChange(-0.082))).toBe('−8 %');
    expect(plain(formatChange(0))).toBe('0 %');
    expect(plain(formatChange(0.004))).toBe('+0.4 %');
    expect(plain(formatChange(12))).toBe('13 ×');
    expect(formatPoints(0.013)).toBe('+1.3 points');
    expect(formatPoints(-0.01)).toBe('−1 point');
  });

  it('keeps every digit of a count', () => {
    expect(plain(formatCount(1_136_005))).toBe('1 136 005');
    expect(formatCount(999)).toBe('999');
  });

  it('says "not measured" for null and for what is not finite, in every unit', () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const unit of ['ms', 'ratio', 'rate', 'count', 'number'] as const) {
        expect(formatValue(value, unit)).toBe(NOT_MEASURED);
      }
    }
    expect(formatRate(142)).toBe('142\u202f/s');
    expect(formatRatioPercent(0.019)).toBe('1.9\u202f%');
  });

  it('writes a number back within half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
        const back = Number(plain(formatNumber(value)).replaceAll(' ', ''));
        expect(Math.abs(back - value) / value).toBeLessThanOrEqual(0.00501);
      }),
    );
  });
});

describe('times for people', () => {
  const AT = Date.UTC(2026, 10, 21, 14, 2, 5);

  it.each([
    [250, '250 ms'],
    [45_000, '45 s'],
    [312_000, '5 min 12 s'],
    [720_000, '12 min'],
    [30 * 3_600_000, '30 h'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
    [-60_000, '−1 min'],
  ])('writes %d ms long as %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text));

  it('writes instants in UTC and in a named zone, across its change of clocks', () => {
    expect(formatInstant(AT, 'UTC')).toBe('2026-11-21 14:02:05 UTC');
    expect(formatTime(AT, 'Europe/Berlin')).toBe('15:02');
    expect(formatTime(Date.UTC(2026, 6, 1, 12), 'Europe/Berlin')).toBe('14:00');
    expect(formatTime(Date.UTC(2026, 6, 1, 0), 'UTC')).toBe('00:00');
    expect(formatInstant(9e15, 'UTC')).toBe(NOT_MEASURED);
  });

  it('says a day once in a range of one day', () => {
    expect(formatRange(AT - 3_600_000, AT, 'UTC')).toBe('2026-11-21 13:02–14:02 UTC');
    expect(formatRange(AT - 86_400_000, AT, 'UTC')).toBe('2026-11-20 14:02–2026-11-21 14:02 UTC');
  });

  it('tells the past from the future', () => {
    expect(plain(formatAge(AT - 720_000, AT))).toBe('12 min ago');
    expect(plain(formatAge(AT + 3 * 3_600_000, AT))).toBe('in 3 h');
    expect(formatAge(AT, AT)).toBe('now');
  });

  it('writes where an instant lies beside another', () => {
    expect(plain(formatOffset(AT - 720_000, AT))).toBe('12 min before');
    expect(plain(formatOffset(AT + 3_000, AT))).toBe('3 s after');
    expect(formatOffset(AT - 999, AT)).toBe('at the same time');
  });
});
