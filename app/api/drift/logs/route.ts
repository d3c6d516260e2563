import type { DriftLogsLine } from '@/lib/contracts/drift';
import { DriftParams } from '@/lib/contracts/drift-params';
import { readDrift } from '@/lib/server/drift/read-drift';
import { DEEP_LINES, type LogProgress } from '@/lib/server/drift/read-logs';
import { route } from '@/lib/server/route';
import { lineStream, seldom } from '@/lib/server/streams/line-stream';

/** Drift from many prediction lines, as lines of JSON: progress, then the report or an error. */
export const GET = route('telemetry:read', DriftParams, (params, { signal, ...context }) =>
  lineStream<DriftLogsLine>(
    async (write, stop) => {
      const tell = seldom<LogProgress>(
        (progress) => write({ kind: 'progress', ...progress }),
        ({ done, of }) => done >= of,
      );
      const asked = { ...params, source: 'logs' as const };
      write({
        kind: 'report',
        report: await readDrift(asked, { ...context, signal: stop }, { lines: DEEP_LINES, tell }),
      });
    },
    { signal, subject: 'these lines', failed: ({ code, message }) => ({ kind: 'error', code, message }) },
  ),
);
