import type { Role } from '@/lib/contracts/fleet';
import { ownValue } from '@/lib/domain/own-value';

/** The colours of both themes. `app/globals.css` holds the same values for the rest of the page; a test keeps them equal. */
export interface Palette {
  bg: string;
  panel: string;
  raised: string;
  border: string;
  text1: string;
  text2: string;
  text3: string;
  accent: string;
  ok: string;
  watch: string;
  bad: string;
  unknown: string;
  champion: string;
  challenger: string;
  series: readonly [string, string, string, string, string, string, string, string];
}

export type ThemeName = 'dark' | 'light';

export const PALETTES: Readonly<Record<ThemeName, Palette>> = {
  dark: {
    bg: '#0b0e12',
    panel: '#12161b',
    raised: '#1a2027',
    border: '#2b333d',
    text1: '#e8ebef',
    text2: '#b3bcc6',
    text3: '#85909c',
    accent: '#6ab0ff',
    ok: '#4cc38a',
    watch: '#e9c46a',
    bad: '#ff6b70',
    unknown: '#93a0ad',
    champion: '#5ab4f0',
    challenger: '#f0923c',
    series: ['#5ab4f0', '#f0923c', '#56c7a7', '#d98ad9', '#c2c04a', '#8f9bff', '#e07a6a', '#9aa7b4'],
  },
  light: {
    bg: '#f6f7f9',
    panel: '#ffffff',
    raised: '#eef1f4',
    border: '#d5dbe2',
    text1: '#12171d',
    text2: '#46505b',
    text3: '#626d79',
    accent: '#0b62c4',
    ok: '#1c7c4e',
    watch: '#8a6100',
    bad: '#c2272d',
    unknown: '#5f6b77',
    champion: '#1670b8',
    challenger: '#ad5507',
    series: ['#1670b8', '#b75a08', '#16806a', '#9b3fa0', '#6d6a00', '#4c54c9', '#a8423a', '#5c6873'],
  },
};

/** FNV-1a, 32 bit: the same name has the same colour on every page and every machine. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash ^= name.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

export interface SeriesStyle {
  colour: string;
  /** ECharts line type: solid, dashed, or the lengths of strokes and gaps. */
  dash: 'solid' | 'dashed' | 'dotted' | number[];
  /** ECharts symbol of the series, its second cue beside the dash. */
  symbol: 'circle' | 'diamond' | 'none';
}

/** The first two series colours look like the roles', so that only roles have them. */
const FREE_COLOURS = [2, 3, 4, 5, 6, 7] as const;

/**
 * Look of a series by its name. Twelve looks (six colours, solid or dash-dotted): two names may share one, which is why
 * lines carry their names at their ends.
 */
export function seriesStyle(name: string, theme: ThemeName): SeriesStyle {
  const hash = hashOf(name);
  const index = FREE_COLOURS[hash % FREE_COLOURS.length] ?? 7;
  const dashed = Math.floor(hash / FREE_COLOURS.length) % 2 === 1;
  return { colour: PALETTES[theme].series[index], dash: dashed ? [8, 3, 2, 3] : 'solid', symbol: 'none' };
}

/** Look of a version: champion and challenger always the same two, every other by its name. */
export function versionStyle(version: string, role: Role, theme: ThemeName): SeriesStyle {
  if (role === 'champion') return { colour: PALETTES[theme].champion, dash: 'solid', symbol: 'circle' };
  if (role === 'challenger') return { colour: PALETTES[theme].challenger, dash: 'dashed', symbol: 'diamond' };
  return seriesStyle(version, theme);
}

/** Stages in the order a request passes them. */
export const STAGES: readonly string[] = ['feature_fetch', 'preprocess', 'infer', 'postprocess', 'other'];

const STAGE_COLOUR: Readonly<Record<string, 2 | 4 | 5 | 3 | 7>> = {
  feature_fetch: 2,
  preprocess: 4,
  infer: 5,
  postprocess: 3,
  other: 7,
};

/** Colour of a stage, the same in traces and stacked latency; an unknown stage has that of "other". */
export const stageColour = (stage: string, theme: ThemeName): string =>
  PALETTES[theme].series[ownValue(STAGE_COLOUR, stage) ?? 7];

const STAGE_NAME: Readonly<Record<string, string>> = {
  feature_fetch: 'feature fetch',
  preprocess: 'preprocess',
  infer: 'infer',
  postprocess: 'postprocess',
  other: 'other',
};

/** A stage as a person says it. */
export const stageName = (stage: string): string => ownValue(STAGE_NAME, stage) ?? stage;

/** `#rrggbb` at an opacity of 0 to 1, as ECharts and canvas read it. */
export function withAlpha(hex: string, alpha: number): string {
  const value = Number.parseInt(hex.slice(1), 16);
  return `rgba(${(value >> 16) & 255}, ${(value >> 8) & 255}, ${value & 255}, ${alpha})`;
}
