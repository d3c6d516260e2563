import {
  type DefaultedQueryObserverOptions,
  QueryClient,
  type QueryFunctionContext,
  type QueryKey,
  type QueryObserverOptions,
} from '@tanstack/react-query';
import type { FrozenPart } from '@/lib/contracts/evidence';
import { ApiError } from './api';

const REFUSAL = {
  code: 'not_found',
  message: 'This frozen copy does not hold that. The live page can ask for it.',
} as const;

/** What was kept, however often it is asked for. */
function kept({ client, queryKey }: QueryFunctionContext): unknown {
  const answer = client.getQueryData<unknown>(queryKey);
  if (answer === undefined) throw new ApiError(REFUSAL);
  return answer;
}

/**
 * A cache that holds the parts of a pin and never asks anything: whatever a panel asks is answered from here, or refused
 * with a sentence. Panels are drawn in it unchanged.
 */
export class FrozenQueryClient extends QueryClient {
  constructor(parts: readonly FrozenPart[], frozenAtMs: number) {
    super();
    for (const { path, params, answer } of parts) {
      this.setQueryData([path, params], answer, { updatedAt: frozenAtMs });
    }
  }

  /** Every observer and every fetch passes here: a query's own function and staleness are overruled in one place. */
  override defaultQueryOptions<
    TQueryFnData = unknown,
    TError = Error,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(
    options:
      | QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey, TPageParam>
      | DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey> {
    return {
      ...super.defaultQueryOptions(options),
      // One path answers one contract, so what was kept of it has the type that is asked for.
      queryFn: (context) => kept(context) as TQueryFnData,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
      retry: false,
      refetchOnMount: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      refetchInterval: false,
      placeholderData: undefined,
    };
  }
}
