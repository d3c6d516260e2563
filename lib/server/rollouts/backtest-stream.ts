import 'server-only';
import { setMaxListeners } from 'node:events';
import type { BacktestLine } from '@/lib/contracts/rollout-backtest';
import { AppError } from '../errors';
import { log } from '../log';
import { MAX_QUERIES } from './read-inputs';

/** A backtest as lines of JSON. The reader's leaving stops it, whichever of the two ways it is noticed. */
export function backtestStream(
  work: (tell: (line: BacktestLine) => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Response {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  setMaxListeners(MAX_QUERIES, either);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (line: BacktestLine): void => {
        if (!either.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      try {
        await work(write, either);
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

function failureLine(error: unknown): BacktestLine {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', 'The console failed on this backtest. Its log has the reason.', { cause: error });
  log.warn({ code: known.code, source: known.details.source, err: known.details.cause ?? error }, known.message);
  const { code, message, source } = known.toBody().error;
  return { type: 'error', code, message, ...(source === undefined ? {} : { source }) };
}
