import type { DriftLogsLine, DriftReport } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { ApiError } from './api';
import { apiLinesAt } from './api-lines';
import { driftLogsAddress } from './drift';

export type LogsProgress = Omit<Extract<DriftLogsLine, { kind: 'progress' }>, 'kind'>;

const internal = (message: string): ApiError => new ApiError({ code: 'internal', message });

/**
 * Drift from many prediction lines: tells its progress, and resolves to the report. Aborting leaves the stream, and with
 * it every query of the server. Throws an ApiError whose message may be shown.
 */
export async function readDriftLogs(
  asked: DriftAsked,
  signal: AbortSignal,
  tell: (progress: LogsProgress) => void,
): Promise<DriftReport> {
  const { source: _logsAlone, ...params } = asked;
  for await (const line of apiLinesAt<DriftLogsLine>(driftLogsAddress(params), signal)) {
    if (line.kind === 'report') return line.report;
    if (line.kind === 'error') throw internal(line.message);
    const { kind: _kind, ...progress } = line;
    tell(progress);
  }
  throw internal('The console stopped telling before it was done. Ask again.');
}
