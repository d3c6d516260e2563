'use client';

import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { Button } from '@/components/ui/Button';
import type { Trace } from '@/lib/contracts/trace';
import { formatMs } from '@/lib/domain/format';
import type { Zoom } from './use-trace-view';

const HEIGHT = 40;
/** A drag shorter than this is a press, and shows the whole again. */
const SHORTEST_DRAG = 0.004;

/** Running spans over the whole trace, failed ones marked; a drag zooms the axis of the waterfall. */
export function Minimap({
  trace,
  zoom,
  onZoom,
}: {
  trace: Pick<Trace, 'minimap' | 'durationMs'>;
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const { active, errors } = trace.minimap;
  const shape = useMemo(() => areaOf(active), [active]);
  const failed = useMemo(() => bandOf(errors), [errors]);
  const placeOf = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const shown =
    drag !== null
      ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
      : zoom === null || trace.durationMs <= 0
        ? null
        : { from: zoom.fromMs / trace.durationMs, to: Math.min(1, zoom.toMs / trace.durationMs) };
  const end = () => {
    if (drag === null) return;
    setDrag(null);
    const from = Math.min(drag.from, drag.to);
    const to = Math.max(drag.from, drag.to);
    onZoom(to - from < SHORTEST_DRAG ? null : { fromMs: from * trace.durationMs, toMs: to * trace.durationMs });
  };
  return (
    <div className="grid gap-1">
      <div
        ref={frame}
        role="img"
        aria-label={`Running spans over ${formatMs(trace.durationMs)}, at most ${Math.max(0, ...active)} at once. Drag to zoom the axis.`}
        className="keeps-colour relative cursor-crosshair touch-pan-y select-none overflow-hidden rounded-sm bg-raised"
        style={{ height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture?.(event.pointerId);
          const at = placeOf(event);
          setDrag({ from: at, to: at });
        }}
        onPointerMove={(event) => {
          if (drag !== null) setDrag({ ...drag, to: placeOf(event) });
        }}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      >
        <svg
          viewBox={`0 0 ${Math.max(1, active.length)} 1`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full"
          aria-hidden
        >
          <path d={shape} fill="var(--series-8)" fillOpacity={0.55} />
          <path d={failed} fill="var(--bad)" />
        </svg>
        {shown === null ? null : (
          <>
            <span
              aria-hidden
              className="absolute inset-y-0 left-0 bg-bg/70"
              style={{ width: `${shown.from * 100}%` }}
            />
            <span aria-hidden className="absolute inset-y-0 right-0 bg-bg/70" style={{ left: `${shown.to * 100}%` }} />
          </>
        )}
      </div>
      {zoom === null ? null : (
        <p className="flex items-center gap-2 text-small text-t2">
          {formatMs(zoom.fromMs)} to {formatMs(Math.min(zoom.toMs, trace.durationMs))} of {formatMs(trace.durationMs)}
          <Button look="quiet" onClick={() => onZoom(null)}>
            Show the whole
          </Button>
        </p>
      )}
    </div>
  );
}

/** Steps of the counts as an area from 0 to 1 high; the square root, so that one span is seen beside a thousand. */
function areaOf(counts: readonly number[]): string {
  const most = Math.sqrt(Math.max(1, ...counts));
  const points = counts.flatMap((count, bin) => {
    const y = (1 - (Math.sqrt(count) / most) * 0.92).toFixed(3);
    return [`L${bin} ${y}`, `L${bin + 1} ${y}`];
  });
  return `M0 1 ${points.join(' ')} L${counts.length} 1 Z`;
}

/** A band along the bottom wherever a failed span runs. */
const bandOf = (counts: readonly number[]): string =>
  counts.map((count, bin) => (count > 0 ? `M${bin} 1 V0.86 H${bin + 1.02} V1 Z` : '')).join('');
