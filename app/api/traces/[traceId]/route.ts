import { TraceParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { traceHeader } from '@/lib/server/traces/header';
import { loadTrace } from '@/lib/server/traces/load';

export const GET = route('telemetry:read', TraceParams, async ({ traceId, clock }, { signal }) =>
  traceHeader(await loadTrace(traceId, signal), clock),
);
