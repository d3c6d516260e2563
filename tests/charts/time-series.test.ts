import { describe, expect, it } from 'vitest';
import { escapeHtml, tooltipRow } from '@/lib/charts/frame';
import {
  cappedNote,
  describeSeries,
  drawnSeries,
  MAX_SERIES,
  type TimeSeriesInput,
  timeSeriesOption,
  timeSeriesTable,
} from '@/lib/charts/time-series';

const START = Date.UTC(2026, 10, 21, 13);
const STEP = 60_000;
const frame = { theme: 'dark' as const, zone: 'UTC', range: { startMs: START, endMs: START + 4 * STEP } };

const input = (values: Record<string, (number | null)[]>, more: Partial<TimeSeriesInput> = {}): TimeSeriesInput => ({
  set: {
    startMs: START,
    stepMs: STEP,
    series: Object.entries(values).map(([version, each]) => ({ labels: { version }, values: each })),
  },
  nameOf: (labels) => labels.version ?? '',
  unit: 'ms',
  ...more,
});

interface DrawnLine {
  type: string;
  name?: string;
  connectNulls?: boolean;
  lineStyle: { type: string; opacity?: number };
  data: { value: [number, number | null]; symbol?: string }[];
  endLabel?: { align?: string; offset: [number, number] };
}

const linesOf = (option: ReturnType<typeof timeSeriesOption>, name: string): DrawnLine[] =>
  (option.series as DrawnLine[]).filter((series) => series.name === name);

describe('lines over time', () => {
  it('leaves a gap where nothing was measured', () => {
    const [line] = linesOf(timeSeriesOption(input({ a: [1, null, 3, 4, 5] }), frame), 'a');
    expect(line?.connectNulls).toBe(false);
    expect(line?.data.map(({ value }) => value[1])).toEqual([1, null, 3, 4, 5]);
  });

  it('shows a point between two gaps, which has no line, as a dot', () => {
    const [line] = linesOf(timeSeriesOption(input({ a: [1, 2, null, 3, null] }), frame), 'a');
    expect(line?.data.map(({ symbol }) => symbol)).toEqual([undefined, undefined, undefined, 'circle', undefined]);
  });

  it('draws what is still filling pale and dotted, joined to the settled line', () => {
    const option = timeSeriesOption(input({ a: [1, 2, 3, 4, 5] }, { fillingFromMs: START + 4 * STEP }), frame);
    const [settled, filling] = linesOf(option, 'a');
    expect(settled?.data).toHaveLength(4);
    expect(filling?.data.map(({ value }) => value[1])).toEqual([4, 5]);
    expect(filling?.lineStyle).toMatchObject({ type: 'dotted', opacity: 0.6 });
  });

  it('names a line that ends in the midst of the plot over itself, not over the one that goes on there', () => {
    const option = timeSeriesOption(input({ before: [5, 5, null, null, null], after: [null, 5, 5, 5, 5] }), frame);
    const [before, after] = [linesOf(option, 'before')[0]?.endLabel, linesOf(option, 'after')[0]?.endLabel];
    expect(before).toMatchObject({ align: 'right' });
    expect(before?.offset[1]).toBeLessThan(0);
    expect(after?.align).toBeUndefined();
    expect(after?.offset).toEqual([0, 0]);
  });

  it('caps the series at those with the highest peaks, and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 214 }, (_, i) => [`v${i}`, [i, null]]));
    const drawn = drawnSeries(input(many), 'dark');
    expect(drawn).toHaveLength(MAX_SERIES);
    expect(drawn.map(({ name }) => name)).toContain('v213');
    expect(cappedNote(input(many).set)).toBe('20 of 214 series, those with the highest peaks');
    expect(cappedNote(input({ a: [1] }).set)).toBeNull();
  });

  it('starts at zero for shares and rates, and not for latency', () => {
    expect(timeSeriesOption(input({ a: [1] }, { unit: 'ratio' }), frame).yAxis).toMatchObject({ min: 0 });
    expect(timeSeriesOption(input({ a: [1] }), frame).yAxis).toMatchObject({ scale: true });
  });

  it('covers the range asked, not the range measured', () => {
    expect(timeSeriesOption(input({ a: [1] }), frame).xAxis).toMatchObject({ min: START, max: START + 4 * STEP });
    expect(timeSeriesOption(input({}), frame).series).toBeDefined();
  });

  it('writes telemetry into tooltips as text', () => {
    expect(escapeHtml(`<img src=x onerror="a('&')">`)).toBe('&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;');
    const option = timeSeriesOption(input({ '<b>x</b>': [1, 2] }), frame);
    const tooltip = option.tooltip as { formatter: (params: unknown) => string };
    const html = tooltip.formatter([{ axisValue: START + STEP }]);
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(html).not.toContain('<b>');
    expect(html).toContain('2026-11-21 13:01:00 UTC');
    expect(tooltipRow('#fff', false, 'a', 'b')).not.toContain('style=');
  });

  it('makes an exemplar a link only where its trace can be opened', () => {
    const exemplars = [
      { atMs: START, value: 1, label: 'a', href: '/traces/a' },
      { atMs: START, value: 2, label: 'b', href: null },
    ];
    const series = timeSeriesOption(input({ a: [1] }, { exemplars }), frame).series as {
      type: string;
      data: object[];
    }[];
    const dots = series.find(({ type }) => type === 'scatter')?.data ?? [];
    expect(dots[0]).toHaveProperty('href', '/traces/a');
    expect(dots[1]).not.toHaveProperty('href');
  });
});

describe('the table behind the lines', () => {
  it('holds every point with its instant, null where not measured, shares as percent', () => {
    expect(timeSeriesTable(input({ a: [0.5, null] }, { unit: 'ratio' }), 'UTC')).toEqual({
      columns: [
        { label: 'Time', numeric: false },
        { label: 'a %', numeric: true },
      ],
      rows: [
        ['2026-11-21 13:00:00 UTC', 50],
        ['2026-11-21 13:01:00 UTC', null],
      ],
    });
  });

  it('is said in a sentence', () => {
    const text = describeSeries('P95', input({ a: [100, 271, null], b: [null, null, null] })).replaceAll('\u202f', ' ');
    expect(text).toBe('P95: a last 271 ms, between 100 ms and 271 ms; b not measured');
    expect(describeSeries('P95', input({}))).toBe('P95: nothing measured');
  });
});
