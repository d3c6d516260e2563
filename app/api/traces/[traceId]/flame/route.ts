import { TraceFlameParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { traceFlame } from '@/lib/server/traces/flame';
import { loadTrace } from '@/lib/server/traces/load';

export const GET = route('telemetry:read', TraceFlameParams, async ({ traceId, clock }, { signal }) =>
  traceFlame(await loadTrace(traceId, signal), clock),
);
