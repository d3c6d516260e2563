'use client';

import { useSyncExternalStore } from 'react';

/** What stands over the page: one at a time, whoever asks for it. */
export type OpenDialog =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  /** `eventId` names the note to edit; without it a new one, at `atMs` or at the end of the range. */
  | { kind: 'note'; atMs?: number; eventId?: string };

let current: OpenDialog | null = null;
const listeners = new Set<() => void>();

export function openDialog(next: OpenDialog | null): void {
  current = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useOpenDialog = (): OpenDialog | null =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => null,
  );
