import 'server-only';
import { AppError } from '../errors';
import { log } from '../log';

/**
 * Text as a file that is written while it is read. The first piece is awaited, so that a refused query is an error and
 * not a file; a failure later breaks the download, which a browser says.
 */
export async function fileStream(
  pieces: AsyncGenerator<string, void>,
  { name, type, signal }: { name: string; type: string; signal: AbortSignal },
): Promise<Response> {
  const first = await pieces.next();
  const encoder = new TextEncoder();
  let waiting: IteratorResult<string, void> | null = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = waiting ?? (await pieces.next());
        waiting = null;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (err) {
        if (!signal.aborted) log.info({ err: err instanceof AppError ? undefined : err }, 'a download broke off');
        controller.error(err);
      }
    },
    async cancel() {
      await pieces.return();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
