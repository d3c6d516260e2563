'use client';

import { clsx } from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { usePreference } from '@/components/ui/preference';
import { useShortcut } from '@/components/ui/shortcuts';
import { NavigationMore } from './NavigationMore';
import { isCurrent, NAV, type NavItem } from './nav';
import { useCounters } from './use-counters';
import { useView } from './use-view';
import { ViewLink } from './ViewLink';

/** The pages: at the left, 192 px or 56 px collapsed, with what waits behind them; at the bottom of a phone the five most needed. */
export function Navigation() {
  const pathname = usePathname();
  const [width, setWidth] = usePreference('navigation', ['wide', 'narrow']);
  const isNarrow = width === 'narrow';
  const counters = useCounters();
  const Toggle = isNarrow ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav
      aria-label="Pages"
      className={clsx(
        'sticky top-11 flex h-[calc(100dvh-44px)] flex-col gap-0.5 border-line border-r bg-panel p-2',
        'max-sm:fixed max-sm:inset-x-0 max-sm:top-auto max-sm:bottom-0 max-sm:z-30 max-sm:h-14 max-sm:w-full max-sm:flex-row max-sm:border-t max-sm:border-r-0',
        isNarrow ? 'w-14' : 'w-48 max-md:w-14',
      )}
    >
      {NAV.map((item) => (
        <Item
          key={item.path}
          item={item}
          isCurrent={isCurrent(item, pathname)}
          isNarrow={isNarrow}
          counter={counters[item.path] ?? null}
        />
      ))}
      <NavigationMore items={NAV.filter((item) => item.onPhone !== true)} pathname={pathname} />
      <button
        type="button"
        aria-label={isNarrow ? 'Widen navigation' : 'Narrow navigation'}
        title={isNarrow ? 'Widen navigation' : 'Narrow navigation'}
        aria-expanded={!isNarrow}
        onClick={() => setWidth(isNarrow ? 'wide' : 'narrow')}
        className="mt-auto flex h-8 items-center justify-center rounded-panel text-t3 hover:bg-raised hover:text-t1 max-md:hidden"
      >
        <Toggle size={15} aria-hidden />
      </button>
    </nav>
  );
}

function Item({
  item,
  isCurrent,
  isNarrow,
  counter,
}: {
  item: NavItem;
  isCurrent: boolean;
  isNarrow: boolean;
  /** What waits behind it; null: nothing, or not known. */
  counter: { count: number; what: string } | null;
}) {
  const router = useRouter();
  const { href } = useView();
  useShortcut({
    keys: `g>${item.key}`,
    label: item.name,
    group: 'Go to',
    run: () => router.push(href(item.path)),
  });
  return (
    <ViewLink
      to={item.path}
      aria-current={isCurrent ? 'page' : undefined}
      title={isNarrow ? item.name : undefined}
      className={clsx(
        'relative flex h-8 items-center gap-2.5 rounded-panel px-3 text-body hover:bg-raised hover:text-t1',
        item.onPhone !== true && 'max-sm:hidden',
        'max-sm:h-full max-sm:min-w-0 max-sm:flex-1 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:px-1 max-sm:text-axis',
        isCurrent ? 'bg-raised text-t1' : 'text-t2',
      )}
    >
      <item.Icon size={15} aria-hidden className="shrink-0" />
      <span className={clsx('max-w-full truncate', isNarrow ? 'sm:sr-only' : 'max-md:sm:sr-only')}>{item.name}</span>
      {counter === null ? null : (
        <span
          className={clsx(
            'ml-auto text-bad text-small tabular-nums max-md:absolute max-md:top-0.5 max-md:right-1 max-md:text-axis',
            isNarrow && 'absolute top-0.5 right-1 text-axis',
          )}
        >
          {counter.count}
          <span className="sr-only"> {counter.what}</span>
        </span>
      )}
    </ViewLink>
  );
}
