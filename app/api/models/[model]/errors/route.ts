import type { ModelErrors } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { getConfig } from '@/lib/server/config';
import { readErrors } from '@/lib/server/fleet/read-errors';
import { route } from '@/lib/server/route';
import { openLoki } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', ModelRangeParams, async (params, { signal }): Promise<ModelErrors> => {
  const loki = openLoki();
  if (loki !== null) return readErrors(loki, getConfig(), params, signal);
  const missing = {
    signal: 'errors by reason',
    reason: 'No Loki is configured, so no log line says why requests failed.',
    remedy: 'Name one under sources.loki in windsock.yaml.',
  };
  return { missing: [missing], reasons: [], total: null, truncated: null, why: [] };
});
