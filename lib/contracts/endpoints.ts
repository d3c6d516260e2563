import { z } from 'zod';
import { ErrorBody } from './error';
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
import type { Permission } from './permission';
import { ModelRangeParams, RangeParams } from './range';
import { Health, Readiness, SourcesHealth, SourcesReport } from './source';

export interface Endpoint {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As in OpenAPI: `/api/models/{model}/summary`. */
  path: string;
  summary: string;
  permission: Permission;
  /** Path, query and body parameters together, as the route parses them. */
  params: z.ZodType;
  /** Null: an answer without a body. */
  response: z.ZodType | null;
}

const NoParams = z.object({});

const get = (
  path: string,
  summary: string,
  params: z.ZodType,
  response: z.ZodType,
  permission: Permission = 'telemetry:read',
): Endpoint => ({ method: 'GET', path: `/api/${path}`, summary, permission, params, response });

/** Every route of the console: the OpenAPI document is made of this, and a test compares it with the route files. */
export const ENDPOINTS: readonly Endpoint[] = [
  get('fleet', 'The fleet by what needs a person most', FleetParams, Fleet),
  get('fleet/choices', 'Models and versions with requests in the range', RangeParams, ModelChoices),
  get('models/{model}/summary', 'A model’s row and the sentence about it', ModelRangeParams, ModelSummary),
  get('models/{model}/traffic', 'Requests and errors by version', ModelRangeParams, ModelTraffic),
  get('models/{model}/latency', 'Latency quantiles by version, with exemplars', ModelRangeParams, ModelLatency),
  get('models/{model}/heatmap', 'Requests by latency bucket over time', ModelRangeParams, ModelHeatmap),
  get('models/{model}/stages', 'Where a request’s time goes', ModelRangeParams, ModelStages),
  get('models/{model}/in-flight', 'Requests in flight', ModelRangeParams, ModelInFlight),
  get('models/{model}/errors', 'Failed requests by reason, from the logs', ModelRangeParams, ModelErrors),
  get('events', 'What happened: versions, roles, alerts, notes', EventsParams, Events),
  get('jobs', 'Batch jobs and feature pipelines', RangeParams, Jobs),
  get('notes', 'Notes on the timeline', NotesParams, NoteList, 'notes:read'),
  {
    method: 'POST',
    path: '/api/notes',
    summary: 'Put a note on the timeline',
    permission: 'notes:write',
    params: NewNote,
    response: Note,
  },
  {
    method: 'PATCH',
    path: '/api/notes/{id}',
    summary: 'Change a note',
    permission: 'notes:write',
    params: NoteEdit,
    response: Note,
  },
  {
    method: 'DELETE',
    path: '/api/notes/{id}',
    summary: 'Remove a note',
    permission: 'notes:write',
    params: NoteRemoval,
    response: null,
  },
  get('sources', 'Sources and the signal map in force', NoParams, SourcesReport, 'settings:read'),
  get('sources/health', 'How each source answers now', NoParams, SourcesHealth),
  get('health', 'Whether the process runs', NoParams, Health, 'health:read'),
  get('ready', 'Whether the process may be given traffic', NoParams, Readiness, 'health:read'),
  get('openapi.json', 'This document', NoParams, z.record(z.string(), z.unknown()), 'health:read'),
];

type Json = Record<string, unknown>;

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function operation({ method, path, summary, permission, params, response }: Endpoint): Json {
  const input = jsonSchema(params, 'input');
  const properties = isObject(input.properties) ? input.properties : {};
  const required = Array.isArray(input.required) ? input.required : [];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const isQuery = method === 'GET' || method === 'DELETE';
  const names = Object.keys(properties);
  const parameters = names
    .filter((name) => isQuery || inPath.includes(name))
    .map((name) => ({
      name,
      in: inPath.includes(name) ? 'path' : 'query',
      required: inPath.includes(name) || required.includes(name),
      schema: properties[name],
    }));
  const bodyNames = isQuery ? [] : names.filter((name) => !inPath.includes(name));
  const body = {
    type: 'object',
    properties: Object.fromEntries(bodyNames.map((name) => [name, properties[name]])),
    required: required.filter((name) => bodyNames.includes(String(name))),
  };
  const answer =
    response === null
      ? { '204': { description: 'Done' } }
      : {
          '200': {
            description: 'Answer',
            content: { 'application/json': { schema: jsonSchema(response, 'output') } },
          },
        };
  return {
    summary,
    'x-permission': permission,
    parameters,
    ...(bodyNames.length === 0
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...answer,
      default: {
        description: 'What went wrong, for a person to read',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** The OpenAPI 3.1 document of every route, made from the contracts. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Windsock', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas: { Error: jsonSchema(ErrorBody, 'output') } },
  };
}
