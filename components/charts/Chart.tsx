'use client';

import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { usePanelTools } from '@/components/ui/panel-tools';
import { TableView } from '@/components/ui/TableView';
import { PALETTES, type ThemeName } from '@/lib/charts/palette';
import type { ChartTable } from '@/lib/charts/table';
import { type ChartBox, listenBox } from './box';
import { crosshair } from './crosshair';
import { isDrag, toRange } from './drag';
import { useChartTheme } from './use-chart-theme';

export interface ChartProps {
  /** What the chart shows and what it says, in one sentence: its name for a screen reader. */
  label: string;
  /** The option for a theme, from lib/charts. */
  option: (theme: ThemeName) => EChartsCoreOption;
  /** The same numbers as rows. */
  table: () => ChartTable;
  height?: number;
  /** Given for charts over time: a dragged range. Such charts share their crosshair with the page. */
  onZoom?: (range: { startMs: number; endMs: number }) => void;
  /** Double click: the range before. */
  onBack?: () => void;
  /** Given for scatters: a box dragged over them, in the units of the axes. Not together with onZoom. */
  onBox?: (box: ChartBox) => void;
  /** A drawn item whose data holds an `href` was clicked. */
  onOpen?: (href: string) => void;
}

/** The only file touching an ECharts instance: it owns the instance, its size and its disposal, and decides nothing. */
export function Chart({ label, option, table, height = 220, onZoom, onBack, onBox, onOpen }: ChartProps) {
  const theme = useChartTheme();
  const host = useRef<HTMLDivElement>(null);
  const hair = useRef<HTMLDivElement>(null);
  const brush = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const frame = usePanelTools({
    table,
    hasTableView: true,
    png: () => chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: PALETTES[theme].panel }) ?? null,
  });
  const isTable = frame?.view === 'table';
  const isTime = onZoom !== undefined;
  const isBoxed = onBox !== undefined;
  const box = useRef<HTMLDivElement>(null);
  const drawn = isTable ? null : option(theme);
  const signature = drawn === null ? '' : signatureOf(drawn);
  const latest = useRef({ drawn, onZoom, onBack, onBox, onOpen });

  useEffect(() => {
    latest.current = { drawn, onZoom, onBack, onBox, onOpen };
  });

  // ECharts: an instance for as long as the element is on the page, of the element's size.
  useEffect(() => {
    const element = host.current;
    if (element === null || isTable) return;
    let instance: EChartsType | null = null;
    let isGone = false;
    const observer = new ResizeObserver(() => {
      if (instance !== null && element.clientWidth > 0) instance.resize();
    });
    void import('./echarts-parts').then(({ init }) => {
      if (isGone) return;
      instance = init(element, null, { renderer: 'canvas' });
      observer.observe(element);
      setChart(instance);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      setChart(null);
      instance?.dispose();
    };
  }, [isTable]);

  // ECharts: what it draws. The signature keeps a re-render that changes nothing from redrawing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the option
  useEffect(() => {
    const next = latest.current.drawn;
    if (chart !== null && !chart.isDisposed() && next !== null) chart.setOption(next, { notMerge: true });
  }, [chart, signature]);

  // ECharts and the page's pointer: clicks on items, shared crosshair, drag to zoom, double click back.
  useEffect(() => {
    if (chart === null || chart.isDisposed()) return;
    chart.on('click', (event) => {
      const href = hrefOf(event.data);
      if (href !== null) latest.current.onOpen?.(href);
    });
    if (isBoxed) return listenBox(chart, box.current, (dragged) => latest.current.onBox?.(dragged));
    if (!isTime) return;
    return listen(chart, { hair: hair.current, brush: brush.current }, () => latest.current);
  }, [chart, isTime, isBoxed]);

  if (isTable) return <TableView label={label} table={table()} height={height} />;
  return (
    <div className="relative" style={{ height: frame?.isExpanded ? '60vh' : height }}>
      <div ref={host} role="img" aria-label={label} className="absolute inset-0" />
      <div ref={hair} hidden className="pointer-events-none absolute top-2 bottom-6 w-px bg-t3" />
      <div ref={box} hidden className="pointer-events-none absolute border border-accent bg-accent/20" />
      <div
        ref={brush}
        hidden
        className="pointer-events-none absolute top-2 bottom-6 border-accent border-x bg-accent/20"
      />
    </div>
  );
}

/** Options hold a few functions; their source stands for them, their data for what they close over. */
const signatureOf = (option: EChartsCoreOption): string =>
  JSON.stringify(option, (_key, value: unknown) => (typeof value === 'function' ? String(value) : value));

const hrefOf = (data: unknown): string | null =>
  typeof data === 'object' && data !== null && 'href' in data && typeof data.href === 'string' ? data.href : null;

interface Overlays {
  hair: HTMLElement | null;
  brush: HTMLElement | null;
}

function listen(
  chart: EChartsType,
  overlays: Overlays,
  props: () => Pick<ChartProps, 'onZoom' | 'onBack'>,
): () => void {
  const { hair, brush } = overlays;
  const renderer = chart.getZr();
  let downX: number | null = null;
  const timeAt = (x: number): number => Number(chart.convertFromPixel({ xAxisIndex: 0 }, x));
  const isInside = (event: { offsetX: number; offsetY: number }): boolean =>
    chart.containPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);

  const onMove = (event: { offsetX: number; offsetY: number }) => {
    crosshair.point(isInside(event) ? timeAt(event.offsetX) : null);
    if (downX === null || brush === null) return;
    brush.hidden = !isDrag(downX, event.offsetX);
    brush.style.left = `${Math.min(downX, event.offsetX)}px`;
    brush.style.width = `${Math.abs(event.offsetX - downX)}px`;
  };
  const onDown = (event: { offsetX: number; offsetY: number }) => {
    downX = isInside(event) ? event.offsetX : null;
  };
  const onUp = (event: { offsetX: number }) => {
    if (downX !== null && isDrag(downX, event.offsetX)) props().onZoom?.(toRange(timeAt(downX), timeAt(event.offsetX)));
    stop();
  };
  const stop = () => {
    downX = null;
    if (brush !== null) brush.hidden = true;
  };
  const onOut = () => {
    crosshair.point(null);
    stop();
  };
  const onDouble = () => props().onBack?.();
  renderer.on('mousemove', onMove);
  renderer.on('mousedown', onDown);
  renderer.on('mouseup', onUp);
  renderer.on('globalout', onOut);
  renderer.on('dblclick', onDouble);
  const unsubscribe = crosshair.subscribe((atMs) => {
    if (hair === null || chart.isDisposed()) return;
    const x = atMs === null ? Number.NaN : Number(chart.convertToPixel({ xAxisIndex: 0 }, atMs));
    const isShown = Number.isFinite(x) && x >= 0 && x <= chart.getWidth();
    hair.hidden = !isShown;
    if (isShown) hair.style.left = `${x}px`;
  });
  return () => {
    unsubscribe();
    if (chart.isDisposed()) return;
    renderer.off('mousemove', onMove);
    renderer.off('mousedown', onDown);
    renderer.off('mouseup', onUp);
    renderer.off('globalout', onOut);
    renderer.off('dblclick', onDouble);
  };
}
