'use client';

import { useCallback } from 'react';
import { useAddress } from '@/components/ui/address';
import { useZone } from '@/components/ui/preference';
import { formatTime } from '@/lib/domain/format';
import { type RangeText, rangeText } from './range-text';
import { useView } from './use-view';
import type { ViewPatch } from './view-address';

/**
 * What the top bar calls the time looked at, and how another is chosen. Compare looks at everything since the rollout
 * unless it is told to take the page's range: the bar says so, and choosing a range there is telling it.
 */
export function useChosenRange(): { text: RangeText; isRollout: boolean; choose: (patch: ViewPatch) => void } {
  const { view, range, setView } = useView();
  const { zone } = useZone();
  const { pathname, search, current, write } = useAddress();
  const isRollout =
    pathname === '/compare' && view.model !== undefined && search.get('window') !== 'range' && !search.has('at');
  const choose = useCallback(
    (patch: ViewPatch) => {
      setView(patch);
      if (!isRollout) return;
      const next = current();
      next.set('window', 'range');
      write(next, true);
    },
    [setView, isRollout, current, write],
  );
  const text = isRollout
    ? { name: 'Since rollout', short: 'rollout', exact: `to ${formatTime(range.endMs, zone)}` }
    : rangeText(view, range, zone);
  return { text, isRollout, choose };
}
