'use client';

import { useEffect } from 'react';
import { clock, REFRESH_MS } from './clock';
import { useView } from './use-view';
import { ViewLink } from './ViewLink';

/** Model and versions, time, live refresh, search, sources: what every page shares. */
export function TopBar() {
  const { view, isLive } = useView();
  // The page's clock lives outside React: it ticks while the range moves and refresh is on.
  useEffect(() => clock.setInterval(isLive ? REFRESH_MS[view.refresh] : null), [isLive, view.refresh]);
  return (
    <header className="sticky top-0 z-30 col-span-full flex min-h-11 items-center gap-2 border-line border-b bg-panel px-3">
      <ViewLink to="/" className="w-[180px] font-semibold text-t1 max-md:w-auto">
        Wind<span className="text-challenger">sock</span>
      </ViewLink>
    </header>
  );
}
