import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type {
  ActionCheck,
  NewPostmortemAction,
  NewReview,
  Postmortem,
  PostmortemActionEdit,
  PostmortemDraft,
  PostmortemEdit,
  SectionHistory,
  SectionSave,
} from '@/lib/contracts/postmortem';
import { type ApiError, apiAddress, apiQuery, apiSend } from './api';

const at = (incidentId: string, rest = ''): string => `incidents/${encodeURIComponent(incidentId)}/postmortem${rest}`;

const write = <I>(client: QueryClient, send: (input: I) => Promise<Postmortem>) =>
  mutationOptions<Postmortem, ApiError, I>({
    mutationFn: send,
    onSuccess: () =>
      client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('incidents') }),
  });

/** The postmortem of an incident; where none was begun, an empty one with its gaps. */
export const postmortemQuery = (incidentId: string) => apiQuery<Postmortem>(at(incidentId));

/** What the timeline says, section by section; nothing is stored by asking. */
export const postmortemDraftQuery = (incidentId: string) => apiQuery<PostmortemDraft>(at(incidentId, '/draft'));

/** Every version of a section, newest first; `key` is one of the contract's sections. */
export const sectionHistoryQuery = (incidentId: string, key: string) =>
  apiQuery<SectionHistory>(at(incidentId, `/sections/${key}`));

/** Where the postmortem is had as Markdown, byte for byte the same for the same words. */
export const postmortemExportAddress = (incidentId: string): string => apiAddress(at(incidentId, '/export'), {});

/** Saves a section; a conflict carries the other's text and a merged one in `error.fields`. */
export const saveSection = (client: QueryClient) =>
  write(client, ({ incidentId, key, ...save }: SectionSave) =>
    apiSend<Postmortem>('POST', at(incidentId, `/sections/${key}`), save),
  );

/** Owner and state; revision 0 begins a postmortem where there is none. A conflict where somebody was first. */
export const editPostmortem = (client: QueryClient) =>
  write(client, ({ incidentId, ...edit }: PostmortemEdit) => apiSend<Postmortem>('PATCH', at(incidentId), edit));

/**
 * Of exactly the text whose hash it names: a text changed meanwhile is a conflict. Approving marks a resolved
 * incident reviewed.
 */
export const reviewPostmortem = (client: QueryClient) =>
  write(client, ({ incidentId, ...review }: NewReview) =>
    apiSend<Postmortem>('POST', at(incidentId, '/reviews'), review),
  );

/** All but its text may be left out: no owner, no due time, no query that would verify it. */
export const addAction = (client: QueryClient) =>
  write(
    client,
    ({
      incidentId,
      ...action
    }: Pick<NewPostmortemAction, 'incidentId' | 'id' | 'text'> & Partial<NewPostmortemAction>) =>
      apiSend<Postmortem>('POST', at(incidentId, '/actions'), action),
  );

/** Fields left out stay; null takes owner, due time, link or query away. */
export const editAction = (client: QueryClient) =>
  write(client, ({ incidentId, actionId, ...edit }: PostmortemActionEdit) =>
    apiSend<Postmortem>('PATCH', at(incidentId, `/actions/${actionId}`), edit),
  );

/** Asks the query that would show that an action worked. */
export const checkAction = (client: QueryClient) =>
  write(client, ({ incidentId, actionId, id }: ActionCheck) =>
    apiSend<Postmortem>('POST', at(incidentId, `/actions/${actionId}/check`), { id }),
  );
