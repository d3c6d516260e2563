'use client';

import { useCallback, useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { useAddress } from '@/components/ui/address';
import { type Pin, pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import type { CompareParams, WhatIf } from '@/lib/contracts/compare-params';
import { readWhatIf, WHAT_IF_KEYS, type WhatIfKey } from '@/lib/contracts/compare-what-if';
import { judge, withWhatIf } from '@/lib/domain/compare';
import { MINUTE_MS } from '@/lib/domain/time';

/** What of the comparison stands in the address, beside what every page shares. */
const COMPARE_KEYS = ['champion', 'challenger', 'window', 'at'] as const;

export type ComparePatch = Partial<Record<(typeof COMPARE_KEYS)[number] | WhatIfKey, string | null>>;

/** The policy edits of an address; what cannot be read is left out, one by one. */
export function whatIfOf(search: URLSearchParams): WhatIf {
  const edit: WhatIf = {};
  for (const key of WHAT_IF_KEYS) {
    const value = readWhatIf(key, search.get(key) ?? '');
    if (value !== null) edit[key] = value;
  }
  return edit;
}

/**
 * The comparison the address asks for. The window runs since the challenger's first traffic unless the address asks for
 * the page's range (`window=range`); `at` splits one version's time into before and after.
 */
export function useCompareAddress(model: string) {
  const { range } = useView();
  const { search, current, write } = useAddress();
  const isRange = search.get('window') === 'range';
  const at = search.get('at');
  const splitMs = at !== null && /^\d{1,16}$/.test(at) ? Number(at) : null;
  // A live page moves on by whole minutes: the window is long, and every question of it costs.
  const endMs = isRange ? range.endMs : Math.floor(range.endMs / MINUTE_MS) * MINUTE_MS;
  const champion = search.get('champion') || undefined;
  const challenger = search.get('challenger') || undefined;
  const params = useMemo<CompareParams>(
    () => ({
      model,
      champion,
      challenger,
      ...(isRange ? { startMs: range.startMs } : {}),
      endMs,
      ...(splitMs === null ? {} : { splitMs }),
    }),
    [model, champion, challenger, isRange, range.startMs, endMs, splitMs],
  );
  const whatIf = useMemo(() => whatIfOf(search), [search]);
  const set = useCallback(
    (patch: ComparePatch) => {
      const next = current();
      for (const [key, value] of Object.entries(patch)) {
        if (value === null || value === undefined) next.delete(key);
        else next.set(key, value);
      }
      write(next, true);
    },
    [current, write],
  );
  return { params, whatIf, isEdited: Object.keys(whatIf).length > 0, isRange, splitMs, set };
}

/** The comparison of the address as it is kept, with the policy that is tried. */
export const comparisonPin = ({ params, whatIf }: { params: CompareParams; whatIf: WhatIf }): Pin =>
  pinOf('comparison', { queryKey: ['compare', { ...params, ...whatIf }] });

/** The result under the edited policy, judged here by the same function as on the server, in the reader's zone. */
export function useResult(compare: Compare | undefined, whatIf: WhatIf): CompareResult | null {
  const { zone } = useZone();
  return useMemo(() => {
    if (compare === undefined) return null;
    const named = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return judge(compare.inputs, withWhatIf(compare.result.policy, whatIf), named);
  }, [compare, whatIf, zone]);
}
