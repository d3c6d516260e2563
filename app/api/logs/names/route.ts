import { type LogNames, LogRangeParams } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { logNames } from '@/lib/server/logs/names';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  LogRangeParams,
  (params, { signal }): Promise<LogNames> => logNames(requireLoki(), params, signal),
);
