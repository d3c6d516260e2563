import { infiniteQueryOptions, mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { ChecklistRun, ChecklistRuns, Checklists, NewChecklistRun, StepAnswer } from '@/lib/contracts/checklist';
import type {
  Incident,
  IncidentEdit,
  IncidentList,
  IncidentSummary,
  IncidentsAsked,
  NewIncidentAsked,
  StatusChange,
} from '@/lib/contracts/incident';
import type {
  AlertAttachment,
  AlertDeliveries,
  AlertDelivery,
  AlertEpisodes,
  AlertEpisodesAsked,
} from '@/lib/contracts/incident-alert';
import type { ContextPack } from '@/lib/contracts/incident-context';
import type { EntriesAsked, Entry, EntryPage, NewEntryAsked } from '@/lib/contracts/incident-entry';
import type { IncidentLink, IncidentSplit } from '@/lib/contracts/incident-link';
import type { IncidentRole, NewIncidentRole } from '@/lib/contracts/incident-role';
import type { IncidentTask, IncidentTaskEdit, NewIncidentTask } from '@/lib/contracts/incident-task';
import { type ApiError, apiAddress, apiAsk, apiQuery, apiSend, shouldRetry } from './api';

/** `Omit` that keeps a union's members apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const at = (incidentId: string, rest = ''): string => `incidents/${encodeURIComponent(incidentId)}${rest}`;

/** Whatever shows incidents asks again: one change stands on the list, the page and the timeline at once. */
const asksAgain = (client: QueryClient) =>
  client.invalidateQueries({
    predicate: ({ queryKey }) => typeof queryKey[0] === 'string' && /^(incidents|events|fleet)\b/.test(queryKey[0]),
  });

const write = <I, O>(client: QueryClient, send: (input: I) => Promise<O>) =>
  mutationOptions<O, ApiError, I>({ mutationFn: send, onSuccess: () => asksAgain(client) });

/** Asks again for everything of one incident: somebody changed it. INC-1 does not ask for INC-12. */
export const askIncidentAgain = (client: QueryClient, incidentId: string) =>
  client.invalidateQueries({
    predicate: ({ queryKey }) => `${String(queryKey[0])}/`.startsWith(`${at(incidentId)}/`),
  });

/** The first incidents that match, newest first. */
export const incidentsQuery = (asked: IncidentsAsked = {}) => apiQuery<IncidentList>('incidents', { ...asked });

/** The same, page by page. */
export const incidentPages = (asked: IncidentsAsked = {}) =>
  infiniteQueryOptions<IncidentList, ApiError, { pages: IncidentList[] }, readonly unknown[], string | null>({
    queryKey: ['incidents', 'pages', asked],
    queryFn: ({ pageParam, signal }) =>
      apiAsk<IncidentList>('incidents', { ...asked, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    retry: shouldRetry,
  });

/** One incident by its UUID or number. */
export const incidentQuery = (incidentId: string) => apiQuery<Incident>(at(incidentId));

/** The timeline, page by page. */
export const entryPages = (incidentId: string, asked: EntriesAsked = {}) =>
  infiniteQueryOptions<EntryPage, ApiError, { pages: EntryPage[] }, readonly unknown[], string | null>({
    queryKey: [at(incidentId, '/entries'), 'pages', asked],
    queryFn: ({ pageParam, signal }) =>
      apiAsk<EntryPage>(at(incidentId, '/entries'), { ...asked, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    retry: shouldRetry,
  });

/** Alerts of an incident, those of what was merged into it included. */
export const incidentAlertsQuery = (incidentId: string, asked: Omit<AlertEpisodesAsked, 'attached'> = {}) =>
  apiQuery<AlertEpisodes>(at(incidentId, '/alerts'), { ...asked });

/**
 * What was captured around the start of an incident; a part that could not be known says why, and may be looked for
 * again.
 */
export const contextPackQuery = (incidentId: string) => apiQuery<ContextPack>(at(incidentId, '/context'));

/** Checklists that can be begun, and what is wrong with files that hold none. */
export const checklistsQuery = () => apiQuery<Checklists>('checklists');

/** Checklists gone through for an incident, newest first, with the answer of each step. */
export const checklistRunsQuery = (incidentId: string) => apiQuery<ChecklistRuns>(at(incidentId, '/checklists'));

/** Alerts that came by webhook, with or without an incident. */
export const alertEpisodesQuery = (asked: AlertEpisodesAsked = {}) =>
  apiQuery<AlertEpisodes>('alert-episodes', { ...asked });

/** Bodies that senders of alerts delivered, newest first; undefined: of every source, of any outcome. */
export const alertDeliveriesQuery = (asked: { source?: string; outcome?: string; cursor?: string } = {}) =>
  apiQuery<AlertDeliveries>('alert-deliveries', asked);

/** Where an incident says that it changed and who else looks, as server-sent events of `LiveEvent`. */
export const incidentLiveAddress = (incidentId: string, viewer: { viewer: string; editing?: string }): string =>
  apiAddress(at(incidentId, '/live'), viewer);

/** Where an incident with its postmortem is had as Markdown. */
export const incidentExportAddress = (incidentId: string): string => apiAddress(at(incidentId, '/export'), {});

/** The same id again is the incident that is there: a second press declares none. */
export const declareIncident = (client: QueryClient) =>
  write(client, (incident: NewIncidentAsked) => apiSend<Incident>('POST', 'incidents', incident));

/** Fields left out stay. A conflict where somebody changed the incident after the revision that was on screen. */
export const editIncident = (client: QueryClient) =>
  write(client, ({ incidentId, ...edit }: IncidentEdit) => apiSend<Incident>('PATCH', at(incidentId), edit));

/**
 * One step; which may follow stands in `nextStatuses`. Resolving while alerts fire or tasks are open asks for a
 * reason, in `error.fields`.
 */
export const changeStatus = (client: QueryClient) =>
  write(client, ({ incidentId, ...change }: StatusChange) =>
    apiSend<Incident>('POST', at(incidentId, '/status'), change),
  );

/** "I have it". `id` becomes that of the commander's turn where nobody commands; again: nothing happens. */
export const acknowledgeIncident = (client: QueryClient) =>
  write(client, ({ incidentId, id }: { incidentId: string; id: string }) =>
    apiSend<Incident>('POST', at(incidentId, '/acknowledge'), { id }),
  );

/** Adds an entry: words, a pin, evidence for or against a hypothesis, a correction. */
export const addEntry = (client: QueryClient) =>
  write(client, ({ incidentId, ...entry }: NewEntryAsked & { incidentId: string }) =>
    apiSend<Entry>('POST', at(incidentId, '/entries'), entry),
  );

/** Where only one can have the role, the turn of the one before ends. */
export const takeRole = (client: QueryClient) =>
  write(client, ({ incidentId, ...role }: NewIncidentRole) =>
    apiSend<IncidentRole>('POST', at(incidentId, '/roles'), role),
  );

/** `toMs` in unix milliseconds; undefined: now. */
export const endRole = (client: QueryClient) =>
  write(client, ({ incidentId, roleId, ...end }: { incidentId: string; roleId: string; toMs?: number }) =>
    apiSend<IncidentRole>('PATCH', at(incidentId, `/roles/${roleId}`), end),
  );

/** Owner and due time may be left out: nobody has it yet, no time is set. */
export const addTask = (client: QueryClient) =>
  write(client, ({ incidentId, ...task }: Without<NewIncidentTask, 'owner' | 'dueAtMs'> & Partial<NewIncidentTask>) =>
    apiSend<IncidentTask>('POST', at(incidentId ?? '', '/tasks'), task),
  );

/** Fields left out stay; a conflict where somebody else changed the task meanwhile. */
export const editTask = (client: QueryClient) =>
  write(client, ({ incidentId, taskId, ...edit }: IncidentTaskEdit) =>
    apiSend<IncidentTask>('PATCH', at(incidentId, `/tasks/${taskId}`), edit),
  );

/** Relates this incident to another, or merges it into the other. */
export const linkIncident = (client: QueryClient) =>
  write(
    client,
    ({
      incidentId,
      ...link
    }: {
      incidentId: string;
      id: string;
      kind: 'related' | 'merge';
      other: string;
      reason?: string;
    }) => apiSend<IncidentLink>('POST', at(incidentId, '/links'), link),
  );

/** Undoes a relation, a merge or a split; both timelines keep that it was there. */
export const undoLink = (client: QueryClient) =>
  write(client, ({ incidentId, linkId }: { incidentId: string; linkId: string }) =>
    apiSend<IncidentLink>('DELETE', at(incidentId, `/links/${linkId}`)),
  );

/** Takes alerts and entries out into a new incident, which is what comes back. */
export const splitIncident = (client: QueryClient) =>
  write(client, ({ incidentId, ...split }: IncidentSplit) =>
    apiSend<IncidentSummary>('POST', at(incidentId, '/split'), split),
  );

/** Attaches alerts, or takes them off, and answers with the incident as it is then. */
export const attachAlerts = (client: QueryClient) =>
  write(client, ({ incidentId, ...attachment }: AlertAttachment) =>
    apiSend<Incident>('POST', at(incidentId, '/alerts'), attachment),
  );

/** Looks again at whatever the context pack could not know. */
export const recaptureContext = (client: QueryClient) =>
  write(client, ({ incidentId }: { incidentId: string }) =>
    apiSend<ContextPack>('POST', at(incidentId, '/context'), {}),
  );

/** Begins a checklist. Its queries are asked before the answer comes, which may take seconds. */
export const startChecklist = (client: QueryClient) =>
  write(client, ({ incidentId, ...run }: NewChecklistRun) =>
    apiSend<ChecklistRun>('POST', at(incidentId, '/checklists'), run),
  );

/** Asks a step's query again, or takes a person's word, which needs a reason. */
export const answerStep = (client: QueryClient) =>
  write(client, ({ incidentId, runId, ...answer }: StepAnswer) =>
    apiSend<ChecklistRun>('POST', at(incidentId, `/checklists/${runId}/steps`), answer),
  );

/** Reads a stored body once more by the rules of now; alerts that have an incident keep it. */
export const replayAlertDelivery = (client: QueryClient) =>
  mutationOptions<AlertDelivery, ApiError, { deliveryId: string }>({
    mutationFn: ({ deliveryId }) => apiSend<AlertDelivery>('POST', `alert-deliveries/${deliveryId}/replay`, {}),
    onSuccess: async () => {
      await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('alert-') });
      await asksAgain(client);
    },
  });
