import type * as z from 'zod';
import type { Permission } from './permission';

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

/** A GET of telemetry. */
export const read = (path: string, params: z.ZodType, response: z.ZodType, summary: string): Endpoint => ({
  method: 'GET',
  path: `/api/${path}`,
  permission: 'telemetry:read',
  params,
  response,
  summary,
});
