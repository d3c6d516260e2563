'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { createContext, useCallback, useContext, useMemo } from 'react';

/** Where a part of the page takes its settings from, and where it writes them. */
export interface Address {
  pathname: string;
  search: URLSearchParams;
  /** The search as it is at this very moment, for writing the next one. */
  current: () => URLSearchParams;
  write: (search: URLSearchParams, replace: boolean) => void;
}

/** An address of its own for what stands within: a frozen copy keeps that of its page. Null: the browser's. */
export const AddressContext = createContext<Address | null>(null);

/**
 * Writes the query of the address without asking the server: the page is the same, only what it shows changes.
 * Next.js keeps useSearchParams in step with history.pushState and replaceState.
 */
function writeSearch(pathname: string, search: URLSearchParams, replace: boolean): void {
  const text = search.toString();
  const url = text === '' ? pathname : `${pathname}?${text}`;
  if (replace) window.history.replaceState(null, '', url);
  else window.history.pushState(null, '', url);
}

const current = (): URLSearchParams => new URLSearchParams(window.location.search);

/** The address bar, or within a frozen copy the address it was frozen with. */
export function useAddress(): Address {
  const held = useContext(AddressContext);
  const params = useSearchParams();
  const pathname = usePathname();
  const text = params.toString();
  const write = useCallback(
    (search: URLSearchParams, replace: boolean) => writeSearch(pathname, search, replace),
    [pathname],
  );
  const own = useMemo(() => ({ pathname, search: new URLSearchParams(text), current, write }), [pathname, text, write]);
  return held ?? own;
}
