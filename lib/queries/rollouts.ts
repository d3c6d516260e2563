import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type {
  GuardEvaluations,
  GuardEvaluationsParams,
  GuardRearm,
  GuardReplay,
  GuardState,
  GuardStates,
  KillSwitchChange,
} from '@/lib/contracts/rollout';
import type { BacktestLine, BacktestParams } from '@/lib/contracts/rollout-backtest';
import { ApiError, apiQuery, apiSend } from './api';
import { apiLines } from './api-lines';

/** How often a page asks what its guard did: it evaluates every minute at most. */
const EVERY_MS = 15_000;

/** Every guard and the switch of all of them. */
export const guardsQuery = () => ({ ...apiQuery<GuardStates>('rollouts'), refetchInterval: EVERY_MS });

/** One model's guard: mode, run of violations, next due, last action with its deliveries. */
export const guardQuery = (model: string) => ({
  ...apiQuery<GuardState>(`rollouts/${encodeURIComponent(model)}`),
  refetchInterval: EVERY_MS,
});

/** A page of a guard's evaluations, newest first; the next one begins before the last `atMs`. */
export const guardEvaluationsQuery = ({ model, ...page }: Partial<GuardEvaluationsParams> & { model: string }) => ({
  ...apiQuery<GuardEvaluations>(`rollouts/${encodeURIComponent(model)}/evaluations`, page),
  refetchInterval: EVERY_MS,
});

/** The verdict of a kept evaluation, made again. */
export const guardReplayQuery = (id: string) => apiQuery<GuardReplay>(`guards/evaluations/${id}/replay`);

const asksAgain = (client: QueryClient) =>
  client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('rollouts') });

/** Throws a kill switch or takes it back. */
export const moveKillSwitch = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (change: KillSwitchChange) => apiSend<GuardStates>('POST', 'guards/switch', change),
    onSuccess: () => asksAgain(client),
  });

/** Lets a guard act again on the same two versions. */
export const rearmGuard = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ model, ...rearm }: GuardRearm) =>
      apiSend<GuardState>('POST', `rollouts/${encodeURIComponent(model)}/rearm`, rearm),
    onSuccess: () => asksAgain(client),
  });

/** Sends a message that was given up once more. */
export const replayGuardDelivery = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id }: { id: string }) => apiSend<unknown>('POST', `webhooks/deliveries/${id}/replay`, {}),
    onSuccess: () => asksAgain(client),
  });

/** Runs a policy over past hours; lines come as they are made, and aborting stops the work on the server. */
export async function* runBacktest(
  { model, ...params }: BacktestParams,
  signal: AbortSignal,
): AsyncGenerator<Exclude<BacktestLine, { type: 'error' }>> {
  for await (const line of apiLines<BacktestLine>(`rollouts/${encodeURIComponent(model)}/backtest`, params, signal)) {
    if (line.type === 'error') throw new ApiError(line);
    yield line;
  }
}
