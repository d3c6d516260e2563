import { useSyncExternalStore } from 'react';

/** What is to be said in a corner of the page and has not been drawn yet. */
let waiting: readonly string[] = [];
let everSaid = false;
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** Says in a corner that something was done: "Note added". Drawn by `Toasts`, which loads with the first of them. */
export function announce(text: string): void {
  waiting = [...waiting, text];
  everSaid = true;
  tell();
}

/** Takes what is waiting to be drawn. */
export function takeAnnounced(): readonly string[] {
  const taken = waiting;
  waiting = [];
  return taken;
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether anything was ever said: from then on the corner is there. */
export const useEverAnnounced = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => everSaid,
    () => false,
  );

/** What waits now; changes with every announcement. */
export const useWaiting = (): readonly string[] =>
  useSyncExternalStore(
    subscribe,
    () => waiting,
    () => waiting,
  );
