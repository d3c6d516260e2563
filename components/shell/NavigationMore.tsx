'use client';

import { clsx } from 'clsx';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { Popover } from '@/components/ui/Popover';
import { isCurrent, type NavItem } from './nav';
import { ViewLink } from './ViewLink';

/** On a phone, the pages that its bottom line has no room for. */
export function NavigationMore({ items, pathname }: { items: readonly NavItem[]; pathname: string }) {
  const [isOpen, setOpen] = useState(false);
  const here = items.find((item) => isCurrent(item, pathname));
  return (
    <Popover
      label="More pages"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className={clsx(
            'hidden h-full min-w-0 flex-1 flex-col items-center justify-center gap-0.5 rounded-panel px-1 text-axis max-sm:flex',
            here === undefined ? 'text-t2' : 'bg-raised text-t1',
          )}
        >
          <Ellipsis size={15} aria-hidden className="shrink-0" />
          <span className="max-w-full truncate">{here === undefined ? 'More' : here.name}</span>
        </button>
      }
    >
      <ul className="grid min-w-44 p-1">
        {items.map((item) => (
          <li key={item.path}>
            <ViewLink
              to={item.path}
              aria-current={item === here ? 'page' : undefined}
              onClick={() => setOpen(false)}
              className={clsx(
                'flex h-10 items-center gap-2.5 rounded-panel px-3 text-body hover:bg-raised',
                item === here ? 'bg-raised text-t1' : 'text-t2',
              )}
            >
              <item.Icon size={15} aria-hidden className="shrink-0" />
              {item.name}
            </ViewLink>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
