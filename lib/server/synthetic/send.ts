import 'server-only';
import { lookup as resolve } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { SyntheticAnswer } from '@/lib/contracts/synthetic';
import { judgeAnswer, traceparentOf } from '@/lib/domain/synthetic';
import type { SyntheticConfig } from '../config-synthetic';
import { redact } from '../redaction/redact';
import { networkReason } from '../upstream-network';
import { refusedAddress } from '../webhooks/address';

/** Bytes of an answer that are read: the answer of one prediction is small. */
const MAX_ANSWER_BYTES = 256 * 1024;
const KEPT_CHARACTERS = 500;

export interface CheckIds {
  requestId: string;
  traceId: string;
  spanId: string;
}

class RefusedAddress extends Error {}

const refusal = (address: string, what: string): RefusedAddress =>
  new RefusedAddress(
    `Its name leads to ${address}, ${what}, which checks are not sent to. If that is meant, set synthetic.allowLinkLocal for this model in windsock.yaml.`,
  );

/** Looks a name up as Node does and refuses what it may not lead to: what is checked is what is connected to. */
const checkedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    for (const { address } of addresses) {
      const what = refusedAddress(address);
      if (what !== null) return callback(refusal(address, what), []);
    }
    const first = addresses[0];
    if (options.all || first === undefined) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

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
    const reason = error instanceof RefusedAddress ? error.message : `It cannot be reached: ${networkReason(error)}.`;
    return { ...none, state: 'unreachable', reason };
  }
}

async function ask(check: SyntheticConfig, ids: CheckIds, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(check.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refused = check.allowLinkLocal || isIP(host) === 0 ? null : refusedAddress(host);
  if (refused !== null) throw refusal(host, refused);
  const body = Buffer.from(JSON.stringify(withIds(check.body, ids)));
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    // A connection of its own: what is timed is what a new client would see, and none is reused while it closes.
    agent: false,
    signal,
    ...(check.allowLinkLocal ? {} : { lookup: checkedLookup }),
    headers: {
      accept: 'application/json',
      'user-agent': 'Windsock synthetic check',
      ...check.headers,
      'content-type': 'application/json',
      'content-length': body.length,
      traceparent: traceparentOf(ids.traceId, ids.spanId),
      'x-request-id': ids.requestId,
    },
  });
  return new Promise((done, fail) => {
    request.on('response', done);
    request.on('error', fail);
    request.end(body);
  });
}

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
