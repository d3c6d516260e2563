'use client';

import { useEffect, useRef, useState } from 'react';
import type { LiveEvent, Onlooker } from '@/lib/contracts/live';

/** Whether others' changes arrive by themselves: told by the server, lost for now, or not yet known. */
export type LiveState = 'connecting' | 'live' | 'lost';

/**
 * Listens to a stream of server-sent events while mounted, calls `onChange` when something changed, and `onPresent` with
 * those who look as well. The browser reconnects by itself; after a gap, another address included, `onChange` is called
 * once, because what happened meanwhile is not known.
 */
export function useLive(
  address: string,
  onChange: () => void,
  onPresent: (others: readonly Onlooker[]) => void,
): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const latest = useRef({ onChange, onPresent });
  const hasGap = useRef(false);
  useEffect(() => {
    latest.current = { onChange, onPresent };
  });
  // The server's stream: open for as long as the page is.
  useEffect(() => {
    const stream = new EventSource(address);
    stream.onopen = () => {
      setState('live');
      if (hasGap.current) latest.current.onChange();
      hasGap.current = false;
    };
    stream.onerror = () => {
      hasGap.current = true;
      setState('lost');
      // Who was here is not known any more.
      latest.current.onPresent([]);
    };
    stream.onmessage = ({ data }) => {
      const event = readEvent(String(data));
      if (event?.type === 'present') latest.current.onPresent(event.others);
      // What cannot be read is asked about rather than missed.
      else if (event === null || event.type === 'changed') latest.current.onChange();
    };
    return () => {
      hasGap.current = true;
      stream.close();
    };
  }, [address]);
  return state;
}

/** Null: no event of these. The server wrote it by its contract. */
function readEvent(text: string): LiveEvent | null {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === 'object' && event !== null && 'type' in event ? (event as LiveEvent) : null;
  } catch {
    return null;
  }
}
