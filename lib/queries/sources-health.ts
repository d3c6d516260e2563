import { queryOptions } from '@tanstack/react-query';
import type { SourcesHealth } from '@/lib/contracts/source';
import { apiQuery } from './api';

const EVERY_MS = 30_000;

/** How the sources answer now. Asks by itself, because it has no range to follow; not in a hidden tab. */
export const sourcesHealthQuery = () =>
  queryOptions({ ...apiQuery<SourcesHealth>('sources/health'), refetchInterval: EVERY_MS, staleTime: EVERY_MS });
