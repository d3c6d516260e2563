import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { Evidence, EvidenceAgain, EvidenceList, EvidenceRead } from '@/lib/contracts/evidence';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
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

export const evidenceListQuery = (params: { model?: string; kind?: EvidenceKind; limit?: number }) =>
  apiQuery<EvidenceList>('evidence', params);

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
}

export const pinPanel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (asked: PinAsked) => apiSend<Evidence>('POST', 'evidence', asked),
    onSuccess: () => client.invalidateQueries({ queryKey: ['evidence'] }),
  });
