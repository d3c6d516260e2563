'use client';

import { createContext, useContext } from 'react';

export interface Frozen {
  /** When what stands here was frozen, milliseconds. */
  atMs: number;
  /** Ids that this copy was made from, for the panels within. */
  id: string;
}

/** Set around a frozen copy. What is within asks nothing, and leads out of itself only into another tab. */
export const FrozenContext = createContext<Frozen | null>(null);

/** The frozen copy around, or null where everything is live. */
export const useFrozen = (): Frozen | null => useContext(FrozenContext);
