import 'server-only';
import type { IncomingMessage } from 'node:http';
import type { WebhookEndpoint } from '../config/webhooks';
import { networkReason } from '../upstream/network';
import { post, RefusedAddress } from './post';
import { signatureHeader } from './signature';

/** Bytes of an answer that are read; nothing beyond them is needed to tell what it is. */
const MAX_ANSWER_BYTES = 16 * 1024;
/** Characters of an answer that are kept for people. */
const KEPT_CHARACTERS = 1_000;
/** Longest wait that an endpoint can ask for. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** What one attempt came to. */
export interface SendResult {
  delivered: boolean;
  /** Why not, a sentence for a person; null when delivered. */
  reason: string | null;
  /** Status of the answer; null when there was none. */
  status: number | null;
  durationMs: number;
  /** The beginning of the answer, as the endpoint wrote it; null when there was none. */
  answer: string | null;
  /** What the endpoint asked for with Retry-After, milliseconds; null when it did not. */
  retryAfterMs: number | null;
  /** 410: the endpoint wants no more of this. */
  gone: boolean;
}

export interface SignedMessage {
  id: string;
  idempotencyKey: string;
  body: string;
}

/**
 * Sends one message once. Only a 2xx that is no HTML counts as delivered: a login page or a proxy's apology also says
 * 200. Never throws.
 */
export async function send(
  endpoint: WebhookEndpoint,
  message: SignedMessage,
  { nowMs }: { nowMs: number },
): Promise<SendResult> {
  const startedMs = performance.now();
  const nothing = { status: null, answer: null, retryAfterMs: null, gone: false };
  const deadline = AbortSignal.timeout(endpoint.timeoutMs);
  try {
    const { response, text } = await exchange(endpoint, message, { nowMs, signal: deadline });
    const status = response.statusCode ?? 0;
    const reason = refusalOf(status, response.headers['content-type'] ?? '', text);
    return {
      delivered: reason === null,
      reason,
      status,
      durationMs: Math.round(performance.now() - startedMs),
      answer: kept(text),
      retryAfterMs: parseRetryAfterMs(response.headers['retry-after'], nowMs),
      gone: status === 410,
    };
  } catch (error) {
    const durationMs = Math.round(performance.now() - startedMs);
    if (deadline.aborted) {
      const reason = `It did not answer within ${endpoint.timeoutMs / 1000} s. Whether it took the message is not known.`;
      return { ...nothing, delivered: false, durationMs, reason };
    }
    const reason =
      error instanceof RefusedAddress
        ? error.sentence('webhooks', 'allowLinkLocal for this endpoint')
        : `It cannot be reached: ${networkReason(error)}.`;
    return { ...nothing, delivered: false, durationMs, reason };
  }
}

async function exchange(
  endpoint: WebhookEndpoint,
  message: SignedMessage,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<{ response: IncomingMessage; text: string }> {
  const timestampS = Math.floor(nowMs / 1000);
  const body = Buffer.from(message.body);
  const response = await post(endpoint.url, {
    body,
    signal,
    allowLinkLocal: endpoint.allowLinkLocal,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Windsock',
      accept: '*/*',
      'webhook-id': message.id,
      'webhook-timestamp': timestampS,
      'webhook-signature': signatureHeader(endpoint.keys, { id: message.id, timestampS, body: message.body }),
      'idempotency-key': message.idempotencyKey,
    },
  });
  return { response, text: await beginningOf(response) };
}

/** The beginning of an answer. One that breaks off, or goes on past the deadline, has still said its status. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // What there is will do.
  }
  response.destroy();
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES));
}

/** Why an answer is no success; null when it is one. */
function refusalOf(status: number, contentType: string, text: string): string | null {
  if (status >= 300 && status < 400) {
    return `It answered with a redirect (${status}), which is not followed: set the final address in windsock.yaml.`;
  }
  if (status === 410) return 'It answered 410: it is gone and wants no further messages.';
  if (status < 200 || status > 299) return `It answered ${status}.`;
  if (/html/i.test(contentType) || /^\s*<(?:!doctype|html)/i.test(text)) {
    return `It answered ${status} with a web page: most likely a login page or a proxy, not the endpoint itself.`;
  }
  return null;
}

/** A Retry-After of seconds or of a date as milliseconds from now, at most a day; null when there is none. */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  // A date begins with the name of its day; Date.parse alone would take "-5" for a year.
  const dateMs = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : Number.NaN;
  const waitMs = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : dateMs - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS) : null;
}

// PostgreSQL stores no character 0.
const kept = (text: string): string => text.replaceAll('\u0000', '\uFFFD').slice(0, KEPT_CHARACTERS).toWellFormed();
