'use client';

import { useCallback } from 'react';
import { useAddress } from './address';

/** One parameter of the address bar as state of the page; null when absent. Setting it replaces the history entry. */
export function useUrlParam(name: string): [string | null, (value: string | null) => void] {
  const { search, current, write } = useAddress();
  const set = useCallback(
    (value: string | null) => {
      const next = current();
      if (value === null) next.delete(name);
      else next.set(name, value);
      write(next, true);
    },
    [name, current, write],
  );
  return [search.get(name), set];
}
