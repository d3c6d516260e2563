'use client';

import { useEffect, useRef, useState } from 'react';

/** How far below the window a part of the page begins to load. */
const AHEAD = '400px';

/** Whether the element was ever in or near the window: what nobody scrolled to loads and asks nothing. */
export function useSeen<T extends Element>() {
  const ref = useRef<T>(null);
  const [isSeen, setSeen] = useState(false);
  // The browser's own watch over what is in the window.
  useEffect(() => {
    const element = ref.current;
    if (element === null || isSeen) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: AHEAD },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, [isSeen]);
  return { ref, isSeen };
}
