'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/**
 * Writes the query of the address without asking the server: the page is the same, only what it shows changes.
 * Next.js keeps useSearchParams in step with history.pushState and replaceState.
 */
export function writeSearch(pathname: string, search: URLSearchParams, replace: boolean): void {
  const text = search.toString();
  const url = text === '' ? pathname : `${pathname}?${text}`;
  if (replace) window.history.replaceState(null, '', url);
  else window.history.pushState(null, '', url);
}

/** One parameter of the address bar as state of the page; null when absent. Setting it replaces the history entry. */
export function useUrlParam(name: string): [string | null, (value: string | null) => void] {
  const search = useSearchParams();
  const pathname = usePathname();
  const set = useCallback(
    (value: string | null) => {
      const next = new URLSearchParams(window.location.search);
      if (value === null) next.delete(name);
      else next.set(name, value);
      writeSearch(pathname, next, true);
    },
    [name, pathname],
  );
  return [search.get(name), set];
}
