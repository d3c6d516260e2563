import { TraceRowsParams } from '@/lib/contracts/trace';
import { route } from '@/lib/server/route';
import { loadTrace } from '@/lib/server/traces/load';
import { traceRowsWindow } from '@/lib/server/traces/rows';

export const GET = route('telemetry:read', TraceRowsParams, async (asked, { signal }) =>
  traceRowsWindow(await loadTrace(asked.traceId, signal), asked),
);
