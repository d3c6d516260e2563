'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { type Address, AddressContext } from '@/components/ui/address';
import { FrozenContext } from '@/components/ui/frozen';
import type { FrozenDocument } from '@/lib/contracts/evidence';
import { FrozenQueryClient } from '@/lib/queries/frozen';

/** What a frozen copy cannot change: its data are of this range and model. */
const HELD = ['from', 'to', 'model', 'refresh'] as const;

/** The settings a reader asks for, with what the copy is of as it was. */
function withHeld(next: URLSearchParams, frozen: URLSearchParams): string {
  const search = new URLSearchParams(next);
  for (const name of HELD) {
    const value = frozen.get(name);
    if (value === null) search.delete(name);
    else search.set(name, value);
  }
  return search.toString();
}

/**
 * Draws panels from a document alone: a cache that asks nothing, the address the page had, and the clock as it stood.
 * What a reader changes within (a sort, a tab) stays within. Give it a key that changes with the document.
 */
export function FrozenFrame({ id, document, children }: { id: string; document: FrozenDocument; children: ReactNode }) {
  const { look, parts, frozenAtMs } = document;
  const [client] = useState(() => new FrozenQueryClient(parts, frozenAtMs));
  const [search, setSearch] = useState(look.search);
  const latest = useRef(search);
  const address = useMemo<Address>(
    () => ({
      pathname: look.pathname,
      search: new URLSearchParams(search),
      current: () => new URLSearchParams(latest.current),
      write: (next) => {
        latest.current = withHeld(next, new URLSearchParams(look.search));
        setSearch(latest.current);
      },
    }),
    [look, search],
  );
  const frozen = useMemo(() => ({ atMs: frozenAtMs, id }), [frozenAtMs, id]);
  return (
    <FrozenContext value={frozen}>
      <AddressContext value={address}>
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </AddressContext>
    </FrozenContext>
  );
}
