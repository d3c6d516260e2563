import { TraceSpanParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { spanDetails } from '@/lib/server/traces/details';
import { loadTrace } from '@/lib/server/traces/load';

export const GET = route('telemetry:read', TraceSpanParams, async ({ traceId, span, clock, whole }, { signal }) =>
  spanDetails(await loadTrace(traceId, signal), { span, clock, isWhole: whole === '1' }),
);
