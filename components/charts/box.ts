import type { EChartsType } from 'echarts/core';

/** A dragged box in the units of the axes, each from the smaller to the larger. */
export interface ChartBox {
  x: { from: number; to: number };
  y: { from: number; to: number };
}

/** Pixels a pointer moves before a press is a box. */
const SLOP_PX = 5;

interface Pointed {
  offsetX: number;
  offsetY: number;
}

/** Lets the pointer draw a box over the chart's grid; what is drawn outside is cut at its edge. Returns what ends it. */
export function listenBox(chart: EChartsType, overlay: HTMLElement | null, onBox: (box: ChartBox) => void): () => void {
  const renderer = chart.getZr();
  let down: Pointed | null = null;
  const isInside = ({ offsetX, offsetY }: Pointed): boolean => chart.containPixel({ gridIndex: 0 }, [offsetX, offsetY]);
  const isDrag = (to: Pointed): boolean =>
    down !== null && Math.abs(to.offsetX - down.offsetX) > SLOP_PX && Math.abs(to.offsetY - down.offsetY) > SLOP_PX;
  const valueAt = (axis: 'xAxisIndex' | 'yAxisIndex', pixel: number): number =>
    Number(chart.convertFromPixel({ [axis]: 0 }, pixel));
  const span = (a: number, b: number) => ({ from: Math.min(a, b), to: Math.max(a, b) });
  const stop = () => {
    down = null;
    if (overlay !== null) overlay.hidden = true;
  };
  const onDown = (event: Pointed) => {
    down = isInside(event) ? { offsetX: event.offsetX, offsetY: event.offsetY } : null;
  };
  const onMove = (event: Pointed) => {
    if (down === null || overlay === null) return;
    overlay.hidden = !isDrag(event);
    overlay.style.left = `${Math.min(down.offsetX, event.offsetX)}px`;
    overlay.style.top = `${Math.min(down.offsetY, event.offsetY)}px`;
    overlay.style.width = `${Math.abs(event.offsetX - down.offsetX)}px`;
    overlay.style.height = `${Math.abs(event.offsetY - down.offsetY)}px`;
  };
  const onUp = (event: Pointed) => {
    if (down !== null && isDrag(event)) {
      onBox({
        x: span(valueAt('xAxisIndex', down.offsetX), valueAt('xAxisIndex', event.offsetX)),
        y: span(valueAt('yAxisIndex', down.offsetY), valueAt('yAxisIndex', event.offsetY)),
      });
    }
    stop();
  };
  renderer.on('mousedown', onDown);
  renderer.on('mousemove', onMove);
  renderer.on('mouseup', onUp);
  renderer.on('globalout', stop);
  return () => {
    stop();
    if (chart.isDisposed()) return;
    renderer.off('mousedown', onDown);
    renderer.off('mousemove', onMove);
    renderer.off('mouseup', onUp);
    renderer.off('globalout', stop);
  };
}
