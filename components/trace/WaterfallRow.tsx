// biome-ignore-all lint/a11y/useSemanticElements: rows of a virtual grid are placed by hand, which a table's are not
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
'use client';

import { clsx } from 'clsx';
import { ChevronDown, ChevronRight, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { StatusIcon } from '@/components/ui/Status';
import { withAlpha } from '@/lib/charts/palette';
import { formatCount, formatMs } from '@/lib/domain/format';
import { type Axis, placeOf, span as stretchOn } from './axis';
import type { WaterfallRowText } from './row-window';
import { orNameless, type SpanColours, spanColour } from './span-colour';

export const ROW_HEIGHT = 30;
/** Levels that are indented by 12 px each; deeper ones stand at the last and say their depth. */
const MAX_INDENT = 24;

/** Columns of the waterfall; on a phone the bar lies beneath the name. */
export const WATERFALL_COLUMNS =
  'grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_84px] max-sm:grid-cols-[minmax(0,1fr)_84px]';

export interface WaterfallRowProps {
  id: string;
  place: number;
  row: WaterfallRowText | null;
  axis: Axis;
  colours: SpanColours;
  isActive: boolean;
  isSelected: boolean;
  /** Instants of log lines of this span. */
  logs: readonly number[];
  onToggle: (key: string) => void;
  onOpen: (place: number) => void;
}

/** A span, or siblings alike, as a row: name, bar on the root's axis, duration. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { id, place, row, axis, colours, isActive, isSelected, logs, onToggle, onOpen } = props;
  if (row === null) {
    return (
      <div id={id} role="row" aria-rowindex={place + 1} aria-level={1} className="flex h-full items-center px-2">
        <span role="gridcell" className="text-t3">
          …
        </span>
      </div>
    );
  }
  const isGroup = row.count > 1;
  const colour = spanColour(row, colours);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the focus and the keys
    <div
      id={id}
      role="row"
      aria-rowindex={place + 1}
      aria-level={row.depth + 1}
      aria-selected={isSelected}
      {...(row.hasRows ? { 'aria-expanded': row.isOpen } : {})}
      data-selected={isSelected}
      tabIndex={-1}
      onClick={() => {
        if (window.getSelection()?.isCollapsed !== false) onOpen(place);
      }}
      className={clsx(
        WATERFALL_COLUMNS,
        'h-full cursor-pointer items-center border-line border-b text-small outline-none hover:bg-raised',
        isSelected && 'bg-raised',
        isActive && 'shadow-[inset_2px_0_0_var(--accent)]',
      )}
    >
      <div role="gridcell" className="flex min-w-0 items-center gap-1 pr-2 max-sm:self-start max-sm:leading-[20px]">
        <span
          style={{ width: Math.min(row.depth, MAX_INDENT) * 12 }}
          className="shrink-0 max-sm:max-w-24"
          aria-hidden
        />
        <Twisty row={row} onToggle={onToggle} />
        {row.depth > MAX_INDENT ? <span className="shrink-0 text-axis text-t3">{row.depth}</span> : null}
        {row.failed ? <StatusIcon status="bad" label={isGroup ? 'some failed' : 'failed'} size={12} /> : null}
        {row.faults.length === 0 ? null : (
          <TriangleAlert role="img" aria-label={row.faults.join(', ')} size={12} className="shrink-0 text-watch" />
        )}
        <span
          className={clsx('min-w-0 truncate text-t1', row.isMatch && 'rounded-sm bg-watch/25')}
          title={`${orNameless(row.name)} · ${orNameless(row.service)}`}
        >
          {orNameless(row.name)}
          <span className="text-t3"> {orNameless(row.service)}</span>
        </span>
        {isGroup ? <span className="shrink-0 text-t2">× {formatCount(row.count)}</span> : null}
        {row.hidden > 0 ? (
          <span className="shrink-0 text-axis text-t3" title={`${formatCount(row.hidden)} spans folded beneath`}>
            +{formatCount(row.hidden)}
          </span>
        ) : null}
      </div>
      <Bar row={row} axis={axis} colour={colour} logs={logs} />
      <div
        role="gridcell"
        className="whitespace-nowrap pr-2 text-right text-t1 max-sm:col-start-2 max-sm:row-start-1 max-sm:leading-[20px]"
      >
        {isGroup && row.shortestMs !== row.durationMs ? <Range row={row} /> : formatMs(row.durationMs)}
      </div>
    </div>
  );
});

/** "0.4–9 ms" where both are in one unit. */
function Range({ row }: { row: WaterfallRowText }) {
  const from = formatMs(row.shortestMs);
  const to = formatMs(row.durationMs);
  const unit = /\u202f(\S+)$/.exec(to)?.[0] ?? '';
  return <>{unit !== '' && from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`}</>;
}

function Twisty({ row, onToggle }: { row: WaterfallRowText; onToggle: (key: string) => void }) {
  if (!row.hasRows) return <span className="w-4 shrink-0" aria-hidden />;
  const Icon = row.isOpen ? ChevronDown : ChevronRight;
  return (
    // Not a stop of the Tab key: the grid's own arrows fold, and thousands of stops would be none.
    <span
      aria-hidden
      data-twisty={row.key}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(row.key);
      }}
      className="-my-1 flex w-4 shrink-0 justify-center py-1 text-t3 hover:text-t1"
    >
      <Icon size={13} />
    </span>
  );
}

function Bar({
  row,
  axis,
  colour,
  logs,
}: {
  row: WaterfallRowText;
  axis: Axis;
  colour: string;
  logs: readonly number[];
}) {
  const endMs = row.startMs + row.lengthMs;
  const whole = stretchOn(axis, row.startMs, endMs);
  const shares = [`${formatMs(row.selfMs)} itself`];
  if (row.criticalMs > 0) shares.push(`${formatMs(row.criticalMs)} of the critical path`);
  return (
    <div
      role="gridcell"
      aria-label={`from ${formatMs(row.startMs)}, ${shares.join(', ')}`}
      className="keeps-colour relative h-full overflow-hidden max-sm:col-span-2 max-sm:row-start-2 max-sm:h-2"
    >
      {whole === null ? (
        <span
          aria-hidden
          className={clsx(
            'absolute top-1/2 -translate-y-1/2 text-axis text-t3',
            endMs < axis.fromMs ? 'left-0' : 'right-0',
          )}
        >
          {endMs < axis.fromMs ? '‹' : '›'}
        </span>
      ) : (
        <span
          aria-hidden
          className="absolute top-[8px] h-[14px] min-w-[2px] rounded-[2px] max-sm:top-0 max-sm:h-[6px]"
          style={{ ...whole, background: withAlpha(colour, row.count > 1 ? 0.55 : 0.38) }}
        />
      )}
      <Stretches
        flat={row.self}
        axis={axis}
        className="top-[8px] h-[14px] max-sm:top-0 max-sm:h-[6px]"
        background={colour}
      />
      <Stretches
        flat={row.critical}
        axis={axis}
        className="top-[24px] h-[2px] min-w-[2px] max-sm:top-[6px]"
        background="var(--text-1)"
      />
      {row.events.map((ms, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: ticks have no identity but their order
        <Tick key={index} axis={axis} ms={ms} className="top-[4px] h-[6px] w-[2px] bg-t1 max-sm:hidden" />
      ))}
      {logs.map((ms, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: ticks have no identity but their order
        <Tick key={index} axis={axis} ms={ms} className="top-[3px] size-[5px] rounded-full bg-accent max-sm:hidden" />
      ))}
    </div>
  );
}

function Tick({ axis, ms, className }: { axis: Axis; ms: number; className: string }) {
  const place = placeOf(axis, ms);
  if (place < 0 || place > 1) return null;
  return (
    <span aria-hidden className={clsx('absolute -translate-x-1/2', className)} style={{ left: `${place * 100}%` }} />
  );
}

function Stretches({
  flat,
  axis,
  className,
  background,
}: {
  flat: readonly number[];
  axis: Axis;
  className: string;
  background: string;
}) {
  const bars = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const style = stretchOn(axis, flat[at] ?? 0, flat[at + 1] ?? 0);
    if (style !== null) {
      bars.push(
        <span
          key={at}
          aria-hidden
          className={clsx('absolute rounded-[1px]', className)}
          style={{ ...style, background }}
        />,
      );
    }
  }
  return <>{bars}</>;
}
