import { type Slos, SlosParams } from '@/lib/contracts/slo';
import { route } from '@/lib/server/route';
import { readSlos } from '@/lib/server/slos/read-slos';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', SlosParams, async ({ endMs }, { signal, nowMs }): Promise<Slos> => {
  return readSlos(await openTelemetry(nowMs), { endMs: endMs ?? nowMs, signal });
});
