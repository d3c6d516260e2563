'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import { useShortcut } from '@/components/ui/shortcuts';
import { type FieldFilter, MAX_HELD_LINES, writeFilter } from '@/lib/contracts/log-filter';
import type { LogFilterInput, LogRow, LogSummary } from '@/lib/contracts/logs';
import { formatCount, formatDuration } from '@/lib/domain/format';
import { type LogQuestion, logPagesQuery } from '@/lib/queries/logs';
import { LinesFoot } from './LinesFoot';
import { LinesTools } from './LinesTools';
import { LogList } from './LogList';
import { PatternsView } from './PatternsView';
import { withOwnIds } from './row-fields';
import { TailBar } from './TailBar';
import type { LogView } from './use-log-view';
import { useTail } from './use-tail';

const HEIGHT = 360;
/** Pages that are loaded at most to reach the line a link opens. */
const PAGES_TO_LINE = 10;
const NO_PAGES: readonly LogRow[][] = [];

export interface LinesPanelProps {
  question: LogQuestion;
  filter: LogFilterInput;
  view: LogView;
  summary: LogSummary | null;
  /** Whether the editor shows what is wrong already. */
  isEditorFault: boolean;
  /** The range stands still for the reader; null when it does not. */
  held: { behindMs: number; onFollow: () => void } | null;
  onChange: (patch: Partial<LogView>, options?: { replace?: boolean }) => void;
  onReading: (isReading: boolean) => void;
}

