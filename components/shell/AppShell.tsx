'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, Suspense, useSyncExternalStore } from 'react';
import { useEverAnnounced } from '@/components/ui/announce';
import { DialogHost } from './DialogHost';
import { Navigation } from './Navigation';
import { TopBar } from './TopBar';

// Nothing is announced before the first press of a button.
const Toasts = dynamic(() => import('@/components/ui/Toasts').then((file) => file.Toasts), { ssr: false });

const never = () => () => undefined;

/** False on the server and while hydrating: the reader's clock, zone and theme are known only after. */
const useMounted = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

/** Navigation, top bar and the page. What depends on the reader's clock is drawn after mount, so nothing mismatches. */
export function AppShell({ children }: { children: ReactNode }) {
  const isMounted = useMounted();
  const isSpoken = useEverAnnounced();
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-panel bg-panel px-3 py-2 text-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="grid min-h-dvh grid-cols-[auto_minmax(0,1fr)] grid-rows-[auto_1fr] max-sm:grid-cols-1">
        {isMounted ? (
          <Suspense>
            <TopBar />
            <Navigation />
            <DialogHost />
          </Suspense>
        ) : (
          <header className="col-span-full h-11 border-line border-b bg-panel" />
        )}
        <main
          id="main"
          tabIndex={-1}
          className="col-start-2 min-w-0 p-4 outline-none max-sm:col-start-1 max-sm:px-3 max-sm:pb-20"
        >
          {isMounted ? <Suspense>{children}</Suspense> : null}
        </main>
      </div>
      {isSpoken ? <Toasts /> : null}
    </>
  );
}
