'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { writeSearch } from '@/components/ui/use-url-param';
import { SelectionKind, TRACE_LIMITS, TraceFilter, TraceOrder } from '@/lib/contracts/traces';
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

const fields = TraceFilter.shape;

/** The search, the order and the selection of the page as its address says, and how to change them. A mangled value is left out. */
export function useTraceSearch() {
  const search = useSearchParams();
  const pathname = usePathname();
  const { view, range } = useView();

  const filter = useMemo((): TraceFilter => {
    const text = (name: string): string | undefined => {
      const value = search.get(name);
      return value === null || value === '' ? undefined : value;
    };
    const q = search.get('q');
    if (q !== null) return { q };
    const status = fields.status.safeParse(text('status'));
    const where = fields.where.safeParse(text('where'));
    const ms = (name: 'minMs' | 'maxMs') => {
      const parsed = fields[name].safeParse(text(name));
      return parsed.success ? parsed.data : undefined;
    };
    return {
      model: view.model,
      versions: view.versions.length === 0 ? undefined : view.versions.join(','),
      segment: text('segment'),
      status: status.success ? status.data : undefined,
      minMs: ms('minMs'),
      maxMs: ms('maxMs'),
      requestId: text('request'),
      where: where.success ? where.data : undefined,
    };
  }, [search, view.model, view.versions]);

  const order = TraceOrder.catch('newest').parse(search.get('order'));
  const asked = Number(search.get('limit'));
  const limit = TRACE_LIMITS.find((one) => one === asked) ?? 200;
  const select = SelectionKind.nullable().catch(null).parse(search.get('select'));
  const box = useMemo(() => parseBox(search.get('box')), [search]);
  const scale: 'log' | 'linear' = search.get('scale') === 'linear' ? 'linear' : 'log';

  const set = useCallback(
    (patch: TracesPatch, options: { replace?: boolean } = {}) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(patch)) {
        if (value === null || value === '') next.delete(name);
        else if (value !== undefined) next.set(name, value);
      }
      // An empty query is still the editor's: it must not turn into the builder.
      if (patch.q === '') next.set('q', '');
      writeSearch(pathname, next, options.replace ?? false);
    },
    [pathname],
  );

  return { filter, order, limit, select, box, scale, range, set };
}
