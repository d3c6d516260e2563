import type { Fleet } from '@/lib/contracts/fleet';
import type { Against } from '@/lib/contracts/view';
import { apiQuery } from './api';

/** The fleet as a table, and the sentence over it. */
export const fleetQuery = (params: { startMs: number; endMs: number; against?: Against }) =>
  apiQuery<Fleet>('fleet', params);
