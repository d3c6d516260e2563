import * as z from 'zod';
import { ChecklistRun, ChecklistRuns, Checklists, NewChecklistRun, StepAnswer } from './checklist';
import type { Endpoint } from './endpoint';
import {
  Acknowledgement,
  Incident,
  IncidentEdit,
  IncidentList,
  IncidentParams,
  IncidentSummary,
  IncidentsParams,
  NewIncident,
  StatusChange,
} from './incident';
import {
  AlertAttachment,
  AlertDeliveries,
  AlertDeliveriesParams,
  AlertDelivery,
  AlertDeliveryBody,
  AlertDeliveryParams,
  AlertEpisodes,
  AlertEpisodesParams,
  IncidentAlertsParams,
  WebhookReceipt,
} from './incident-alert';
import { ContextPack } from './incident-context';
import { EntriesParams, Entry, EntryPage, NewEntry } from './incident-entry';
import { IncidentLink, IncidentSplit, LinkUndo, NewIncidentLink } from './incident-link';
import { IncidentRole, IncidentRoleEnd, NewIncidentRole } from './incident-role';
import { IncidentTask, IncidentTaskEdit, NewIncidentTask } from './incident-task';
import { IncidentLiveParams, LiveEvent } from './live';
import { NoParams } from './params';
import {
  ActionCheck,
  NewPostmortemAction,
  NewReview,
  Postmortem,
  PostmortemActionEdit,
  PostmortemDraft,
  PostmortemEdit,
  SectionHistory,
  SectionHistoryParams,
  SectionSave,
} from './postmortem';

type Told = Pick<Endpoint, 'params' | 'response' | 'summary'>;

const read = (path: string, told: Told): Endpoint => ({
  method: 'GET',
  path: `/api/${path}`,
  permission: 'incidents:read',
  ...told,
});

const write = (method: 'POST' | 'PATCH' | 'DELETE', path: string, told: Told): Endpoint => ({
  method,
  path: `/api/${path}`,
  permission: 'incidents:write',
  ...told,
});

const ONE = 'incidents/{incidentId}';
const PM = `${ONE}/postmortem`;

