import type { Fleet } from '@/lib/contracts/fleet';
import type { Against } from '@/lib/contracts/view';
import { apiQuery } from './api';

/** How soon inputs that the console is computing are asked for again. */
const PENDING_MS = 2_000;

/** The fleet as a table, and the sentence over it; asked again soon while inputs are on their way. */
export const fleetQuery = (params: { startMs: number; endMs: number; against?: Against }) => ({
  ...apiQuery<Fleet>('fleet', params),
  refetchInterval: ({ state }: { state: { data?: Fleet | undefined } }) =>
    state.data?.rows.some(({ inputs }) => inputs.isPending) === true ? PENDING_MS : (false as const),
});
