'use client';

import { useSyncExternalStore } from 'react';
import type { PinnablePanel } from '@/components/ui/pin';
import type { Severity } from '@/lib/contracts/incident-words';

/** What is known where somebody presses "declare": an alert, a verdict, a model's page. */
export interface Declaration {
  title?: string;
  text?: string;
  severity?: Severity;
  model?: string;
  version?: string;
  /** When the trouble began in the telemetry, milliseconds. */
  startedAtMs?: number;
  origin?: { kind: 'alert' | 'verdict' | 'guard'; ref: string };
  /** Frozen evidence to stand on the timeline at once. */
  evidenceId?: string;
}

/** What stands over the page: one at a time, whoever asks for it. */
export type OpenDialog =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  /** `eventId` names the note to edit; without it a new one, at `atMs` or at the end of the range. */
  | { kind: 'note'; atMs?: number; eventId?: string }
  /** Keeps what a panel shows as evidence. */
  | { kind: 'pin'; panel: PinnablePanel }
  /** Declares an incident. */
  | { kind: 'declare'; from?: Declaration };

let current: OpenDialog | null = null;
const listeners = new Set<() => void>();

/** Replaces whatever stands open; null closes it. */
export function openDialog(next: OpenDialog | null): void {
  current = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Null while nothing is open, and always on the server. */
export const useOpenDialog = (): OpenDialog | null =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => null,
  );
