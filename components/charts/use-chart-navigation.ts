'use client';

import { useCallback } from 'react';
import { useOpen } from '@/components/shell/use-open';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { useFrozen } from '@/components/ui/frozen';

const sayFrozen = (): void => announce('This is a frozen copy: it holds this range only.');

/** What a chart over time does with the reader's pointer: drag sets the range, double click goes back, dots open. */
export function useChartNavigation() {
  const { setView, back } = useView();
  const frozen = useFrozen();
  const onOpen = useOpen();
  const onZoom = useCallback(
    ({ startMs, endMs }: { startMs: number; endMs: number }) => setView({ from: String(startMs), to: String(endMs) }),
    [setView],
  );
  // The handlers stay, so that the crosshair does; a frozen range moves for nobody.
  return frozen === null ? { onZoom, onBack: back, onOpen } : { onZoom: sayFrozen, onBack: sayFrozen, onOpen };
}
