import type { DriftLogsLine, DriftReport } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { readErrorBody } from '@/lib/contracts/error-body';
import { ApiError } from './api';
import { driftLogsAddress } from './drift';

export type LogsProgress = Omit<Extract<DriftLogsLine, { kind: 'progress' }>, 'kind'>;

const internal = (message: string): ApiError => new ApiError({ code: 'internal', message });

/** Whole lines of a stream of JSON, in order. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<DriftLogsLine> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      // Written by our own server and held to its contract by the tests of the route, like every answer.
      if (line !== '') yield JSON.parse(line) as DriftLogsLine;
    }
    if (done) return;
  }
}

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
  let response: Response;
  try {
    response = await fetch(driftLogsAddress(params), { signal });
  } catch (cause) {
    if (signal.aborted) throw cause;
    const message = 'The console itself cannot be reached. Check your connection.';
    throw new ApiError({ code: 'upstream_unreachable', message, source: 'console' }, cause);
  }
  if (!response.ok || response.body === null) {
    const said = readErrorBody(await response.json().catch(() => null));
    throw said === null ? internal(`The console answered ${response.status} without saying why.`) : new ApiError(said);
  }
  for await (const line of linesOf(response.body)) {
    if (line.kind === 'report') return line.report;
    if (line.kind === 'error') throw internal(line.message);
    const { kind: _kind, ...progress } = line;
    tell(progress);
  }
  throw internal('The console stopped telling before it was done. Ask again.');
}
