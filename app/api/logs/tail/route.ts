import { LogTailParams } from '@/lib/contracts/logs';
import { requireLoki } from '@/lib/server/logs/filter';
import { followLogs } from '@/lib/server/logs/tail';
import { route } from '@/lib/server/route';
import { eventStream } from '@/lib/server/streams/event-stream';

/** Lines as they arrive, as server-sent events of `LogTailEvent`, until the reader leaves. */
export const GET = route('telemetry:read', LogTailParams, (filter, { signal }) => {
  const loki = requireLoki();
  return eventStream(signal, (emit, left) => followLogs(loki, filter, emit, left));
});
