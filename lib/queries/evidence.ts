import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { Evidence, EvidenceAgain, EvidenceRead } from '@/lib/contracts/evidence';
import { type EvidenceKind, type EvidenceParams, MAX_BESIDE } from '@/lib/contracts/evidence-kinds';
import { apiAddress, apiQuery, apiSend } from './api';

/** What never changes is asked once. */
const FOR_EVER = { staleTime: Number.POSITIVE_INFINITY, refetchOnReconnect: false } as const;

/** A pin, whole. */
export const evidenceQuery = (id: string) => ({
  ...apiQuery<EvidenceRead>(`evidence/${encodeURIComponent(id)}`),
  ...FOR_EVER,
});

/** The question of a pin, asked now. */
export const evidenceAgainQuery = (id: string) => ({
  ...apiQuery<EvidenceAgain>(`evidence/${encodeURIComponent(id)}/again`),
  ...FOR_EVER,
});

/** Where the frozen report of a comparison is downloaded. */
export const evidenceReportAddress = (id: string): string =>
  apiAddress(`evidence/${encodeURIComponent(id)}/report`, {});

/** What of a panel is kept: its kind, its question, and the address of the page it stands on. */
export interface PinAsked {
  id: string;
  kind: EvidenceKind;
  title: string;
  path: string;
  params: EvidenceParams;
  look: { pathname: string; search: string };
  beside: { path: string; params: EvidenceParams }[];
}

/** A key's parameters as a question carries them; null where the key is no question to an endpoint. */
function flatParams(params: unknown): EvidenceParams | null {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return null;
  const flat: EvidenceParams = {};
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
    flat[name] = value;
  }
  return flat;
}

/** Answered questions to these paths that something on the page is looking at now, without the panel's own. */
export function shownQuestions(client: QueryClient, paths: readonly string[]): PinAsked['beside'] {
  return client
    .getQueryCache()
    .findAll({ type: 'active' })
    .flatMap(({ queryKey: [path, asked], state }) => {
      if (typeof path !== 'string' || !paths.includes(path) || state.data === undefined) return [];
      const params = flatParams(asked);
      return params === null ? [] : [{ path, params }];
    })
    .slice(0, MAX_BESIDE);
}

/**
 * Freezes a panel: the server asks its question once more and keeps that answer. The same id again pins nothing new.
 */
export const pinPanel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (asked: PinAsked) => apiSend<Evidence>('POST', 'evidence', asked),
    onSuccess: () => client.invalidateQueries({ queryKey: ['evidence'] }),
  });
