'use client';

import Link from 'next/link';
import type { ComponentProps } from 'react';
import { useView } from './use-view';
import type { ViewPatch } from './view-address';

/** A link within the console that keeps range and model. `to` is a path, with parameters of its own where it has any. */
export function ViewLink({
  to,
  patch,
  ...rest
}: { to: string; patch?: ViewPatch } & Omit<ComponentProps<typeof Link>, 'href'>) {
  const { href } = useView();
  return <Link {...rest} href={href(to, patch)} prefetch={false} />;
}
