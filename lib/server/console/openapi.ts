import 'server-only';
import { z } from 'zod';
import type { Endpoint } from '@/lib/contracts/endpoint';
import { ErrorBody } from '@/lib/contracts/error';
import { CONSOLE_VERSION } from './version';

type Schema = Record<string, unknown>;

/** A contract as JSON Schema; what it has no word for (a transform's result) is left open. */
function toSchema(schema: z.core.$ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function operationOf({ method, path, permission, params, response, media, summary }: Endpoint): Schema {
  const asked = toSchema(params, 'input');
  const properties = isSchema(asked.properties) ? asked.properties : {};
  const required = Array.isArray(asked.required) ? asked.required : [];
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  const hasBody = method === 'POST' || method === 'PATCH';
  const parameters = Object.entries(properties)
    .filter(([name]) => inPath.has(name) || !hasBody)
    .map(([name, schema]) => ({
      name,
      in: inPath.has(name) ? 'path' : 'query',
      required: inPath.has(name) || required.includes(name),
      schema,
    }));
  const bodyProperties = Object.fromEntries(Object.entries(properties).filter(([name]) => !inPath.has(name)));
  const body = {
    ...asked,
    properties: bodyProperties,
    required: required.filter((name) => typeof name === 'string' && name in bodyProperties),
  };
  return {
    summary,
    description: `Needs the permission ${permission}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      ...(response === null
        ? { 204: { description: 'Done.' } }
        : {
            200: {
              description: summary,
              content: { [media ?? 'application/json']: { schema: toSchema(response, 'output') } },
            },
          }),
      default: {
        description: 'What failed, as a sentence for a person.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** The OpenAPI 3.1 document of these endpoints, made from their contracts. */
export function openApiDocument(endpoints: readonly Endpoint[]): Schema {
  const paths: Record<string, Schema> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Windsock',
      version: CONSOLE_VERSION,
      description: 'The HTTP API of the console. Times are milliseconds since the epoch; null means not measured.',
    },
    paths,
    components: { schemas: { Error: toSchema(ErrorBody, 'output') } },
  };
}
