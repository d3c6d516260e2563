'use client';

import { useRouter } from 'next/navigation';
import { useCallback } from 'react';
import { useView } from '@/components/shell/use-view';

/** What a chart over time does with the reader's pointer: drag sets the range, double click goes back, dots open. */
export function useChartNavigation() {
  const { setView, back, href } = useView();
  const router = useRouter();
  const onZoom = useCallback(
    ({ startMs, endMs }: { startMs: number; endMs: number }) => setView({ from: String(startMs), to: String(endMs) }),
    [setView],
  );
  const onOpen = useCallback((path: string) => router.push(href(path)), [router, href]);
  return { onZoom, onBack: back, onOpen };
}
