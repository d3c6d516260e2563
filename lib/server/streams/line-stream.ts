import 'server-only';
import type { ErrorCode } from '@/lib/contracts/error-body';
import { AppError } from '../errors';
import { log } from '../log';

/** A stage of long work is told at most this often. */
const EVERY_MS = 100;

/** What went wrong, as a line of a contract says it. */
export interface LineFailure {
  code: ErrorCode;
  message: string;
  source?: string | undefined;
}

/**
 * Long work as lines of JSON, `T` the contract's line. The reader's leaving stops the work, whichever of the two ways
 * it is noticed. What the work throws is its last line, a sentence for a person; the log has the reason.
 * @param subject what the console failed on where the fault is its own: "this comparison"
 */
export function lineStream<T>(
  work: (write: (line: T) => void, signal: AbortSignal) => Promise<void>,
  { signal, subject, failed }: { signal: AbortSignal; subject: string; failed: (failure: LineFailure) => T },
): Response {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (line: T): void => {
        if (!either.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      try {
        await work(write, either);
      } catch (error) {
        if (!either.aborted) write(failed(failureOf(error, subject)));
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

/** Lets a stage through ten times a second at most, and always the one that `isLast`. */
export function seldom<P>(tell: (progress: P) => void, isLast: (progress: P) => boolean): (progress: P) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < EVERY_MS && !isLast(progress)) return;
    toldMs = nowMs;
    tell(progress);
  };
}

function failureOf(error: unknown, subject: string): LineFailure {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', `The console failed on ${subject}. Its log has the reason.`, { cause: error });
  log.warn({ code: known.code, source: known.details.source, err: known.details.cause ?? error }, known.message);
  const { code, message, source } = known.toBody().error;
  return { code, message, ...(source === undefined ? {} : { source }) };
}
