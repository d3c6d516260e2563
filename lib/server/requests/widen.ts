import 'server-only';
import { setTimeout as wait } from 'node:timers/promises';
import type { SearchWindow } from '@/lib/domain/request-story-windows';
import { NotNeeded } from './steps';

/**
 * How long the first source is ahead of the second. Every logged request is in Loki, of traces a sample in Tempo; and a
 * search by attribute over days costs a Tempo more than any other question of a story.
 */
const HEAD_START_MS = 600;

/** A source that can be looked through window by window. */
export interface Searched<T> {
  name: string;
  look: (window: SearchWindow, signal: AbortSignal) => Promise<readonly T[]>;
}

/**
 * Widens in two sources, each at its own pace; whichever has it first makes the other's search needless. The second
 * starts a moment later, or at once when the first has nothing.
 */
export async function widenBoth<A, B>(
  windows: readonly SearchWindow[],
  first: Searched<A>,
  second: Searched<B>,
  reader: AbortSignal,
): Promise<[readonly A[], readonly B[]]> {
  const found = new AbortController();
  const signal = AbortSignal.any([reader, found.signal]);
  const firstDone = new AbortController();
  const widen = async <T>({ name, look }: Searched<T>): Promise<readonly T[]> => {
    for (const window of windows) {
      if (found.signal.aborted) return [];
      const hits = await look(window, signal);
      if (hits.length === 0) continue;
      found.abort(new NotNeeded(`Not needed any more: ${name} has it.`));
      return hits;
    }
    return [];
  };
  const headStart = wait(HEAD_START_MS, undefined, { signal: AbortSignal.any([signal, firstDone.signal]) });
  return Promise.all([
    widen(first).finally(() => firstDone.abort()),
    // An abort only ends the waiting: widen() itself sees whether there is anything left to look for.
    headStart.catch(() => undefined).then(() => widen(second)),
  ]);
}