/** The lines themselves: of the range in pages, or live; or their patterns. */
export function LinesPanel({
  question,
  filter,
  view,
  summary,
  isEditorFault,
  held,
  onChange,
  onReading,
}: LinesPanelProps) {
  const pages = useInfiniteQuery({
    ...logPagesQuery({ ...question, direction: view.direction }),
    enabled: !view.isLive,
  });
  const [isPaused, setPaused] = useState(false);
  const tail = useTail(filter, { isOn: view.isLive, isPaused });
  const loaded = pages.data?.pages;
  const rows = useMemo(() => withOwnIds(loaded?.map((page) => page.rows) ?? NO_PAGES), [loaded]);
  const tailRows = useMemo(
    () => (view.direction === 'backward' ? tail.rows.toReversed() : tail.rows),
    [tail.rows, view.direction],
  );
  const shown = view.isLive ? tailRows : rows;

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const isLineMissing = view.line !== null && !view.isLive && !rows.some(({ id }) => id === view.line);
  const lineNs = view.line?.split('-')[0] ?? '';
  const lastNs = rows.at(-1)?.ns ?? '';
  const isBeyond = lastNs === '' || (view.direction === 'backward' ? lineNs <= lastNs : lineNs >= lastNs);
  const mayReach = isLineMissing && isBeyond && (loaded?.length ?? 0) < PAGES_TO_LINE;
  useEffect(() => {
    // The server: a link opens a line, which may lie some pages on.
    if (mayReach) onEnd();
  }, [mayReach, onEnd]);

  const setOpen = useCallback((id: string | null) => onChange({ line: id }, { replace: true }), [onChange]);
  const addFilter = useCallback(
    (added: FieldFilter) => {
      const others = view.where.filter((each) => writeFilter(each) !== writeFilter(added));
      onChange({ where: [...others, added], line: null });
    },
    [onChange, view.where],
  );
  const toggleColumn = useCallback(
    (name: string) =>
      onChange(
        {
          columns: view.columns.includes(name) ? view.columns.filter((each) => each !== name) : [...view.columns, name],
        },
        { replace: true },
      ),
    [onChange, view.columns],
  );
  const setLive = (isLive: boolean) => {
    setPaused(false);
    onChange({ isLive, line: null, tab: 'lines' });
  };
  useShortcut({
    keys: 'l',
    label: view.isLive ? 'Stop the live tail' : 'Follow live',
    group: 'Page',
    run: () => setLive(!view.isLive),
  });
  useShortcut({
    keys: 'p',
    label: 'Pause or resume the live tail',
    group: 'Page',
    run: () => setPaused(!isPaused),
    isOn: view.isLive,
  });
  useShortcut({
    keys: 'w',
    label: 'Wrap lines',
    group: 'Page',
    run: () => onChange({ isWrapped: !view.isWrapped }, { replace: true }),
  });

  const look = {
    columns: view.columns,
    isWrapped: view.isWrapped,
    isRaw: view.isRaw,
    hasService: view.services.length !== 1,
  };
  const why = loaded?.flatMap((page) => page.why);
  const pin = pinOf('log-lines', { queryKey: ['logs', { ...question, direction: view.direction }] });
  const list = (foot: ReactNode) => (
    <LogList
      rows={shown}
      look={look}
      openId={view.line}
      onOpen={(id) => {
        if (view.isLive && id !== null) setPaused(true);
        setOpen(id);
      }}
      onFilter={addFilter}
      onColumn={toggleColumn}
      onEnd={view.isLive ? undefined : onEnd}
      onScrolled={(isScrolled) => {
        // New lines would push what is read out of sight.
        if (view.isLive && isScrolled && view.direction === 'backward') setPaused(true);
        onReading(isScrolled && !view.isLive);
      }}
      foot={foot}
    />
  );
  return (
    <Panel
      title={view.isLive ? 'Live tail' : 'Lines'}
      definition={
        view.isLive
          ? 'as they arrive'
          : view.direction === 'backward'
            ? `newest first · ${formatCount(rows.length)} loaded`
            : `oldest first · ${formatCount(rows.length)} loaded`
      }
      why={why}
      pin={view.isLive || view.tab === 'patterns' ? undefined : pin}
      height={HEIGHT}
    >
      <LinesTools view={view} question={question} rows={shown} onChange={onChange} onLive={setLive} />
      {held === null || view.isLive ? null : (
        <p className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-1 text-small text-t2">
          The lines stand still while you read: {formatDuration(held.behindMs)} have passed since.
          <Button onClick={held.onFollow}>Show the newest</Button>
        </p>
      )}
      {isLineMissing && !mayReach && !pages.isFetching && loaded !== undefined ? (
        <p role="status" className="px-3 py-1 text-small text-t2">
          The line of this link is not among those that are loaded: the range or the filter no longer holds it.
        </p>
      ) : null}
      {view.tab === 'patterns' ? (
        <PatternsView
          question={question}
          rows={rows}
          onText={view.query === null ? (text) => onChange({ text, tab: 'lines', line: null }) : null}
        />
      ) : view.isLive ? (
        <>
          <TailBar tail={tail} isPaused={isPaused} onPause={setPaused} onStop={() => setLive(false)} />
          {list(shown.length === 0 ? 'Nothing has arrived yet. Lines of the last five minutes would show here.' : null)}
        </>
      ) : isEditorFault ? (
        <p className="p-3 text-small text-t2">No lines: the editor says what is wrong with the query.</p>
      ) : summary?.emptiness != null && rows.length === 0 ? (
        <Diagnosis diagnosis={summary.emptiness} height={HEIGHT} />
      ) : (
        <QueryState query={pages} height={HEIGHT}>
          {({ pages: all }) =>
            rows.length === 0 && summary?.emptiness == null ? (
              <p className="p-3 text-small text-t2">No line in this range.</p>
            ) : (
              list(
                <LinesFoot
                  direction={view.direction}
                  loaded={rows.length}
                  isWhole={all.at(-1)?.next === null}
                  isFull={rows.length >= MAX_HELD_LINES}
                  isFetching={isFetchingNextPage}
                  lastMs={rows.at(-1)?.timeMs ?? null}
                  lost={all.flatMap(({ lost }) => (lost === null ? [] : [lost]))}
                  onMore={onEnd}
                />,
              )
            )
          }
        </QueryState>
      )}
    </Panel>
  );
}
