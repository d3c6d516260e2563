import { type LogPage, LogsParams } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { listLogs } from '@/lib/server/logs/list';
import { route } from '@/lib/server/route';

const read = (params: LogsParams, { signal }: { signal: AbortSignal }): Promise<LogPage> =>
  listLogs(requireLoki(), params, signal);

export const GET = route('telemetry:read', LogsParams, read);

/** The same question with a cursor that no address holds: thousands of lines may share one instant. */
export const POST = route('telemetry:read', LogsParams, read);
