import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { AlertList, AlertReport } from '@/lib/contracts/alert';
import type { AlertHistory } from '@/lib/contracts/alert-history';
import type {
  NewSilenceAsked,
  SilenceChange,
  SilenceEnd,
  SilenceList,
  SilenceMade,
  SilenceMatcher,
  SilencePreview,
} from '@/lib/contracts/silence';
import { type ApiError, apiQuery, apiSend } from './api';

/** How often a page asks what fires: Alertmanager is asked once for all that are open. */
const POLL_MS = 20_000;

/** What fires, is pending or is held back. */
export const alertsQuery = (asked: { model?: string | undefined }) => ({
  ...apiQuery<AlertList>('alerts', asked),
  refetchInterval: POLL_MS,
});

/** One alert with the silences that hold it; the range is the one its query is drawn over. */
export const alertQuery = ({ alertId, startMs, endMs }: { alertId: string; startMs: number; endMs: number }) =>
  apiQuery<AlertReport>(`alerts/${encodeURIComponent(alertId)}`, { startMs, endMs });

/** How often alerts fired in 14 days, and how often somebody acted. */
export const alertHistoryQuery = (asked: { model?: string | undefined }) =>
  apiQuery<AlertHistory>('alerts/history', asked);

/** Silences of every Alertmanager; with those that are over, or without. */
export const silencesQuery = (asked: { expired?: boolean }) => ({
  ...apiQuery<SilenceList>('silences', { expired: asked.expired ? true : undefined }),
  refetchInterval: POLL_MS,
});

/** What a silence would mute right now, or from a start on. The question is a body, so it is not kept by its address. */
export const silencePreviewQuery = (asked: {
  source?: string | undefined;
  matchers: readonly SilenceMatcher[];
  startsAtMs?: number | undefined;
}) => ({
  queryKey: ['silences/preview', asked] as const,
  queryFn: () => apiSend<SilencePreview>('POST', 'silences/preview', asked),
  retry: false,
  gcTime: 30_000,
  staleTime: 5_000,
});

const asksAgain = (client: QueryClient) =>
  client.invalidateQueries({
    predicate: ({ queryKey }) => typeof queryKey[0] === 'string' && /^(alerts|silences|incidents)\b/.test(queryKey[0]),
  });

const write = <I>(client: QueryClient, send: (input: I) => Promise<SilenceMade>) =>
  mutationOptions<SilenceMade, ApiError, I>({ mutationFn: send, onSuccess: () => asksAgain(client) });

/**
 * Answers with the Alertmanager that was written to. The id is the writer's own, so that a second press makes no
 * second silence.
 */
export const makeSilence = (client: QueryClient) =>
  write(client, (silence: NewSilenceAsked) => apiSend('POST', 'silences', silence));

/** Moves the end, in unix milliseconds. Alertmanager may give the silence another id for it, which is in the answer. */
export const extendSilence = (client: QueryClient) =>
  write(client, ({ silenceId, endsAtMs }: SilenceChange) => apiSend('PATCH', `silences/${silenceId}`, { endsAtMs }));

/** Ends a silence now; it stays on the list of those that are over. */
export const endSilence = (client: QueryClient) =>
  write(client, ({ silenceId }: SilenceEnd) => apiSend('DELETE', `silences/${silenceId}`));
