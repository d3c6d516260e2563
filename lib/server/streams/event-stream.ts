import 'server-only';
import { log } from '../log';

const HEARTBEAT_MS = 10_000;
/** Events a slow reader may be behind before the writer waits for it. */
const AHEAD = 8;

/**
 * A stream of server-sent events. `write` runs until it returns or the reader leaves; its `emit` resolves when the
 * reader has room. A comment now and then keeps proxies from closing a quiet stream.
 */
export function eventStream(
  request: AbortSignal,
  write: (emit: (event: object) => Promise<void>, signal: AbortSignal) => Promise<void>,
): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([request, left.signal]);
  const encoder = new TextEncoder();
  let wake: (() => void) | null = null;
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  signal.addEventListener('abort', () => wake?.());
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const put = (text: string) => {
          if (!signal.aborted) controller.enqueue(encoder.encode(text));
        };
        const emit = async (event: object) => {
          put(`data: ${JSON.stringify(event)}\n\n`);
          while (!signal.aborted && (controller.desiredSize ?? 0) <= 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        };
        heartbeat = setInterval(() => put(': here\n\n'), HEARTBEAT_MS);
        put(': here\n\n');
        void write(emit, signal)
          .catch((err: unknown) => {
            if (!signal.aborted) log.error({ err }, 'an event stream broke');
          })
          .finally(() => {
            clearInterval(heartbeat);
            if (!left.signal.aborted) {
              try {
                controller.close();
              } catch {
                // The reader went first.
              }
            }
          });
      },
      pull() {
        wake?.();
      },
      cancel() {
        clearInterval(heartbeat);
        left.abort();
      },
    },
    { highWaterMark: AHEAD },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx gathers answers otherwise.
      'x-accel-buffering': 'no',
    },
  });
}
