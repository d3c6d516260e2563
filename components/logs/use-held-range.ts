'use client';

import { useCallback, useState } from 'react';
import type { LogRange } from '@/lib/queries/logs';

interface Held {
  key: string;
  range: LogRange;
}

/**
 * The page's range, standing still while the reader reads; a new question or `follow` moves it to the present. `key` is
 * what makes a question another one.
 */
export function useHeldRange(
  now: LogRange,
  isReading: boolean,
  key: string,
): { range: LogRange; isHeld: boolean; follow: () => void } {
  const [held, setHeld] = useState<Held>({ key, range: now });
  const isSame = held.range.startMs === now.startMs && held.range.endMs === now.endMs;
  const mayMove = held.key !== key || !isReading;
  const isMoving = (mayMove && !isSame) || held.key !== key;
  // Derived while rendering, as React has it for state that follows from props: no frame shows the old question.
  if (isMoving) setHeld({ key, range: now });
  const follow = useCallback(() => setHeld({ key, range: now }), [key, now]);
  return { range: isMoving ? now : held.range, isHeld: !isMoving && !isSame, follow };
}
