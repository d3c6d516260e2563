import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { NewSyntheticRun, SyntheticChecks, SyntheticRun } from '@/lib/contracts/synthetic';
import { apiQuery, apiSend } from './api';

/** How often the page asks: fast while a run goes on, whose signals appear within seconds. */
const EVERY_MS = 10_000;
const WHILE_RUNNING_MS = 1_500;

/** Every check with its newest runs. */
export const syntheticChecksQuery = () => ({
  ...apiQuery<SyntheticChecks>('synthetic'),
  refetchInterval: ({ state }: { state: { data: SyntheticChecks | undefined } }) =>
    state.data?.checks.some(({ running }) => running !== null) ? WHILE_RUNNING_MS : EVERY_MS,
});

/** One run; asked again until it has settled. */
export const syntheticRunQuery = (id: string) => ({
  ...apiQuery<SyntheticRun>(`synthetic/runs/${encodeURIComponent(id)}`),
  refetchInterval: ({ state }: { state: { data: SyntheticRun | undefined } }) =>
    state.data !== undefined && state.data.settledAtMs === null ? WHILE_RUNNING_MS : (false as const),
});

/** Sends the check of a model now. */
export const runSyntheticCheck = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ model, id }: NewSyntheticRun) =>
      apiSend<SyntheticRun>('POST', `synthetic/models/${encodeURIComponent(model)}/runs`, { id }),
    onSuccess: () =>
      client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('synthetic') }),
  });
