import { NoParams } from '@/lib/contracts/params';
import type { SloRules } from '@/lib/contracts/slo';
import { route } from '@/lib/server/route';
import { readRules } from '@/lib/server/slos/rules';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', NoParams, async (_params, { signal, nowMs }): Promise<SloRules> => {
  return readRules(await openTelemetry(nowMs), { endMs: nowMs, signal });
});
