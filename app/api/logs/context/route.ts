import { type LogContext, LogContextParams } from '@/lib/contracts/logs';
import { logContext } from '@/lib/server/logs/context';
import { requireLoki } from '@/lib/server/logs/filter';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  LogContextParams,
  (params, { signal }): Promise<LogContext> => logContext(requireLoki(), params, signal),
);
