import type { Fleet, FleetParams } from '@/lib/contracts/fleet';
import { apiQuery } from './api';

/** The fleet as a table, and the sentence over it. */
export const fleetQuery = (params: FleetParams) => apiQuery<Fleet>('fleet', params);
