import { z } from 'zod';
import { Events, EventsParams } from './event';
import { Fleet, FleetParams, Jobs, ModelChoices } from './fleet';
import {
  ModelErrors,
  ModelHeatmap,
  ModelInFlight,
  ModelLatency,
  ModelStages,
  ModelSummary,
  ModelTraffic,
} from './model';
import { NewNote, Note, NoteEdit, NoteList, NoteRemoval, NotesParams } from './note';
import { NoParams } from './params';
import type { Permission } from './permission';
import { ModelRangeParams, RangeParams } from './range';
import { Health, Readiness, SourcesHealth, SourcesReport } from './source';

/** One method of one route, as anybody may call it. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it: `/api/models/{model}/traffic`. */
  path: string;
  permission: Permission;
  /** Path, query and body together, as the route parses them. */
  params: z.ZodType;
  /** Null for an answer without a body. */
  response: z.ZodType | null;
  /** Media type of the answer, where it is not JSON. */
  media?: string;
  summary: string;
}

const read = (path: string, params: z.ZodType, response: z.ZodType, summary: string): Endpoint => ({
  method: 'GET',
  path: `/api/${path}`,
  permission: 'telemetry:read',
  params,
  response,
  summary,
});

/** Every endpoint of the console. The OpenAPI document is made from this list, and a test holds the routes to it. */
export const ENDPOINTS: readonly Endpoint[] = [
  read('fleet', FleetParams, Fleet, 'Models and their versions, by what needs a person most'),
  read('fleet/choices', RangeParams, ModelChoices, 'Models and versions with traffic in a range'),
  read('models/{model}/summary', ModelRangeParams, ModelSummary, 'The answer of a model and its row of the fleet'),
  read('models/{model}/traffic', ModelRangeParams, ModelTraffic, 'Requests and errors by version over time'),
  read('models/{model}/latency', ModelRangeParams, ModelLatency, 'Latency quantiles by version, with exemplars'),
  read('models/{model}/heatmap', ModelRangeParams, ModelHeatmap, 'Requests by latency bucket over time'),
  read('models/{model}/stages', ModelRangeParams, ModelStages, 'Mean time of a request by stage'),
  read('models/{model}/in-flight', ModelRangeParams, ModelInFlight, 'Requests in flight over time'),
  read('models/{model}/errors', ModelRangeParams, ModelErrors, 'Failed requests by reason, from the logs'),
  read('events', EventsParams, Events, 'Changes: versions, roles, alerts, notes'),
  read('jobs', RangeParams, Jobs, 'Batch jobs and feature pipelines'),
  read('sources/health', NoParams, SourcesHealth, 'How each source answers now'),
  {
    ...read('sources', NoParams, SourcesReport, 'Sources, signal map and what it cannot give'),
    permission: 'settings:read',
  },
  { ...read('notes', NotesParams, NoteList, 'Notes of a range'), permission: 'notes:read' },
  {
    method: 'POST',
    path: '/api/notes',
    permission: 'notes:write',
    params: NewNote,
    response: Note,
    summary: 'Put a note on the timeline of changes',
  },
  {
    method: 'PATCH',
    path: '/api/notes/{id}',
    permission: 'notes:write',
    params: NoteEdit,
    response: Note,
    summary: 'Edit a note',
  },
  {
    method: 'DELETE',
    path: '/api/notes/{id}',
    permission: 'notes:write',
    params: NoteRemoval,
    response: null,
    summary: 'Remove a note',
  },
  { ...read('health', NoParams, Health, 'Whether the process lives'), permission: 'health:read' },
  { ...read('ready', NoParams, Readiness, 'Database and sources, each with its state'), permission: 'health:read' },
  {
    ...read('openapi.json', NoParams, z.record(z.string(), z.unknown()), 'This document'),
    permission: 'health:read',
  },
];
