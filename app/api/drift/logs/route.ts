import { DriftParams } from '@/lib/contracts/drift-params';
import { driftStream } from '@/lib/server/drift/logs-stream';
import { readDrift } from '@/lib/server/drift/read-drift';
import { DEEP_LINES } from '@/lib/server/drift/read-logs';
import { route } from '@/lib/server/route';

/** Drift from many prediction lines, as lines of JSON: progress, then the report or an error. */
export const GET = route('telemetry:read', DriftParams, (params, { signal, ...context }) =>
  driftStream(
    (tell, stop) => readDrift({ ...params, source: 'logs' }, { ...context, signal: stop }, { lines: DEEP_LINES, tell }),
    signal,
  ),
);
