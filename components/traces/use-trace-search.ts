'use client';

import { useCallback, useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { useAddress } from '@/components/ui/address';
import {
  MAX_CONDITIONS_CHARS,
  MAX_DURATION_MS,
  parseConditions,
  SELECTION_KINDS,
  SPAN_STATUSES,
  TRACE_LIMITS,
  TRACE_ORDERS,
} from '@/lib/contracts/trace-conditions';
import type { TraceFilter } from '@/lib/contracts/traces';
import { parseBox } from '@/lib/domain/trace-selection';

/** What of the page stands in the address beside the view; null clears. */
export type TracesPatch = Partial<
  Record<
    | 'q'
    | 'segment'
    | 'status'
    | 'minMs'
    | 'maxMs'
    | 'request'
    | 'where'
    | 'order'
    | 'limit'
    | 'scale'
    | 'select'
    | 'box',
    string | null
  >
>;

/** A duration of the address, milliseconds; undefined where it is none that the server takes. */
function durationOf(text: string | undefined): number | undefined {
  const ms = Number(text ?? '');
  return text === undefined || !(ms >= 0 && ms <= MAX_DURATION_MS) ? undefined : ms;
}

const conditionsOf = (text: string | undefined): string | undefined =>
  text === undefined || text.length > MAX_CONDITIONS_CHARS || parseConditions(text) === null ? undefined : text;

/** The search, the order and the selection of the page as its address says, and how to change them. A mangled value is left out. */
export function useTraceSearch() {
  const { search, current, write } = useAddress();
  const { view, range } = useView();

  const filter = useMemo((): TraceFilter => {
    const text = (name: string): string | undefined => {
      const value = search.get(name);
      return value === null || value === '' ? undefined : value;
    };
    const q = search.get('q');
    if (q !== null) return { q };
    return {
      model: view.model,
      versions: view.versions.length === 0 ? undefined : view.versions.join(','),
      segment: text('segment'),
      status: SPAN_STATUSES.find((status) => status === search.get('status')),
      minMs: durationOf(text('minMs')),
      maxMs: durationOf(text('maxMs')),
      requestId: text('request'),
      where: conditionsOf(text('where')),
    };
  }, [search, view.model, view.versions]);

  const order = TRACE_ORDERS.find((one) => one === search.get('order')) ?? 'newest';
  const asked = Number(search.get('limit'));
  const limit = TRACE_LIMITS.find((one) => one === asked) ?? 200;
  const select = SELECTION_KINDS.find((one) => one === search.get('select')) ?? null;
  const box = useMemo(() => parseBox(search.get('box')), [search]);
  const scale: 'log' | 'linear' = search.get('scale') === 'linear' ? 'linear' : 'log';

  const set = useCallback(
    (patch: TracesPatch, options: { replace?: boolean } = {}) => {
      const next = current();
      for (const [name, value] of Object.entries(patch)) {
        if (value === null || value === '') next.delete(name);
        else if (value !== undefined) next.set(name, value);
      }
      // An empty query is still the editor's: it must not turn into the builder.
      if (patch.q === '') next.set('q', '');
      write(next, options.replace ?? false);
    },
    [current, write],
  );

  return { filter, order, limit, select, box, scale, range, set };
}
