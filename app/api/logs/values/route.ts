import { type LogValues, LogValuesParams } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { logValues } from '@/lib/server/logs/names';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  LogValuesParams,
  (params, { signal }): Promise<LogValues> => logValues(requireLoki(), params, signal),
);
