import 'server-only';
import type { DriftLogsLine, DriftReport } from '@/lib/contracts/drift';
import { AppError } from '../errors';
import { log } from '../log';
import type { LogProgress } from './read-logs';

/** Progress is written at most this often. */
const EVERY_MS = 100;

/** Long work as lines of JSON: progress, then the report or an error. The reader's leaving stops it and its queries. */
export function driftStream(
  work: (tell: (progress: LogProgress) => void, signal: AbortSignal) => Promise<DriftReport>,
  signal: AbortSignal,
): Response {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (line: DriftLogsLine) => {
        if (!either.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      let writtenMs = Number.NEGATIVE_INFINITY;
      const tell = (progress: LogProgress) => {
        const nowMs = performance.now();
        if (nowMs - writtenMs < EVERY_MS && progress.done < progress.of) return;
        writtenMs = nowMs;
        write({ kind: 'progress', ...progress });
      };
      try {
        write({ kind: 'report', report: await work(tell, either) });
      } catch (error) {
        if (!either.aborted) write(failureLine(error));
      }
      if (!left.signal.aborted) controller.close();
    },
    cancel() {
      left.abort(new DOMException('the reader left', 'AbortError'));
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}

function failureLine(error: unknown): DriftLogsLine {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', 'The console failed on these lines. Its log has the reason.', { cause: error });
  log.warn({ code: known.code, source: known.details.source, err: known.details.cause ?? error }, known.message);
  const { code, message } = known.toBody().error;
  return { kind: 'error', code, message };
}
