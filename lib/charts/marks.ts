import type { ChangeEvent } from '@/lib/contracts/event';
import { AXIS_FONT_SIZE, type ChartFrame } from './frame';
import { PALETTES } from './palette';

/** What is drawn across a chart over time, besides its series. */
export interface Marks {
  thresholds?: readonly { value: number; label: string }[];
  events?: readonly Pick<ChangeEvent, 'atMs' | 'kind'>[];
}

/** A series of marks alone: thresholds as labelled dashes, events as dotted verticals; their words stand in the rail. */
export function markLines({ thresholds = [], events = [] }: Marks, { theme, range }: ChartFrame) {
  const colours = PALETTES[theme];
  const inRange = events.filter(({ atMs }) => atMs >= range.startMs && atMs <= range.endMs);
  return {
    type: 'line' as const,
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      data: [
        ...thresholds.map(({ value, label }) => ({
          yAxis: value,
          lineStyle: { color: colours.text3, type: 'dashed' as const, width: 1 },
          label: {
            formatter: label,
            position: 'insideStartTop' as const,
            color: colours.text3,
            fontSize: AXIS_FONT_SIZE,
          },
        })),
        ...inRange.map(({ atMs, kind }) => ({
          xAxis: atMs,
          lineStyle: { color: kind === 'alert' ? colours.bad : colours.text3, type: 'dotted' as const, width: 1 },
          label: { show: false },
        })),
      ],
    },
  };
}
