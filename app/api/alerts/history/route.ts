import { AlertsParams } from '@/lib/contracts/alert';
import type { AlertHistory } from '@/lib/contracts/alert-history';
import { readAlertHistory } from '@/lib/server/alerts/history';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', AlertsParams, ({ model }, { signal, nowMs }): Promise<AlertHistory> => {
  return readAlertHistory({ model: model ?? null, nowMs, signal });
});
