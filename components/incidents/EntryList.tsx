'use client';

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Evidence } from '@/lib/contracts/evidence';
import type { Entry } from '@/lib/contracts/incident-entry';
import { EntryItem } from './EntryItem';
import type { EntryAbout } from './entry-about';

const ROW_PX = 56;
/** Entries from the end at which the next page is asked for. */
const AHEAD = 40;

/** Entries in the page's own scroll: only those in sight are drawn, however many there are. */
export function EntryList({
  entries,
  hasMore,
  isFetching,
  onEnd,
  onAbout,
  label,
  pins,
}: {
  entries: readonly Entry[];
  /** What is pinned to them, by its id. */
  pins: ReadonlyMap<string, Evidence>;
  hasMore: boolean;
  isFetching: boolean;
  onEnd: () => void;
  onAbout: (about: EntryAbout) => void;
  /** The entry that the address names, `e12`: brought into sight once it is loaded. Null: none. */
  label: string | null;
}) {
  // Kept here: a line that leaves sight is drawn anew when it comes back.
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback(
    (id: string) =>
      setOpen((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const box = useRef<HTMLOListElement>(null);
  const [marginPx, setMarginPx] = useState(0);
  // Where the list begins on the page, which only the page's own layout knows.
  useLayoutEffect(() => {
    const measure = () =>
      setMarginPx(box.current === null ? 0 : box.current.getBoundingClientRect().top + window.scrollY);
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  const keyOf = useCallback((index: number) => entries[index]?.id ?? index, [entries]);
  const virtual = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => ROW_PX,
    getItemKey: keyOf,
    overscan: 10,
    scrollMargin: marginPx,
  });
  const items = virtual.getVirtualItems();
  const lastInSight = items.at(-1)?.index ?? 0;
  const named = label === null ? -1 : entries.findIndex((entry) => entry.label === label);
  const shownFor = useRef<string | null>(null);
  // The window's scroll position: a link to an entry brings it into sight, once.
  useEffect(() => {
    if (named === -1 || shownFor.current === label) return;
    shownFor.current = label;
    virtual.scrollToIndex(named, { align: 'center' });
  }, [named, label, virtual]);
  // The server: the next page before the reader gets there.
  useEffect(() => {
    const isWanted = lastInSight >= entries.length - AHEAD || (label !== null && named === -1);
    if (hasMore && !isFetching && isWanted) onEnd();
  }, [hasMore, isFetching, lastInSight, entries.length, onEnd, label, named]);
  return (
    <ol ref={box} aria-label="Timeline" className="relative mt-2" style={{ height: virtual.getTotalSize() }}>
      {items.map(({ index, key, start }) => {
        const entry = entries[index];
        return entry === undefined ? null : (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            aria-setsize={hasMore ? -1 : entries.length}
            aria-posinset={index + 1}
            aria-current={entry.label === label ? 'true' : undefined}
            className={clsx('absolute inset-x-0 top-0 border-line border-t py-2', entry.label === label && 'bg-raised')}
            style={{ transform: `translateY(${start - marginPx}px)` }}
          >
            <EntryItem
              {...{ entry, onAbout }}
              pin={pins.get(entry.evidenceId ?? '')}
              isOpen={open.has(entry.id)}
              onToggle={toggle}
            />
          </li>
        );
      })}
    </ol>
  );
}
