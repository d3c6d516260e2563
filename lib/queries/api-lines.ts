import { readErrorBody } from '@/lib/contracts/error-body';
import { ApiError } from './api';

const UNREACHABLE = 'The console itself cannot be reached. Check your connection and start again.';

/**
 * A question, posted, whose answer comes as lines of JSON while it is worked out; `T` is the contract's line. Aborting
 * ends the work on the server. Throws ApiError when the question itself is refused.
 */
export const apiLines = <T>(path: string, body: object, signal: AbortSignal): AsyncGenerator<T> =>
  readLines<T>(`/api/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    signal,
  });

/** The same for a question that is an address. */
export const apiLinesAt = <T>(address: string, signal: AbortSignal): AsyncGenerator<T> =>
  readLines<T>(address, { headers: { accept: 'application/x-ndjson' }, signal });

async function* readLines<T>(address: string, init: RequestInit & { signal: AbortSignal }): AsyncGenerator<T> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (cause) {
    if (init.signal.aborted) throw cause;
    throw new ApiError({ code: 'upstream_unreachable', message: UNREACHABLE, source: 'console' }, cause);
  }
  if (!response.ok) {
    const said = readErrorBody(await response.json().catch(() => null));
    throw new ApiError(said ?? { code: 'internal', message: `The console answered ${response.status}.` });
  }
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + (value ?? '')).split('\n');
      rest = lines.pop() ?? '';
      // Of our own server: its shape is the contract's, as that of every other answer.
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
      if (done) return;
    }
  } finally {
    // Whoever stops reading in the middle wants the work to stop too.
    await reader.cancel().catch(() => undefined);
  }
}
