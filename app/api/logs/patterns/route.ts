import { type LogPatternsAnswer, LogRangeParams } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { logPatterns } from '@/lib/server/logs/patterns';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  LogRangeParams,
  (params, { signal }): Promise<LogPatternsAnswer> => logPatterns(requireLoki(), params, signal),
);
