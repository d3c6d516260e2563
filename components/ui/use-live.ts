'use client';

import { useEffect, useRef, useState } from 'react';

/** Whether others' changes arrive by themselves: told by the server, lost for now, or not yet known. */
export type LiveState = 'connecting' | 'live' | 'lost';

/**
 * Listens to a stream of server-sent events while mounted and calls `onChange` with each that is not the greeting. The
 * browser reconnects by itself; after a gap `onChange` is called once, because what happened meanwhile is not known.
 */
export function useLive(address: string, onChange: () => void): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // The server's stream: open for as long as the page is.
  useEffect(() => {
    const stream = new EventSource(address);
    let wasLost = false;
    stream.onopen = () => {
      setState('live');
      if (wasLost) latest.current();
      wasLost = false;
    };
    stream.onerror = () => {
      wasLost = true;
      setState('lost');
    };
    stream.onmessage = ({ data }) => {
      if (isChange(String(data))) latest.current();
    };
    return () => stream.close();
  }, [address]);
  return state;
}

/** Anything but the greeting: what cannot be read is asked about rather than missed. */
function isChange(text: string): boolean {
  try {
    const event: unknown = JSON.parse(text);
    return !(typeof event === 'object' && event !== null && 'type' in event && event.type !== 'changed');
  } catch {
    return true;
  }
}
