import {
  type DefaultedQueryObserverOptions,
  hashKey,
  QueryClient,
  type QueryFunctionContext,
  type QueryKey,
  type QueryObserverOptions,
} from '@tanstack/react-query';
import type { FrozenPart } from '@/lib/contracts/evidence';
import { ApiError, type ApiParams } from './api';

const REFUSAL = {
  code: 'not_found',
  message: 'This frozen copy does not hold that. The live page can ask for it.',
} as const;

/** What a question is of. Where one side names it and the other does not, they are two questions. */
const SUBJECTS: ReadonlySet<string> = new Set(['model', 'version', 'source', 'query', 'feature']);

/** A page snaps the ends of its range by five minutes at most, and by a small share of a short range. */
const MAX_SNAP_MS = 300_000;
const MAX_SNAP_SHARE = 0.1;

function snapOf({ startMs, endMs }: FrozenPart['params']): number {
  const spanMs = Number(endMs) - Number(startMs);
  return spanMs > 0 ? Math.min(MAX_SNAP_MS, MAX_SNAP_SHARE * spanMs) : MAX_SNAP_MS;
}

/**
 * Whether a question that a panel asks at first is the one that was kept, in other words: an instant was snapped to a
 * step, or one side leaves out what the other writes down, such as a choice that another release added.
 */
function isSameQuestion(kept: FrozenPart['params'], asked: ApiParams): boolean {
  const snapMs = snapOf(kept);
  return [...new Set([...Object.keys(kept), ...Object.keys(asked)])].every((name) => {
    const before = kept[name];
    const now = asked[name];
    if (before === undefined || now === undefined) return before === now || !SUBJECTS.has(name);
    if (name.endsWith('Ms')) return Math.abs(Number(before) - Number(now)) <= snapMs;
    return String(before) === String(now);
  });
}

/** What was kept, however often it is asked for. */
function kept({ client, queryKey }: QueryFunctionContext): unknown {
  const answer = client.getQueryData<unknown>(queryKey);
  if (answer === undefined) throw new ApiError(REFUSAL);
  return answer;
}

/**
 * A cache that holds the parts of a pin and never asks anything: whatever a panel asks is answered from here, or refused
 * with a sentence. Panels are drawn in it unchanged.
 *
 * A pin that a program made, or an earlier release, holds its question in other words than today's panel asks it. The
 * first question that fits a part is answered by it; a second one is a choice that the reader made, which was not kept.
 */
export class FrozenQueryClient extends QueryClient {
  #parts: readonly FrozenPart[] = [];
  readonly #frozenAtMs: number;
  /** The question, as a key, that each part answers. */
  readonly #asked = new Map<FrozenPart, string>();

  constructor(parts: readonly FrozenPart[], frozenAtMs: number) {
    super();
    this.#frozenAtMs = frozenAtMs;
    for (const { path, params, answer } of parts) {
      this.setQueryData([path, params], answer, { updatedAt: frozenAtMs });
    }
    // Only now: to store a part is no question.
    this.#parts = parts;
  }

  /** The part that answers a question; null where none does. */
  #partOf(key: QueryKey): FrozenPart | null {
    const [path, params] = key as readonly [string, ApiParams];
    const name = hashKey(key);
    const candidates = this.#parts.filter((part) => part.path === path);
    const own = candidates.find((part) => hashKey([part.path, part.params]) === name);
    const part =
      own ?? candidates.find((one) => (this.#asked.get(one) ?? name) === name && isSameQuestion(one.params, params));
    if (part === undefined) return null;
    if (!this.#asked.has(part)) this.#asked.set(part, name);
    return part;
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
    const part = this.#partOf(options.queryKey ?? []);
    return {
      ...super.defaultQueryOptions(options),
      ...(part === null
        ? {}
        : { initialData: part.answer as TQueryData & (() => undefined), initialDataUpdatedAt: this.#frozenAtMs }),
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
