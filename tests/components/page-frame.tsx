import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { PathnameContext, SearchParamsContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime';
import { type ReactNode, useEffect, useState } from 'react';

const router: AppRouterInstance = {
  back: () => window.history.back(),
  forward: () => window.history.forward(),
  refresh: () => undefined,
  push: (href) => window.history.pushState(null, '', href),
  replace: (href) => window.history.replaceState(null, '', href),
  prefetch: () => undefined,
  bfcacheId: '0',
};

/** What Next.js gives a page: its address, followed through history.pushState and replaceState, and a query client. */
export function PageFrame({ children }: { children: ReactNode }) {
  const [url, setUrl] = useState(() => new URL(window.location.href));
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retryDelay: 1 } } }));
  useEffect(() => {
    const { pushState, replaceState } = window.history;
    const follow =
      (write: typeof pushState): typeof pushState =>
      (...args) => {
        write.apply(window.history, args);
        setUrl(new URL(window.location.href));
      };
    window.history.pushState = follow(pushState);
    window.history.replaceState = follow(replaceState);
    return () => {
      window.history.pushState = pushState;
      window.history.replaceState = replaceState;
    };
  }, []);
  return (
    <AppRouterContext value={router}>
      <PathnameContext value={url.pathname}>
        <SearchParamsContext value={url.searchParams}>
          <QueryClientProvider client={client}>{children}</QueryClientProvider>
        </SearchParamsContext>
      </PathnameContext>
    </AppRouterContext>
  );
}
