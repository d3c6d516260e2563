import 'server-only';

/** The answer was larger than allowed; reading stopped and the connection was let go. */
export class TooLargeError extends Error {}

/** Bytes of an answer from which on it counts as large, and waits for a place to be read further. */
const LARGE_BYTES = 1024 * 1024;

/**
 * A response's body as text, read piece by piece so that its length never has to be believed. Beyond `maxBytes` (after
 * decompression) reading stops: 'refuse' throws TooLargeError, 'cut' returns the beginning and
 * says so, also of an answer that broke off. `place` is awaited before a large answer is read further, so that many of
 * them do not stand in memory at once; what it gives lets the next one go on.
 */
export async function readBounded(
  response: Response,
  maxBytes: number,
  beyond: 'refuse' | 'cut',
  place?: () => Promise<() => void>,
): Promise<{ text: string; bytes: number; cut: boolean }> {
  if (response.body === null) return { text: '', bytes: 0, cut: false };
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  if (beyond === 'refuse' && Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await reader.cancel();
    throw new TooLargeError(`announced more than ${maxBytes} bytes`);
  }
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let release: (() => void) | undefined;
  try {
    for (;;) {
      const piece = await reader.read().catch((error: unknown) => {
        // A connection that broke: where the beginning will do, it is taken.
        if (beyond === 'refuse' || bytes === 0) throw error;
        return null;
      });
      if (piece === null) return { text: decode(pieces), bytes, cut: true };
      const { done, value } = piece;
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        await reader.cancel();
        if (beyond === 'refuse') throw new TooLargeError(`sent more than ${maxBytes} bytes`);
        pieces.push(value.subarray(0, value.byteLength - (bytes - maxBytes)));
        return { text: decode(pieces), bytes: maxBytes, cut: true };
      }
      pieces.push(value);
      if (bytes > LARGE_BYTES && place !== undefined) release ??= await place();
    }
    return { text: decode(pieces), bytes, cut: false };
  } finally {
    release?.();
  }
}

/** At once: piece by piece takes several times as long. A byte order mark is left out. */
const decode = (pieces: readonly Uint8Array[]): string => new TextDecoder().decode(Buffer.concat(pieces));
