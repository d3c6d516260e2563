import 'server-only';
import type { IncomingMessage } from 'node:http';
import type { SyntheticAnswer } from '@/lib/contracts/synthetic';
import { judgeAnswer, traceparentOf } from '@/lib/domain/synthetic';
import type { SyntheticConfig } from '../config/synthetic';
import { redact } from '../redaction/redact';
import { networkReason } from '../upstream/network';
import { post, RefusedAddress } from '../webhooks/post';

/** Bytes of an answer that are read: the answer of one prediction is small. */
const MAX_ANSWER_BYTES = 256 * 1024;
const KEPT_CHARACTERS = 500;

export interface CheckIds {
  requestId: string;
  traceId: string;
  spanId: string;
}

/** The body with the run's own ids where it asks for them. */
function withIds(value: unknown, ids: CheckIds): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('$request_id', ids.requestId).replaceAll('$trace_id', ids.traceId);
  }
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, ids)]));
}

/**
 * Sends the known request once and judges what comes back. No redirect is followed and the address is checked while
 * connecting. Throws only when `stopping` aborts: everything else is an answer.
 */
export async function sendCheck(
  check: SyntheticConfig,
  ids: CheckIds,
  stopping: AbortSignal,
  clock: () => number = () => performance.now(),
): Promise<SyntheticAnswer> {
  const deadline = AbortSignal.timeout(check.timeoutMs);
  const startedMs = clock();
  const none = { status: null, text: null, elapsedMs: null };
  try {
    const response = await ask(check, ids, AbortSignal.any([deadline, stopping]));
    const text = await textOf(response);
    const elapsedMs = clock() - startedMs;
    const status = response.statusCode ?? 0;
    const shown = redact(text.replaceAll('\u0000', '\uFFFD')).slice(0, KEPT_CHARACTERS).toWellFormed();
    return { ...judgeAnswer({ status, text, elapsedMs }, check.expect), status, elapsedMs, text: shown };
  } catch (error) {
    stopping.throwIfAborted();
    if (deadline.aborted) {
      const reason = `It did not answer within ${check.timeoutMs / 1000} s.`;
      return { ...none, state: 'timeout', elapsedMs: clock() - startedMs, reason };
    }
    const reason =
      error instanceof RefusedAddress
        ? error.sentence('checks', 'synthetic.allowLinkLocal for this model')
        : `It cannot be reached: ${networkReason(error)}.`;
    return { ...none, state: 'unreachable', reason };
  }
}

const ask = (check: SyntheticConfig, ids: CheckIds, signal: AbortSignal): Promise<IncomingMessage> =>
  post(check.url, {
    body: Buffer.from(JSON.stringify(withIds(check.body, ids))),
    signal,
    allowLinkLocal: check.allowLinkLocal,
    headers: {
      accept: 'application/json',
      'user-agent': 'Windsock synthetic check',
      ...check.headers,
      'content-type': 'application/json',
      traceparent: traceparentOf(ids.traceId, ids.spanId),
      'x-request-id': ids.requestId,
    },
  });

/** The answer's text, at most so many bytes of it; one that breaks off throws. */
async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  response.destroy();
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES));
}
