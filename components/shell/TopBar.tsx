'use client';

import { Search } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '@/components/ui/Button';
import { clock, REFRESH_MS } from './clock';
import { openDialog } from './dialogs';
import { ModelChoice, VersionChoice } from './ModelChoice';
import { RangePicker } from './RangePicker';
import { RefreshChoice } from './RefreshChoice';
import { SourceDots } from './SourceDots';
import { ThemeChoice } from './ThemeChoice';
import { useView } from './use-view';
import { ViewLink } from './ViewLink';

/** Model and versions, time, live refresh, search, sources: what every page shares. */
export function TopBar() {
  const { view, isLive } = useView();
  // The page's clock lives outside React: it ticks while the range moves and refresh is on.
  useEffect(() => clock.setInterval(isLive ? REFRESH_MS[view.refresh] : null), [isLive, view.refresh]);
  return (
    <header className="sticky top-0 z-30 col-span-full flex h-11 items-center gap-2 border-line border-b bg-panel px-3 max-sm:gap-1 max-sm:px-2">
      <ViewLink
        to="/"
        title="To the Overview"
        className="w-[176px] shrink-0 font-semibold text-t1 max-lg:w-auto max-sm:hidden"
      >
        Wind<span className="text-challenger">sock</span>
      </ViewLink>
      <ModelChoice />
      <VersionChoice />
      <RangePicker />
      <RefreshChoice />
      <div className="ml-auto flex shrink-0 items-center gap-1.5 max-sm:gap-0.5">
        <Button
          title="Search and commands"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => openDialog({ kind: 'palette' })}
        >
          <Search size={13} aria-hidden className="text-t3" />
          <span className="text-t2 max-lg:sr-only">Search</span>
          <kbd aria-hidden className="font-mono text-axis text-t3 max-lg:hidden">
            ⌘K
          </kbd>
        </Button>
        <SourceDots />
        <ThemeChoice />
      </div>
    </header>
  );
}
