// biome-ignore-all lint/a11y/useSemanticElements: rows of a virtual grid are placed by hand, which a table's are not
'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { Button } from '@/components/ui/Button';
import { Skeleton } from '@/components/ui/Skeleton';
import { useShortcut } from '@/components/ui/shortcuts';
import type { Trace, TraceGrouping } from '@/lib/contracts/trace';
import { MAX_TOGGLED } from '@/lib/contracts/trace-choices';
import { formatMs } from '@/lib/domain/format';
import { toApiError } from '@/lib/queries/api';
import { type Axis, placeOf, ticksOf } from './axis';
import { PAGE_ROWS, type WaterfallRowText } from './row-window';
import { useRows } from './use-rows';
import { useTraceView } from './use-trace-view';
import { ROW_HEIGHT, WATERFALL_COLUMNS, WaterfallRow } from './WaterfallRow';

const HEIGHT = 'min(68vh, 900px)';
const OVERSCAN = 12;
const NO_TICKS: readonly number[] = [];

/** The span to bring into sight; `nth` grows with each ask, so that the same span can be asked for again. */
export interface Jump {
  span: string;
  nth: number;
}

/** The rows' settings that a link does not carry: which rows were opened and closed by hand, and how deep is open. */
export interface Folds {
  toggled: readonly string[];
  level: number | null;
}

export interface WaterfallProps {
  trace: Trace;
  axis: Axis;
  group: TraceGrouping;
  folds: Folds;
  onFold: (folds: Folds) => void;
  jump: Jump | null;
  /** Instants of log lines by span. */
  ticks: ReadonlyMap<string, readonly number[]>;
  /** Instants of log lines that name no span. */
  looseTicks: readonly number[];
  onOpen: (span: string) => void;
  onShown: (shown: {
    spansShown: number;
    why: readonly string[];
    found: readonly string[] | null;
    total: number;
  }) => void;
}

