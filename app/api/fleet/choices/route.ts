import type { ModelChoices } from '@/lib/contracts/fleet';
import { RangeParams } from '@/lib/contracts/range';
import { readChoices } from '@/lib/server/fleet/read-choices';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', RangeParams, async (params, { signal, nowMs }): Promise<ModelChoices> => {
  const telemetry = await openTelemetry(nowMs);
  return readChoices(telemetry, params, signal);
});
