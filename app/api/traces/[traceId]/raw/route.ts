import { TraceRawParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { loadTrace } from '@/lib/server/traces/load';
import { rawTrace } from '@/lib/server/traces/raw';

export const GET = route('telemetry:read', TraceRawParams, async ({ traceId }, { signal }) =>
  rawTrace(await loadTrace(traceId, signal)),
);
