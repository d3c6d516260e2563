import { memo } from 'react';
import { stripStep } from '@/lib/charts/heat-strip';
import { heatColours } from '@/lib/charts/heatmap';
import { PALETTES, type ThemeName } from '@/lib/charts/palette';
import type { DriftHeat } from '@/lib/contracts/drift';
import { onsetWords } from '@/lib/domain/drift-answer';

export type HeatRow = DriftHeat['rows'][number];

const STRIP_WIDTH = 144;
const HEIGHT = 18;

/** What the strips of a table share. */
export interface HeatGrid {
  startMs: number;
  windowMs: number;
  windows: number;
  theme: ThemeName;
  /** IANA name, or undefined for the reader's own. */
  zone: string | undefined;
}

/** Colours of the steps in a theme, from nothing to the most; made once, not for each of a thousand rows. */
const COLOURS: Readonly<Record<ThemeName, readonly string[]>> = {
  dark: [PALETTES.dark.raised, ...heatColours('dark')],
  light: [PALETTES.light.raised, ...heatColours('light')],
};

/** Cells of one colour as one path: a row is a few elements, however many windows it has. */
function pathsOf(row: HeatRow, { windows, theme }: HeatGrid): Map<string, string> {
  const width = STRIP_WIDTH / Math.max(1, windows);
  const cell = Math.max(1, width - 1).toFixed(1);
  const paths = new Map<string, string>();
  for (const [i, psi] of row.psi.entries()) {
    const step = stripStep(psi, row.state[i] ?? 'not-measured');
    // Where nothing can be said, a dash stands in the cell's middle.
    const colour = step === null ? PALETTES[theme].text3 : (COLOURS[theme][step] ?? PALETTES[theme].accent);
    const x = i * width;
    const shape =
      step === null
        ? `M${(x + width / 2 - 1.5).toFixed(1)} ${HEIGHT / 2 - 0.5}h3v1h-3z`
        : `M${x.toFixed(1)} 2h${cell}v${HEIGHT - 4}h-${cell}z`;
    paths.set(colour, (paths.get(colour) ?? '') + shape);
  }
  return paths;
}

function labelOf({ feature, began, state }: HeatRow, { startMs, windowMs, windows, zone }: HeatGrid): string {
  if (began !== null)
    return `${feature} over time: moved since ${onsetWords(began, { zone, endMs: startMs + windows * windowMs })}`;
  const moved = state.filter((one) => one === 'drifted' || one === 'watch').length;
  return `${feature} over time: ${moved === 0 ? 'no window moved' : `${moved} of ${windows} windows moved, not any more`}`;
}

/**
 * One feature over time: a cell a window, darker the further it moved beyond noise, a dash where nothing can be said, and
 * a tick where a drift that goes on began.
 */
export const HeatStrip = memo(function HeatStrip({ row, grid }: { row: HeatRow; grid: HeatGrid }) {
  const onset = row.began === null ? null : Math.round((row.began.sinceMs - grid.startMs) / grid.windowMs);
  const x = onset === null ? 0 : (onset * STRIP_WIDTH) / Math.max(1, grid.windows) - 0.5;
  return (
    <svg role="img" aria-label={labelOf(row, grid)} width={STRIP_WIDTH} height={HEIGHT} className="keeps-colour block">
      {[...pathsOf(row, grid)].map(([colour, path]) => (
        <path key={colour} d={path} fill={colour} />
      ))}
      {onset === null ? null : (
        <path d={`M${x} 0V${HEIGHT}M${x} 0h5`} stroke={PALETTES[grid.theme].text1} strokeWidth={1.25} fill="none" />
      )}
    </svg>
  );
});
