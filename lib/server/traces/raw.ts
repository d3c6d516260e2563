import 'server-only';
import type { LoadedTrace } from './load';

const PIECE = 1024 * 1024;

/** The trace's JSON as it came, for saving. One that broke off is closed behind its last whole span, so that it is JSON. */
export function rawTrace({ parsed, traceId }: LoadedTrace): Response {
  const { text, whole, closing } = parsed;
  let end = text.length;
  if (!whole) {
    end = 0;
    for (const to of parsed.to) end = Math.max(end, to);
  }
  const encoder = new TextEncoder();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= end) {
        if (!whole) controller.enqueue(encoder.encode(closing));
        controller.close();
        return;
      }
      let next = Math.min(end, at + PIECE);
      // Half a surrogate pair at the end of a piece would be lost.
      if (next < end && /[\uD800-\uDBFF]/.test(text[next - 1] ?? '')) next += 1;
      controller.enqueue(encoder.encode(text.slice(at, next)));
      at = next;
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
