'use client';

import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { Button } from '@/components/ui/Button';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { withAlpha } from '@/lib/charts/palette';
import type { Trace, TraceFlame } from '@/lib/contracts/trace';
import { formatCount, formatMs, formatRatioPercent } from '@/lib/domain/format';
import { traceFlameQuery } from '@/lib/queries/trace';
import { orNameless, spanColour } from './span-colour';
import { useTraceView } from './use-trace-view';

const HEIGHT = 300;
/** The least a target may be high, and all of it is the box's: a touch between two rows would meet none. */
const ROW = 24;
/** Boxes narrower than this share of the picture are not drawn: nobody could read or press them. */
const NARROWEST = 0.0015;

/** Where the time of all spans went: spans of one place as one box, as wide as their own time and what they called. */
export function FlamePanel({ trace, onOpen }: { trace: Trace; onOpen: (span: string) => void }) {
  const [view] = useTraceView();
  const query = useQuery(traceFlameQuery({ traceId: trace.traceId, clock: view.clock }));
  return (
    <QueryPanel
      title="Flame graph"
      definition="spans of one place are one box; its width is their own time and that of all they called, in whatever order"
      query={query}
      height={HEIGHT}
      diagnosis={({ totalMs }) =>
        totalMs > 0
          ? null
          : { what: 'No span has a duration.', why: 'The flame graph is made of time; here is none.', action: null }
      }
    >
      {(flame) => <Flame flame={flame} hasStages={trace.stages.length > 0} onOpen={onOpen} />}
    </QueryPanel>
  );
}

function Flame({
  flame,
  hasStages,
  onOpen,
}: {
  flame: TraceFlame;
  hasStages: boolean;
  onOpen: (span: string) => void;
}) {
  const theme = useChartTheme();
  const [root, setRoot] = useState(-1);
  const boxes = useMemo(() => boxesOf(flame, root), [flame, root]);
  const depth = boxes.reduce((most, box) => Math.max(most, box.row), 0) + 1;
  const whole = root < 0 ? flame.totalMs : (flame.ms[root] ?? flame.totalMs);
  const list = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState(-1);
  // One stop of the Tab key, as thousands would be none; arrows go from box to box.
  const stop = boxes.some(({ place }) => place === active) ? active : boxes[0]?.place;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || stop === undefined) return;
    const next = boxBeside(flame, boxes, stop, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    list.current?.querySelector<HTMLElement>(`[data-place="${next}"]`)?.focus();
  };
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-2 text-small text-t2">
        {root < 0
          ? `All spans: ${formatMs(flame.totalMs)} of own time.`
          : `${nameOf(flame, root)}: ${formatMs(whole)}.`}
        {root < 0 ? null : (
          <>
            <Button look="quiet" onClick={() => setRoot(flame.parent[root] ?? -1)}>
              One level down
            </Button>
            <Button look="quiet" onClick={() => setRoot(-1)}>
              Show the whole
            </Button>
            <Button look="quiet" onClick={() => onOpen(flame.span[root] ?? '')}>
              Open its longest span
            </Button>
          </>
        )}
      </div>
      <div className="max-h-[68vh] overflow-y-auto overflow-x-hidden">
        <ul
          ref={list}
          aria-label="Boxes of the flame graph"
          className="keeps-colour relative"
          style={{ height: depth * ROW }}
          onKeyDown={onKeyDown}
        >
          {boxes.map(({ place, row, from, width }) => {
            const name = nameOf(flame, place);
            const ms = flame.ms[place] ?? 0;
            const count = flame.count[place] ?? 1;
            const visible = `${name}${count > 1 ? ` × ${formatCount(count)}` : ''}`;
            const text = `${visible}, ${orNameless(flame.services[flame.service[place] ?? -1] ?? '')}: ${formatMs(ms)} (${formatRatioPercent(ms / flame.totalMs)}), ${formatMs(flame.selfMs[place] ?? 0)} its own`;
            const colour = spanColour(
              {
                name: flame.names[flame.name[place] ?? -1] ?? '',
                service: flame.services[flame.service[place] ?? -1] ?? '',
              },
              { theme, hasStages },
            );
            return (
              <li
                key={place}
                className="absolute"
                style={{ left: `${from * 100}%`, width: `${width * 100}%`, top: row * ROW, height: ROW }}
              >
                <button
                  type="button"
                  data-place={place}
                  tabIndex={place === stop ? 0 : -1}
                  onFocus={() => setActive(place)}
                  title={text}
                  aria-label={text}
                  onClick={() =>
                    flame.ms.length === 1 || place === root ? onOpen(flame.span[place] ?? '') : setRoot(place)
                  }
                  className="block h-6 w-full truncate rounded-[3px] border-2 border-y-panel border-r-0 px-1 text-left text-axis text-t1 hover:brightness-125 focus-visible:z-10"
                  style={{ background: withAlpha(colour, 0.3), borderLeftColor: colour }}
                >
                  {width > 0.03 ? visible : ''}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
      {flame.cut === null ? null : <p className="mt-2 text-small text-t3">{flame.cut}</p>}
    </>
  );
}

const nameOf = (flame: TraceFlame, place: number): string => orNameless(flame.names[flame.name[place] ?? -1] ?? '');

interface Box {
  place: number;
  row: number;
  from: number;
  width: number;
}

/** The box an arrow key leads to: the one that called, the widest of those called, the neighbour in its row. */
function boxBeside(flame: TraceFlame, boxes: readonly Box[], place: number, key: string): number | undefined {
  const here = boxes.find((box) => box.place === place);
  if (here === undefined) return undefined;
  const row = boxes.filter((box) => box.row === here.row).sort((a, b) => a.from - b.from);
  const at = row.indexOf(here);
  switch (key) {
    case 'ArrowUp':
      return boxes.find((box) => box.place === flame.parent[place])?.place;
    case 'ArrowDown':
      return boxes.filter((box) => flame.parent[box.place] === place).sort((a, b) => b.width - a.width)[0]?.place;
    case 'ArrowLeft':
      return row[at - 1]?.place;
    case 'ArrowRight':
      return row[at + 1]?.place;
    default:
      return undefined;
  }
}

/** The boxes above `root` (−1: all), with their places as shares of its width. */
function boxesOf(flame: TraceFlame, root: number): Box[] {
  const from = root < 0 ? 0 : (flame.fromMs[root] ?? 0);
  const width = root < 0 ? flame.totalMs : (flame.ms[root] ?? 0);
  const bottom = root < 0 ? 0 : (flame.depth[root] ?? 0);
  const isWithin = new Uint8Array(flame.ms.length);
  const boxes: Box[] = [];
  for (const [place, ms] of flame.ms.entries()) {
    // Parents come before children, so one pass is enough.
    const parent = flame.parent[place] ?? -1;
    if (root < 0 || place === root || (parent >= 0 && isWithin[parent] === 1)) isWithin[place] = 1;
    if (isWithin[place] === 0 || width <= 0 || ms / width < NARROWEST) continue;
    boxes.push({
      place,
      row: (flame.depth[place] ?? 0) - bottom,
      from: ((flame.fromMs[place] ?? 0) - from) / width,
      width: ms / width,
    });
  }
  return boxes;
}
