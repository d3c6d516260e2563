/** Texts kept by this browser. Storage may be full, refused or absent: then a text lasts as long as the page. */
const memory = new Map<string, string>();
const listeners = new Set<() => void>();
const PREFIX = 'windsock.';

/** The text under a key; null where there is none. */
export function readStored(key: string): string | null {
  const held = memory.get(key);
  if (held !== undefined) return held;
  try {
    return window.localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Keeps a text; null removes it. */
export function writeStored(key: string, value: string | null): void {
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) window.localStorage.removeItem(PREFIX + key);
    else window.localStorage.setItem(PREFIX + key, value);
  } catch {
    // Private windows refuse storage; the memory above serves until the page closes.
  }
  for (const listener of listeners) listener();
}

/** Tells of every change, those of other tabs included. */
export function subscribeStored(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key?.startsWith(PREFIX)) memory.delete(event.key.slice(PREFIX.length));
    listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}
