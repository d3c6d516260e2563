import { TraceSearchParams } from '@/lib/contracts/traces';
import { route } from '@/lib/server/route';
import { listTraces } from '@/lib/server/trace-search/list';

/** Traces that match, the newest or the slowest of them. */
export const GET = route('telemetry:read', TraceSearchParams, listTraces);
