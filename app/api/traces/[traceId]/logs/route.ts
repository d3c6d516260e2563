import { TraceLogsParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { loadTrace } from '@/lib/server/traces/load';
import { traceLogs } from '@/lib/server/traces/logs';

export const GET = route('telemetry:read', TraceLogsParams, async ({ traceId }, { signal }) =>
  traceLogs(await loadTrace(traceId, signal), signal),
);
