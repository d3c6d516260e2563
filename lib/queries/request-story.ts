import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { AnswerText } from '@/lib/contracts/answer';
import { readErrorBody, type WireError } from '@/lib/contracts/error-body';
import type {
  Deployment,
  FeatureReport,
  Guide,
  LatencyPlace,
  Nowhere,
  Replay,
  RequestStoryParams,
  SimilarRequests,
  StoryCore,
  StoryEvent,
  StoryStep,
} from '@/lib/contracts/request-story';
import { ApiError, type ApiParams, apiSend } from './api';

/** What is known of a request so far; a part is null until it arrives. */
export interface StoryState {
  steps: readonly StoryStep[];
  story: StoryCore | null;
  answer: AnswerText | null;
  latency: LatencyPlace | null;
  features: FeatureReport | null;
  deployment: Deployment | null;
  similar: SimilarRequests | null;
  guide: Guide | null;
  nowhere: Nowhere | null;
  error: WireError | null;
  /** How long all of it took; null while it is still being told. */
  elapsedMs: number | null;
}

export const NOTHING_TOLD: StoryState = {
  steps: [],
  story: null,
  answer: null,
  latency: null,
  features: null,
  deployment: null,
  similar: null,
  guide: null,
  nowhere: null,
  error: null,
  elapsedMs: null,
};

/** The state after one more line of the stream. */
export function withEvent(state: StoryState, event: StoryEvent): StoryState {
  switch (event.type) {
    case 'step': {
      const { step } = event;
      const isKnown = state.steps.some(({ id }) => id === step.id);
      const steps = isKnown ? state.steps.map((one) => (one.id === step.id ? step : one)) : [...state.steps, step];
      return { ...state, steps };
    }
    case 'failed':
      return { ...state, error: event.error };
    case 'end':
      return { ...state, elapsedMs: event.elapsedMs };
    default: {
      const { type, ...part } = event;
      return { ...state, ...part };
    }
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  const said = readErrorBody(await response.json().catch(() => null));
  const message = `The console answered ${response.status} without saying why.`;
  return new ApiError(said ?? { code: 'internal', message });
}

/** Events of a server-sent stream, in order; a comment line is none. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StoryEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      // Written by our own server and held to its contract by the tests of the route, like every answer.
      if (block.startsWith('data: ')) yield JSON.parse(block.slice('data: '.length)) as StoryEvent;
    }
    if (done) return;
  }
}

const storyKey = ({ requestId, atMs, backMs }: RequestStoryParams) =>
  ['requests', requestId, { atMs, backMs }] as const;

/**
 * The story of a request while it is being told: each part is put into the cache as it arrives. Cancelling the query
 * leaves the stream, and with it every source; what has arrived stays.
 */
export const requestStoryQuery = (params: RequestStoryParams) =>
  queryOptions<StoryState, ApiError, StoryState, ReturnType<typeof storyKey>>({
    queryKey: storyKey(params),
    queryFn: async ({ client, queryKey, signal }) => {
      const search = new URLSearchParams();
      if (params.atMs !== undefined) search.set('atMs', String(params.atMs));
      if (params.backMs !== undefined) search.set('backMs', String(params.backMs));
      const address = `/api/requests/${encodeURIComponent(params.requestId)}/story?${search}`;
      let response: Response;
      try {
        response = await fetch(address, { signal, headers: { accept: 'text/event-stream' } });
      } catch (cause) {
        if (signal.aborted) throw cause;
        const message = 'The console itself cannot be reached. Check your connection.';
        throw new ApiError({ code: 'upstream_unreachable', message, source: 'console' }, cause);
      }
      if (!response.ok || response.body === null) throw await failureOf(response);
      let state = NOTHING_TOLD;
      for await (const event of eventsOf(response.body)) {
        signal.throwIfAborted();
        state = withEvent(state, event);
        client.setQueryData(queryKey, state);
      }
      if (state.elapsedMs === null) {
        const message = 'The story broke off before its end. Ask again.';
        throw new ApiError({ code: 'upstream_unreachable', message, source: 'console' });
      }
      return state;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 3 * 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** The story as a question to keep: its path and parameters, as every other endpoint has them. */
export const storyQuestion = (params: {
  requestId: string;
  atMs: number | undefined;
  backMs: number | undefined;
}): { queryKey: readonly [string, ApiParams] } => {
  const { requestId, ...rest } = params;
  return { queryKey: [`requests/${encodeURIComponent(requestId)}/story`, rest] };
};

/** Stops telling; what has arrived stays on the page. */
export const stopStory = (client: QueryClient, params: RequestStoryParams) =>
  client.cancelQueries({ queryKey: storyKey(params) }, { revert: false });

/**
 * Sends the request to the model once more and compares. Never tried again by itself: each try is a request to the
 * service.
 */
export const replayRequest = () =>
  mutationOptions({
    mutationFn: ({ requestId, atMs }: { requestId: string; atMs: number }) =>
      apiSend<Replay>('POST', `requests/${encodeURIComponent(requestId)}/replay`, { atMs }),
  });
