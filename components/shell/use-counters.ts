'use client';

import { useQuery } from '@tanstack/react-query';
import { alertsQuery } from '@/lib/queries/alerts';
import { incidentsQuery } from '@/lib/queries/incidents';

/** Half a minute: the navigation is on every page, and a number there is read in passing. */
const REFRESH_MS = 30_000;

/** What waits for somebody behind a page of the navigation, by its path; a page without a number has nothing, or none is known. */
export function useCounters(): Readonly<Record<string, { count: number; what: string }>> {
  const open = useQuery({
    ...incidentsQuery({ status: 'triage,active,mitigated', limit: 1 }),
    refetchInterval: REFRESH_MS,
  });
  const alerts = useQuery({ ...alertsQuery({}), refetchInterval: REFRESH_MS });
  const byStatus = open.data?.byStatus;
  const firing = (alerts.data?.groups ?? []).flatMap((group) => group.alerts.filter(({ state }) => state === 'firing'));
  const counters = {
    '/incidents': {
      count: byStatus === undefined ? 0 : byStatus.triage + byStatus.active + byStatus.mitigated,
      what: 'open',
    },
    '/alerts': { count: firing.length, what: 'firing' },
  };
  return Object.fromEntries(Object.entries(counters).filter(([, { count }]) => count > 0));
}
