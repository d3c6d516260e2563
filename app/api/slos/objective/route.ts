import { type SloDetail, SloParams } from '@/lib/contracts/slo';
import { route } from '@/lib/server/route';
import { readObjective } from '@/lib/server/slos/read-objective';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', SloParams, async (params, { signal, nowMs }): Promise<SloDetail> => {
  return readObjective(await openTelemetry(nowMs), { ...params, endMs: params.endMs ?? nowMs, signal });
});
