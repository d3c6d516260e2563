import { LogExportParams } from '@/lib/contracts/logs';
import { exportLogs } from '@/lib/server/logs/export';
import { requireLoki } from '@/lib/server/logs/filter';
import { route } from '@/lib/server/route';
import { fileStream } from '@/lib/server/streams/file-stream';

export const GET = route('telemetry:read', LogExportParams, (params, { signal }) =>
  fileStream(exportLogs(requireLoki(), params, signal), {
    name: `logs-${new Date(params.endMs).toISOString().slice(0, 16).replaceAll(':', '')}.${params.format}`,
    type: params.format === 'csv' ? 'text/csv' : 'application/x-ndjson',
    signal,
  }),
);
