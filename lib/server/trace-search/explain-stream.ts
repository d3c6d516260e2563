import 'server-only';
import type { ExplainLine, Explanation } from '@/lib/contracts/traces';
import { AppError } from '../errors';
import { log } from '../log';
import type { ExplainProgress } from './explain';

/** Progress is written at most this often. */
const EVERY_MS = 100;

/** Long work as lines of JSON. The reader's leaving stops it, whichever of the two ways it is noticed. */
export function explainStream(
  work: (tell: (progress: ExplainProgress) => void, signal: AbortSignal) => Promise<Explanation>,
  signal: AbortSignal,
): Response {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (line: ExplainLine) => {
        if (!either.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      let writtenMs = Number.NEGATIVE_INFINITY;
      const tell = (progress: ExplainProgress) => {
        const nowMs = performance.now();
        if (nowMs - writtenMs < EVERY_MS && progress.read < progress.of) return;
        writtenMs = nowMs;
        write({ type: 'progress', ...progress });
      };
      try {
        write({ type: 'result', explanation: await work(tell, either) });
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

function failureLine(error: unknown): ExplainLine {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', 'The console failed on this comparison. Its log has the reason.', { cause: error });
  log.warn({ code: known.code, source: known.details.source, err: known.details.cause ?? error }, known.message);
  const { code, message, source } = known.toBody().error;
  return { type: 'error', code, message, ...(source === undefined ? {} : { source }) };
}
