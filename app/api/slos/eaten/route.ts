import { type SloEaten, SloParams } from '@/lib/contracts/slo';
import { route } from '@/lib/server/route';
import { readEaten } from '@/lib/server/slos/eaten';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', SloParams, async (params, { signal, nowMs }): Promise<SloEaten> => {
  return readEaten(await openTelemetry(nowMs), { ...params, endMs: params.endMs ?? nowMs, signal });
});
