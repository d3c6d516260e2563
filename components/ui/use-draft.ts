'use client';

import { useCallback, useState } from 'react';
import { readStored, writeStored } from './browser-storage';

/**
 * What somebody types, kept by the browser with each keystroke: a reload, a crash or a lost network loses no word of it.
 * `key` names what is written about; `done` forgets the draft once it is stored elsewhere. Each tab goes on with its own
 * words: two tabs on one draft do not type into each other.
 */
export function useDraft(key: string, initial = ''): { text: string; write: (text: string) => void; done: () => void } {
  const stored = `draft.${key}`;
  const [text, setText] = useState(() => readStored(stored) ?? initial);
  const write = useCallback(
    (next: string) => {
      setText(next);
      writeStored(stored, next === '' ? null : next);
    },
    [stored],
  );
  const done = useCallback(() => {
    setText('');
    writeStored(stored, null);
  }, [stored]);
  return { text, write, done };
}