/** The rows of a trace, only those on the screen: a grid with one focus, keys j k ← → Enter. */
export function Waterfall(props: WaterfallProps) {
  const { trace, axis, group, folds, onFold, jump, ticks, looseTicks, onOpen, onShown } = props;
  const [view] = useTraceView();
  const theme = useChartTheme();
  const hasStages = trace.stages.length > 0;
  const colours = useMemo(() => ({ theme, hasStages }), [theme, hasStages]);
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const rows = useRows(
    {
      traceId: trace.traceId,
      clock: view.clock,
      group,
      only: view.only,
      toggled: folds.toggled,
      level: folds.level,
      find: view.find,
      focus: jump?.span ?? null,
    },
    range.first,
    range.last,
  );
  const total = rows.head?.total ?? 0;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    onChange: (instance) => {
      const items = instance.getVirtualItems();
      // By windows: a step of the scroll within one asks nothing and draws nothing anew.
      const first = Math.floor((items[0]?.index ?? 0) / PAGE_ROWS) * PAGE_ROWS;
      const last = Math.floor((items.at(-1)?.index ?? 0) / PAGE_ROWS) * PAGE_ROWS;
      setRange((before) => (before.first === first && before.last === last ? before : { first, last }));
    },
  });
  const { head } = rows;
  // The panel around says how much is shown: it learns it from the rows.
  useEffect(() => {
    if (head === undefined) return;
    onShown({
      spansShown: head.spansShown,
      why: head.hiddenWhy,
      found: head.find?.spans ?? null,
      total: head.find?.total ?? 0,
    });
  }, [head, onShown]);

  const { focusRow } = rows;
  const jumped = useRef(-1);
  // The scroll position is the browser's: a jump moves it once its row is known.
  useEffect(() => {
    if (jump === null || focusRow === null || jumped.current === jump.nth) return;
    jumped.current = jump.nth;
    setActive(focusRow);
    virtual.scrollToIndex(focusRow, { align: 'center' });
  }, [jump, focusRow, virtual]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    setActive(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  const toggle = useCallback(
    (key: string) => {
      const toggled = folds.toggled.includes(key)
        ? folds.toggled.filter((one) => one !== key)
        : [...folds.toggled, key].slice(-MAX_TOGGLED);
      onFold({ ...folds, toggled });
    },
    [folds, onFold],
  );
  const at = rows.at;
  const open = (place: number) => {
    setActive(place);
    const row = at(place);
    if (row === null) return;
    if (row.count > 1) toggle(row.key);
    else onOpen(row.span);
  };
  const latestOpen = useRef(open);
  useEffect(() => {
    latestOpen.current = open;
  });
  const openRow = useCallback((place: number) => latestOpen.current(place), []);
  const fold = (wanted: boolean) => {
    const row = at(active);
    if (row?.hasRows && row.isOpen !== wanted) toggle(row.key);
    else if (!wanted && row !== null) move(parentPlace(at, active, row));
    else if (wanted && row?.isOpen) move(active + 1);
  };
  useShortcut({ keys: 'j', label: 'Next row', group: 'Page', run: () => move(active + 1) });
  useShortcut({ keys: 'k', label: 'Previous row', group: 'Page', run: () => move(active - 1) });

  const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 600) / ROW_HEIGHT) - 2);
  const placeAfter = (key: string): number | null => {
    switch (key) {
      case 'ArrowDown':
        return active + 1;
      case 'ArrowUp':
        return active - 1;
      case 'PageDown':
        return active + page;
      case 'PageUp':
        return active - page;
      case 'Home':
        return 0;
      case 'End':
        return total - 1;
      default:
        return null;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = placeAfter(event.key);
    if (to !== null) move(to);
    else if (event.key === 'ArrowLeft') fold(false);
    else if (event.key === 'ArrowRight') fold(true);
    else if (event.key === 'Enter') open(active);
    else return;
    event.preventDefault();
  };

  if (head === undefined) {
    return rows.error === null ? (
      <Skeleton height={420} />
    ) : (
      <div role="alert" className="grid justify-items-start gap-2 text-body text-t2">
        {toApiError(rows.error).message}
        <Button onClick={rows.retry}>Ask again</Button>
      </div>
    );
  }
  return (
    <div className="-mx-3">
      <AxisLine axis={axis} logs={looseTicks} />
      <div
        ref={frame}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={total}
        aria-activedescendant={total === 0 ? undefined : `${id}-${active}`}
        aria-busy={rows.isFetching}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="overflow-y-auto overflow-x-hidden px-3 focus-visible:-outline-offset-2"
        style={{ maxHeight: HEIGHT }}
      >
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = at(item.index);
            return (
              <div
                key={item.key}
                role="presentation"
                className="absolute inset-x-0 top-0"
                style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
              >
                <WaterfallRow
                  id={`${id}-${item.index}`}
                  place={item.index}
                  row={row}
                  axis={axis}
                  colours={colours}
                  isActive={item.index === active}
                  isSelected={row !== null && row.span === view.span}
                  logs={(row !== null && ticks.get(row.span)) || NO_TICKS}
                  onToggle={toggle}
                  onOpen={openRow}
                />
              </div>
            );
          })}
        </div>
      </div>
      {total === 0 ? <p className="px-3 py-4 text-body text-t2">No span is left by this choice of rows.</p> : null}
    </div>
  );
}

/** The row above that this one lies beneath, among the rows at hand. */
function parentPlace(at: (place: number) => WaterfallRowText | null, place: number, row: WaterfallRowText): number {
  for (let above = place - 1; above >= 0; above -= 1) {
    const candidate = at(above);
    if (candidate === null) return place;
    if (candidate.depth < row.depth) return above;
  }
  return place;
}

/** Instants along the top of the bars, and the log lines that belong to no row. */
function AxisLine({ axis, logs }: { axis: Axis; logs: readonly number[] }) {
  return (
    <div aria-hidden className={`${WATERFALL_COLUMNS} px-3 pb-1 text-axis text-t3 max-sm:hidden`}>
      <span />
      <span className="relative h-4">
        {ticksOf(axis).map(({ ms, text }) => {
          const place = placeOf(axis, ms);
          return place > 0.94 ? null : (
            <span
              key={ms}
              className="absolute whitespace-nowrap border-line border-l pl-1"
              style={{ left: `${place * 100}%` }}
            >
              {text}
            </span>
          );
        })}
        {logs.map((ms, index) => {
          const place = placeOf(axis, ms);
          return place < 0 || place > 1 ? null : (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: ticks have no identity but their order
              key={index}
              title="a log line that names no span"
              className="keeps-colour absolute -bottom-1 size-[5px] -translate-x-1/2 rounded-full bg-accent"
              style={{ left: `${place * 100}%` }}
            />
          );
        })}
      </span>
      <span className="pr-2 text-right" title="Duration">
        {formatMs(axis.toMs - axis.fromMs)}
      </span>
    </div>
  );
}
