'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { readStored, subscribeStored, writeStored } from './browser-storage';

/** A preference and its setter; a stored value outside `allowed` counts as the first of them. */
export function usePreference<const T extends string>(
  key: string,
  allowed: readonly [T, ...T[]],
): [T, (value: T) => void] {
  const stored = useSyncExternalStore(
    subscribeStored,
    () => readStored(key),
    () => null,
  );
  const set = useCallback((value: T) => writeStored(key, value), [key]);
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
