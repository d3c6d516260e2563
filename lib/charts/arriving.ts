import { AXIS_FONT_SIZE, type ChartFrame, FONT } from './frame';
import { PALETTES, withAlpha } from './palette';

/** A time from which labels are not all there, and what is said of it. */
export interface Arriving {
  fromMs: number;
  /** "labels still arriving", "no labels". */
  words: string;
}

/** The time without all of its labels as a pale area with its words: what is drawn there may still change. */
export function arrivingArea({ fromMs, words }: Arriving, { theme, range }: ChartFrame) {
  const colours = PALETTES[theme];
  return {
    type: 'line' as const,
    data: [],
    silent: true,
    markArea: {
      silent: true,
      itemStyle: {
        color: withAlpha(colours.unknown, 0.1),
        borderColor: colours.text3,
        borderWidth: 1,
        borderType: 'dotted' as const,
      },
      label: {
        show: true,
        position: 'insideTop' as const,
        color: colours.text3,
        fontSize: AXIS_FONT_SIZE,
        fontFamily: FONT,
      },
      data: [[{ name: words, xAxis: Math.max(fromMs, range.startMs) }, { xAxis: range.endMs }]] as [
        { name: string; xAxis: number },
        { xAxis: number },
      ][],
    },
  };
}
