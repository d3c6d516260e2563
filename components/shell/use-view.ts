'use client';

import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useAddress } from '@/components/ui/address';
import type { View } from '@/lib/contracts/view';
import { HOUR_MS, isRelative, parseInstant, snapRange, stepForRange } from '@/lib/domain/time';
import { useNow } from './clock';
import { rangeHistory } from './range-history';
import { applyPatch, parseView, VIEW_KEYS, type ViewPatch, viewHref, viewSearch } from './view-address';

export interface ViewRange {
  startMs: number;
  endMs: number;
  stepMs: number;
}

const SHORTEST_MS = 60_000;
/** The ends of a range are never snapped more coarsely: a month in steps of hours must not hide the newest hours. */
const COARSEST_SNAP_MS = 5 * 60_000;

/** The view's range at an instant: resolved, in order, at least a minute long, snapped to its step or to five minutes. */
export function resolveRange(view: Pick<View, 'from' | 'to'>, nowMs: number): ViewRange {
  const to = parseInstant(view.to, nowMs) ?? nowMs;
  const from = parseInstant(view.from, nowMs) ?? to - HOUR_MS;
  const endMs = Math.max(from, to, SHORTEST_MS);
  const startMs = Math.max(0, Math.min(from, to, endMs - SHORTEST_MS));
  const stepMs = stepForRange(endMs - startMs);
  return { ...snapRange({ startMs, endMs }, Math.min(stepMs, COARSEST_SNAP_MS)), stepMs };
}

/**
 * What the page shows, from the address bar, and how to change it. `range` is resolved and snapped; it moves with the
 * live tick while it is relative. `href` keeps range and model on a link; `back` returns to the range before.
 */
export function useView() {
  const address = useAddress();
  const { pathname, search } = address;
  const nowMs = useNow();
  const view = useMemo(() => parseView(pathname, search), [pathname, search]);
  const isLive = isRelative(view.to);
  // Snapped: a later tick within the same step is the same range, and so the same question.
  const { startMs, endMs, stepMs } = resolveRange(view, nowMs);
  const range = useMemo<ViewRange>(() => ({ startMs, endMs, stepMs }), [startMs, endMs, stepMs]);
  const history = useSyncExternalStore(rangeHistory.subscribe, rangeHistory.snapshot, rangeHistory.snapshot);

  const write = useCallback(
    (patch: ViewPatch, replace: boolean) => {
      const current = address.current();
      const next = viewSearch(applyPatch(parseView(pathname, current), patch), pathname);
      for (const [key, value] of current) {
        if (!VIEW_KEYS.some((own) => own === key)) next.set(key, value);
      }
      address.write(next, replace);
    },
    [pathname, address],
  );

  const setView = useCallback(
    (patch: ViewPatch, options: { replace?: boolean } = {}) => {
      const before = parseView(pathname, address.current());
      const after = applyPatch(before, patch);
      if (after.from !== before.from || after.to !== before.to)
        rangeHistory.leave({ from: before.from, to: before.to });
      write(patch, options.replace ?? false);
    },
    [pathname, address, write],
  );

  const go = useCallback(
    (direction: 'back' | 'forward') => {
      const { from, to } = parseView(pathname, address.current());
      const target = rangeHistory[direction]({ from, to });
      if (target !== null) write(target, false);
    },
    [pathname, address, write],
  );

  const href = useCallback((path: string, patch?: ViewPatch) => viewHref(view, path, patch), [view]);
  const back = useCallback(() => go('back'), [go]);
  const forward = useCallback(() => go('forward'), [go]);

  return { view, range, isLive, setView, href, back, forward, canBack: history.back, canForward: history.forward };
}
