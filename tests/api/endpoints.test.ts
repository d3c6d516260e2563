import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '@/lib/contracts/endpoints';
import { openApiDocument } from '@/lib/server/console/openapi';
import type { RouteHandler } from '@/lib/server/route';

const ROOT = resolve(import.meta.dirname, '../..');
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** `app/api/models/[model]/traffic/route.ts` is `/api/models/{model}/traffic`. */
const pathOf = (file: string) =>
  `/${file
    .replace(/^app\//, '')
    .replace(/\/route\.ts$/, '')
    .replace(/\[(\w+)\]/g, '{$1}')}`;

const files = readdirSync(join(ROOT, 'app/api'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('route.ts'))
  .map((file) => `app/api/${file.replaceAll('\\', '/')}`);

const served = (
  await Promise.all(
    files.map(async (file) => {
      const module: Record<string, unknown> = await import(join(ROOT, file));
      return METHODS.filter((method) => method in module).map((method) => ({
        file,
        name: `${method} ${pathOf(file)}`,
        handler: module[method] as Partial<RouteHandler>,
      }));
    }),
  )
).flat();

describe('the API', () => {
  it('serves exactly the endpoints that the contracts list', () => {
    const listed = ENDPOINTS.map(({ method, path }) => `${method} ${path}`);
    expect(served.map(({ name }) => name).sort()).toEqual(listed.sort());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('guards each by the permission and parses each by the schema of the list', () => {
    for (const { name, handler } of served) {
      const endpoint = ENDPOINTS.find(({ method, path }) => `${method} ${path}` === name);
      expect(handler.permission, `${name} goes through route()`).toBe(endpoint?.permission);
      expect(handler.schema === endpoint?.params, `${name} parses another schema than the list says`).toBe(true);
    }
  });

  it('has no fixed word where a model’s name may stand: a model may be named like it', () => {
    const places = ENDPOINTS.flatMap(({ path }) => {
      const parts = path.split('/');
      return parts.map((part, i) => ({ part, before: parts.slice(0, i).join('/') }));
    });
    const named = new Set(places.filter(({ part }) => part === '{model}').map(({ before }) => before));
    expect(named).toContain('/api/rollouts');
    const taken = places.filter(({ part, before }) => named.has(before) && part !== '{model}' && part !== '');
    expect(taken).toEqual([]);
  });

  it('has no try/catch in a handler: the wrapper shapes every error', () => {
    expect(files.filter((file) => /\btry\s*\{/.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });
});

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS)));

  it('names every path parameter as required, and every query parameter of a range', () => {
    const { parameters } = document.paths['/api/models/{model}/traffic'].get;
    const model = parameters.find(({ name }: { name: string }) => name === 'model');
    expect(model).toMatchObject({ in: 'path', required: true });
    expect(parameters.map(({ name }: { name: string }) => name).sort()).toEqual(['endMs', 'model', 'startMs']);
  });

  it('keeps path parameters out of a body', () => {
    const { requestBody, parameters } = document.paths['/api/notes/{id}'].patch;
    expect(Object.keys(requestBody.content['application/json'].schema.properties).sort()).toEqual([
      'atMs',
      'revision',
      'text',
    ]);
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(['id']);
  });

  it('describes every answer and the one error body', () => {
    for (const operations of Object.values<Record<string, { responses: Record<string, unknown> }>>(document.paths)) {
      for (const { responses } of Object.values(operations)) {
        expect(Object.keys(responses)).toContain('default');
        expect(Object.keys(responses)).toHaveLength(2);
      }
    }
    expect(document.components.schemas.Error.properties.error.properties.code.enum).toContain('upstream_timeout');
  });
});
