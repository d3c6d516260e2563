'use client';

import { useEffect } from 'react';
import { Toaster, toast } from 'sonner';
import { takeAnnounced, useWaiting } from './announce';

/** The corner where announcements stand for a few seconds. */
export function Toasts() {
  const waiting = useWaiting();
  // The toaster keeps its own list outside React; it listens by the time this effect of its parent runs.
  useEffect(() => {
    if (waiting.length > 0) for (const text of takeAnnounced()) toast(text);
  }, [waiting]);
  return <Toaster position="bottom-right" visibleToasts={3} toastOptions={{ unstyled: false }} />;
}
