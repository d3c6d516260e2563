import { type AlertList, AlertsParams } from '@/lib/contracts/alert';
import { readAlerts } from '@/lib/server/alerts/read-alerts';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', AlertsParams, ({ model }, { signal, nowMs }): Promise<AlertList> => {
  return readAlerts({ model: model ?? null, nowMs, signal });
});
