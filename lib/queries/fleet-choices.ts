import type { ModelChoices } from '@/lib/contracts/fleet';
import { apiQuery } from './api';

/** Models and versions with traffic in the range, for the top bar and the palette. */
export const fleetChoicesQuery = (params: { startMs: number; endMs: number }) =>
  apiQuery<ModelChoices>('fleet/choices', params);
