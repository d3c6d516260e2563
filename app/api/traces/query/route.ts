import { type TraceQuery, TraceQueryParams } from '@/lib/contracts/traces';
import { route } from '@/lib/server/route';
import { queryOf } from '@/lib/server/trace-search/filter';

/** The TraceQL that the builder's fields stand for. */
export const GET = route('telemetry:read', TraceQueryParams, (filter): TraceQuery => ({ query: queryOf(filter) }));
