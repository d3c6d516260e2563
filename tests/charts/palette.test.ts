import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hexToOklch, hueRamp, oklchToHex } from '@/lib/charts/oklch';
import { PALETTES, type Palette, seriesStyle, type ThemeName, versionStyle } from '@/lib/charts/palette';

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8');

function variables(theme: ThemeName): Record<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]));
}

const expected = ({ series, text1, text2, text3, ...rest }: Palette): Record<string, string> => ({
  ...rest,
  'text-1': text1,
  'text-2': text2,
  'text-3': text3,
  ...Object.fromEntries(series.map((colour, i) => [`series-${i + 1}`, colour])),
});

function luminance(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r = 0, g = 0, b = 0] = [16, 8, 0]
    .map((shift) => ((value >> shift) & 255) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const palette = PALETTES[theme];

  it('is the same on canvas as in the style sheet', () => {
    expect(variables(theme)).toMatchObject(expected(palette));
  });

  it('reads: text of every level and status has 4.5 : 1 on a panel and on what is raised', () => {
    for (const colour of [
      palette.text1,
      palette.text2,
      palette.text3,
      palette.accent,
      palette.ok,
      palette.watch,
      palette.bad,
      palette.unknown,
    ]) {
      expect(contrast(colour, palette.panel)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour, palette.raised)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('draws: every series has 3 : 1 on a panel', () => {
    for (const colour of palette.series) expect(contrast(colour, palette.panel)).toBeGreaterThanOrEqual(3);
  });

  it('keeps the colours of champion and challenger for them, with dash and mark as second cues', () => {
    const champion = versionStyle('2.3.0', 'champion', theme);
    const challenger = versionStyle('2.4.0', 'challenger', theme);
    expect(champion).toEqual({ colour: palette.champion, dash: 'solid', symbol: 'circle' });
    expect(challenger).toEqual({ colour: palette.challenger, dash: 'dashed', symbol: 'diamond' });
    for (let i = 0; i < 300; i++) {
      const { colour } = seriesStyle(`series ${i}`, theme);
      expect([palette.champion, palette.challenger, palette.series[0], palette.series[1]]).not.toContain(colour);
    }
  });

  it('gives a name its look whatever stands beside it, and uses all there are', () => {
    const looks = Array.from({ length: 300 }, (_, i) => JSON.stringify(seriesStyle(`model-${i}`, theme)));
    expect(JSON.stringify(seriesStyle('model-7', theme))).toBe(looks[7]);
    expect(new Set(looks).size).toBe(12);
  });

  it('ramps from panel to accent with each step further from the panel', () => {
    const ramp = hueRamp(palette.panel, palette.accent, 7);
    expect(ramp).toHaveLength(7);
    expect(ramp.at(-1)).toBe(palette.accent);
    const distances = ramp.map((colour) => Math.abs(hexToOklch(colour).l - hexToOklch(palette.panel).l));
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
  });
});

describe('OKLCH', () => {
  it('has the published lightness of white and of sRGB red (Ottosson 2020)', () => {
    expect(hexToOklch('#ffffff').l).toBeCloseTo(1, 4);
    expect(hexToOklch('#ff0000').l).toBeCloseTo(0.62796, 4);
    expect(hexToOklch('#ff0000').c).toBeCloseTo(0.25768, 4);
  });

  it('gives back the colour it was given', () => {
    for (const hex of ['#000000', '#12161b', '#6ab0ff', '#ad5507', '#ffffff'])
      expect(oklchToHex(hexToOklch(hex))).toBe(hex);
  });
});
