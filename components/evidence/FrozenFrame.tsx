'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { AddressContext } from '@/components/ui/address';
import { FrozenContext } from '@/components/ui/frozen';
import type { FrozenDocument } from '@/lib/contracts/evidence';
import { FrozenQueryClient } from '@/lib/queries/frozen';
import { useHeldAddress } from './use-held-address';

/**
 * Draws panels from a document alone: a cache that asks nothing, the address the page had, and the clock as it stood.
 * What a reader changes within (a sort, a tab) stays within. Give it a key that changes with the document.
 */
export function FrozenFrame({ id, document, children }: { id: string; document: FrozenDocument; children: ReactNode }) {
  const { look, parts, frozenAtMs } = document;
  const [client] = useState(() => new FrozenQueryClient(parts, frozenAtMs));
  const address = useHeldAddress(look);
  const frozen = useMemo(() => ({ atMs: frozenAtMs, id }), [frozenAtMs, id]);
  return (
    <FrozenContext value={frozen}>
      <AddressContext value={address}>
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </AddressContext>
    </FrozenContext>
  );
}
