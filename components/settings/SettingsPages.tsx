'use client';

import { clsx } from 'clsx';
import { usePathname } from 'next/navigation';
import { ViewLink } from '@/components/shell/ViewLink';

const PAGES = [
  { path: '/settings/sources', name: 'Sources' },
  { path: '/settings/webhooks', name: 'Webhooks' },
  { path: '/settings/audit', name: 'Audit' },
] as const;

/** The pages of Settings, beside each other. */
export function SettingsPages() {
  const pathname = usePathname();
  return (
    <nav aria-label="Settings" className="flex gap-1 border-line border-b pb-1">
      {PAGES.map(({ path, name }) => (
        <ViewLink
          key={path}
          to={path}
          aria-current={pathname === path ? 'page' : undefined}
          className={clsx(
            'flex h-7 items-center rounded-panel px-2.5 text-small hover:bg-raised hover:text-t1',
            pathname === path ? 'bg-raised text-t1' : 'text-t2',
          )}
        >
          {name}
        </ViewLink>
      ))}
    </nav>
  );
}
