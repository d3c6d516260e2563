'use client';

import { useCallback, useSyncExternalStore } from 'react';

/** Preferences of this browser. Storage may be full, refused or absent: then a preference lasts as long as the page. */
const memory = new Map<string, string>();
const listeners = new Set<() => void>();

function read(key: string): string | null {
  const held = memory.get(key);
  if (held !== undefined) return held;
  try {
    return window.localStorage.getItem(`windsock.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  memory.set(key, value);
  try {
    window.localStorage.setItem(`windsock.${key}`, value);
  } catch {
    // Private windows refuse storage; the memory above serves until the page closes.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key?.startsWith('windsock.')) memory.delete(event.key.slice('windsock.'.length));
    listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}

/** A preference and its setter; a stored value outside `allowed` counts as the first of them. */
export function usePreference<const T extends string>(
  key: string,
  allowed: readonly [T, ...T[]],
): [T, (value: T) => void] {
  const stored = useSyncExternalStore(
    subscribe,
    () => read(key),
    () => null,
  );
  const set = useCallback((value: T) => write(key, value), [key]);
  return [allowed.find((value) => value === stored) ?? allowed[0], set];
}

/** The zone times are written in: undefined is the reader's own, "UTC" on the toggle. */
export function useZone(): { zone: string | undefined; isUtc: boolean; setUtc: (isUtc: boolean) => void } {
  const [zone, setZone] = usePreference('zone', ['local', 'utc']);
  return {
    zone: zone === 'utc' ? 'UTC' : undefined,
    isUtc: zone === 'utc',
    setUtc: (isUtc) => setZone(isUtc ? 'utc' : 'local'),
  };
}
