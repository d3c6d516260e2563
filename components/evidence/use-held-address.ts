'use client';

import { useMemo, useRef, useState } from 'react';
import type { Address } from '@/components/ui/address';
import type { FrozenDocument } from '@/lib/contracts/evidence';

/** What a frame cannot change: its data are of this range and model. */
const HELD = ['from', 'to', 'model', 'refresh'] as const;

/** The settings a reader asks for, with what the frame is of as it is. */
function withHeld(next: URLSearchParams, held: URLSearchParams): string {
  const search = new URLSearchParams(next);
  for (const name of HELD) {
    const value = held.get(name);
    if (value === null) search.delete(name);
    else search.set(name, value);
  }
  return search.toString();
}

/**
 * An address of its own for panels in a frame: that of the page they are from. What a reader changes within (a sort, a
 * tab) stays within, and outlives a later range of the same question.
 */
export function useHeldAddress(look: FrozenDocument['look']): Address {
  const [own, setOwn] = useState<string | null>(null);
  const search = own === null ? look.search : withHeld(new URLSearchParams(own), new URLSearchParams(look.search));
  const latest = useRef({ search: '', from: '' });
  // A second write before the next drawing goes on from the first.
  if (latest.current.from !== search) latest.current = { search, from: search };
  return useMemo<Address>(
    () => ({
      pathname: look.pathname,
      search: new URLSearchParams(search),
      current: () => new URLSearchParams(latest.current.search),
      write: (next) => {
        const written = withHeld(next, new URLSearchParams(look.search));
        latest.current.search = written;
        setOwn(written);
      },
    }),
    [look.pathname, look.search, search],
  );
}
