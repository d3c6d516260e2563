'use client';

import { useTheme } from 'next-themes';
import { useEffect } from 'react';
import { Toaster, toast } from 'sonner';
import { takeAnnounced, useWaiting } from './announce';

const LOOK = {
  background: 'var(--raised)',
  border: '1px solid var(--border)',
  borderRadius: 6,
  color: 'var(--text-1)',
  fontFamily: 'var(--font-sans)',
  fontSize: 13,
};

/** The corner where announcements stand for a few seconds. */
export function Toasts() {
  const waiting = useWaiting();
  // The toaster keeps its own list outside React; it listens by the time this effect of its parent runs.
  useEffect(() => {
    if (waiting.length > 0) for (const text of takeAnnounced()) toast(text);
  }, [waiting]);
  const { resolvedTheme } = useTheme();
  return (
    <Toaster
      position="bottom-right"
      visibleToasts={3}
      theme={resolvedTheme === 'light' ? 'light' : 'dark'}
      toastOptions={{ style: LOOK }}
    />
  );
}
