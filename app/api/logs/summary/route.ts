import { LogRangeParams, type LogSummary } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { summariseLogs } from '@/lib/server/logs/summary';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  LogRangeParams,
  (params, { signal }): Promise<LogSummary> => summariseLogs(requireLoki(), params, signal),
);
