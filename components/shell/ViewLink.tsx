'use client';

import Link from 'next/link';
import type { ComponentProps } from 'react';
import { useFrozen } from '@/components/ui/frozen';
import { useView } from './use-view';
import type { ViewPatch } from './view-address';

/**
 * A link within the console that keeps range and model. `to` is a path, with parameters of its own where it has any.
 * Out of a frozen copy it leads to what is live, in a new tab.
 */
export function ViewLink({
  to,
  patch,
  ...rest
}: { to: string; patch?: ViewPatch } & Omit<ComponentProps<typeof Link>, 'href'>) {
  const { href } = useView();
  const out = useFrozen() === null ? {} : { target: '_blank', rel: 'noreferrer', title: 'Live data, in a new tab' };
  return <Link {...rest} {...out} href={href(to, patch)} prefetch={false} />;
}
