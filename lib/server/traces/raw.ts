import 'server-only';
import { redactTraceJson } from '../redaction/redact-trace';
import type { LoadedTrace } from './load';

/**
 * The trace's JSON for saving: as it came, but for what the redaction rules take out. One that broke off is closed behind
 * its last whole span, so that it is JSON.
 */
export function rawTrace({ parsed, traceId }: LoadedTrace): Response {
  const { text, whole, closing } = parsed;
  let end = text.length;
  if (!whole) {
    end = 0;
    for (const to of parsed.to) end = Math.max(end, to);
  }
  const encoder = new TextEncoder();
  const pieces = redactTraceJson(text, end);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done) {
        if (!whole) controller.enqueue(encoder.encode(closing));
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(value));
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="trace-${traceId}${whole ? '' : '-partial'}.json"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
