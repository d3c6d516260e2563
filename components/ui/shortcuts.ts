'use client';

import { useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';

export interface Shortcut {
  /** As react-hotkeys-hook writes them: "j", "mod+k", "g>o" for one after the other. The key by what it types, not by where it lies. */
  keys: string;
  /** What it does, as the list under "?" says it. */
  label: string;
  group: 'Anywhere' | 'Go to' | 'Time' | 'Table' | 'Page';
  run: () => void;
  /** False: it neither listens nor is listed, and another may have its key. */
  isOn?: boolean;
}

export interface ListedShortcut extends Omit<Shortcut, 'run' | 'isOn'> {
  id: string;
}

/** What is listening now. The list under "?" is read from here, so that it cannot promise what does not work. */
let listed: readonly ListedShortcut[] = [];
const listeners = new Set<() => void>();

function change(next: readonly ListedShortcut[]): void {
  listed = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const NONE: readonly ListedShortcut[] = [];

/** The shortcuts of the page as it stands, each once. */
export const useShortcuts = (): readonly ListedShortcut[] =>
  useSyncExternalStore(
    subscribe,
    () => listed,
    () => NONE,
  );

/** Whose a key is: a page's own comes before what the key does anywhere, and of two tables the first mounted has it. */
export function shortcutOf(shortcuts: readonly ListedShortcut[], keys: string): ListedShortcut | undefined {
  const claims = shortcuts.filter((each) => each.keys === keys);
  return claims.find(({ group }) => group === 'Page') ?? claims[0];
}

/** How long the second key of a sequence may take; react-hotkeys-hook waits as long. */
const SEQUENCE_MS = 1_000;
let pressed = { key: '', atMs: 0 };
let before = pressed;

if (typeof window !== 'undefined') {
  // In the capture phase, so that it is known before any shortcut hears the key.
  const remember = (event: KeyboardEvent) => {
    before = pressed;
    pressed = { key: event.key.toLowerCase(), atMs: event.timeStamp };
  };
  window.addEventListener('keydown', remember, true);
}

/** Whether the key just pressed ends a sequence: "i" after "g" goes to a page and declares nothing. */
const endsSequence = (keys: string): boolean =>
  pressed.atMs - before.atMs < SEQUENCE_MS && listed.some((each) => each.keys === `${before.key}>${keys}`);

const isFirst = (id: string, keys: string): boolean => shortcutOf(listed, keys)?.id === id;

const isDialogOpen = (): boolean => document.querySelector('[role="dialog"][data-state="open"]') !== null;

/** Listens for a shortcut while the component is mounted, and lists it under "?". Silent while typing and in dialogs. */
export function useShortcut({ keys, label, group, run, isOn = true }: Shortcut): void {
  const id = useId();
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  // The list lives outside React's tree: one registry for whatever parts of the page are mounted.
  useEffect(() => {
    if (!isOn) return;
    change([...listed, { id, keys, label, group }]);
    return () => change(listed.filter((each) => each.id !== id));
  }, [id, keys, label, group, isOn]);
  useHotkeys(
    keys,
    () => {
      if (isFirst(id, keys) && !isDialogOpen() && !endsSequence(keys)) latest.current();
    },
    {
      preventDefault: () => isFirst(id, keys) && !isDialogOpen(),
      enableOnFormTags: keys === 'mod+k',
      useKey: true,
      // A sign such as "[" or "?" takes Shift or AltGr on one keyboard and nothing on another.
      ignoreModifiers: isSign(keys),
      ignoreEventWhen: (event) => isSign(keys) && isCommand(event),
    },
    [id, keys],
  );
}

const isSign = (keys: string): boolean => /^[^a-z0-9]$/i.test(keys);

const isCommand = (event: KeyboardEvent): boolean =>
  event.metaKey || (event.ctrlKey && !event.getModifierState('AltGraph'));