/** Endpoints of incidents and of the alerts that open them. */
export const INCIDENT_ENDPOINTS: readonly Endpoint[] = [
  read('incidents', {
    params: IncidentsParams,
    response: IncidentList,
    summary: 'Incidents that match, the newest first, with how long they took',
  }),
  write('POST', 'incidents', { params: NewIncident, response: Incident, summary: 'Declare an incident' }),
  read(ONE, { params: IncidentParams, response: Incident, summary: 'One incident, without its entries' }),
  write('PATCH', ONE, { params: IncidentEdit, response: Incident, summary: 'Change title, severity, times, tags' }),
  write('POST', `${ONE}/status`, {
    params: StatusChange,
    response: Incident,
    summary: 'Bring an incident to another status',
  }),
  write('POST', `${ONE}/acknowledge`, { params: Acknowledgement, response: Incident, summary: 'Say "I have it"' }),
  read(`${ONE}/entries`, { params: EntriesParams, response: EntryPage, summary: 'A page of the timeline' }),
  write('POST', `${ONE}/entries`, { params: NewEntry, response: Entry, summary: 'Add to the timeline' }),
  write('POST', `${ONE}/roles`, { params: NewIncidentRole, response: IncidentRole, summary: 'Give somebody a role' }),
  write('PATCH', `${ONE}/roles/{roleId}`, {
    params: IncidentRoleEnd,
    response: IncidentRole,
    summary: "End somebody's turn",
  }),
  write('POST', `${ONE}/tasks`, { params: NewIncidentTask, response: IncidentTask, summary: 'Add a task' }),
  write('PATCH', `${ONE}/tasks/{taskId}`, {
    params: IncidentTaskEdit,
    response: IncidentTask,
    summary: 'Change a task, close it, open it again',
  }),
  write('POST', `${ONE}/links`, {
    params: NewIncidentLink,
    response: IncidentLink,
    summary: 'Relate an incident to another, or merge it into the other',
  }),
  write('DELETE', `${ONE}/links/{linkId}`, {
    params: LinkUndo,
    response: IncidentLink,
    summary: 'Undo a relation, a merge or a split',
  }),
  write('POST', `${ONE}/split`, {
    params: IncidentSplit,
    response: IncidentSummary,
    summary: 'Take alerts and entries out into a new incident',
  }),
  read(`${ONE}/alerts`, { params: IncidentAlertsParams, response: AlertEpisodes, summary: 'Alerts of an incident' }),
  write('POST', `${ONE}/alerts`, {
    params: AlertAttachment,
    response: Incident,
    summary: 'Attach alerts, or take them off',
  }),
  {
    ...read(`${ONE}/live`, { params: IncidentLiveParams, response: LiveEvent, summary: 'When an incident changes' }),
    media: 'text/event-stream',
  },
  read(`${ONE}/context`, {
    params: IncidentParams,
    response: ContextPack,
    summary: 'The fleet as it was at declaring',
  }),
  write('POST', `${ONE}/context`, {
    params: IncidentParams,
    response: ContextPack,
    summary: 'Look once more at what could not be known',
  }),
  read('checklists', { params: NoParams, response: Checklists, summary: 'Checklists, and what is wrong with files' }),
  read(`${ONE}/checklists`, {
    params: IncidentParams,
    response: ChecklistRuns,
    summary: 'Checklists gone through for an incident',
  }),
  write('POST', `${ONE}/checklists`, {
    params: NewChecklistRun,
    response: ChecklistRun,
    summary: 'Begin a checklist, and ask its queries',
  }),
  write('POST', `${ONE}/checklists/{runId}/steps`, {
    params: StepAnswer,
    response: ChecklistRun,
    summary: 'Answer a step by its query, or by a person with a reason',
  }),
  read('alert-episodes', {
    params: AlertEpisodesParams,
    response: AlertEpisodes,
    summary: 'Alerts that came by webhook, with or without an incident',
  }),
  {
    ...read(`${ONE}/export`, {
      params: IncidentParams,
      response: z.string(),
      summary: 'An incident, its postmortem and its whole timeline as Markdown',
    }),
    media: 'text/markdown',
  },
  read(PM, { params: IncidentParams, response: Postmortem, summary: 'The postmortem, its gaps and its reviews' }),
  write('PATCH', PM, { params: PostmortemEdit, response: Postmortem, summary: 'Name an owner, ask for a review' }),
  read(`${PM}/draft`, {
    params: IncidentParams,
    response: PostmortemDraft,
    summary: 'What the timeline says, section by section',
  }),
  read(`${PM}/sections/{key}`, {
    params: SectionHistoryParams,
    response: SectionHistory,
    summary: 'Every version of a section',
  }),
  write('POST', `${PM}/sections/{key}`, {
    params: SectionSave,
    response: Postmortem,
    summary: 'Save a section, or learn how it would merge with what another saved',
  }),
  {
    ...write('POST', `${PM}/reviews`, {
      params: NewReview,
      response: Postmortem,
      summary: 'Approve exactly this text, or ask for changes',
    }),
    permission: 'incidents:review',
  },
  write('POST', `${PM}/actions`, { params: NewPostmortemAction, response: Postmortem, summary: 'Add an action' }),
  write('PATCH', `${PM}/actions/{actionId}`, {
    params: PostmortemActionEdit,
    response: Postmortem,
    summary: 'Change an action, close it, open it again',
  }),
  write('POST', `${PM}/actions/{actionId}/check`, {
    params: ActionCheck,
    response: Postmortem,
    summary: 'Ask the query that would show that an action worked',
  }),
  {
    ...read(`${PM}/export`, { params: IncidentParams, response: z.string(), summary: 'The postmortem as Markdown' }),
    media: 'text/markdown',
  },
  read('alert-deliveries', {
    params: AlertDeliveriesParams,
    response: AlertDeliveries,
    summary: 'What webhooks received, the newest first',
  }),
  read('alert-deliveries/{deliveryId}', {
    params: AlertDeliveryParams,
    response: AlertDeliveryBody,
    summary: 'One delivery with its body, redacted',
  }),
  write('POST', 'alert-deliveries/{deliveryId}/replay', {
    params: AlertDeliveryParams,
    response: AlertDelivery,
    summary: 'Read a delivery once more, by the rules of now',
  }),
  ...(['alertmanager', 'grafana'] as const).map(
    (source): Endpoint => ({
      method: 'POST',
      path: `/api/webhooks/${source}`,
      permission: 'alerts:deliver',
      params: NoParams,
      response: WebhookReceipt,
      summary: `Deliver alerts from ${source}, with the secret of webhooks.in`,
    }),
  ),
];
