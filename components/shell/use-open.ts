'use client';

import { useRouter } from 'next/navigation';
import { useCallback } from 'react';
import { useFrozen } from '@/components/ui/frozen';
import { useView } from './use-view';
import type { ViewPatch } from './view-address';

/** Opens a path of the console with the range and model looked at; out of a frozen copy in a new tab, where it is live. */
export function useOpen(): (path: string, patch?: ViewPatch) => void {
  const router = useRouter();
  const frozen = useFrozen();
  const { href } = useView();
  return useCallback(
    (path, patch) => {
      if (frozen === null) router.push(href(path, patch));
      else window.open(href(path, patch), '_blank', 'noopener');
    },
    [router, frozen, href],
  );
}
