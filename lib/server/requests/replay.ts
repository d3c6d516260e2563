import 'server-only';
import type { IncomingMessage } from 'node:http';
import type { Replay } from '@/lib/contracts/request-story';
import { featuresOf, MAX_FEATURES, recordLine } from '@/lib/domain/request-story-record';
import { answeredBy, replayAnswer } from '@/lib/domain/request-story-replay';
import { DAY_MS } from '@/lib/domain/time';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { getConfig, type ReplayConfig } from '../config';
import { db } from '../db';
import { AppError } from '../errors';
import { redact } from '../redaction/redact';
import { modelConfigOf } from '../telemetry';
import { TooLargeError } from '../upstream/body';
import { networkReason } from '../upstream/network';
import { post, RefusedAddress } from '../webhooks/post';
import { logFieldOf } from './story-queries';
import { findRequest } from './tell';

const SHOWN_CHARS = 4_000;
/** How far back a request is looked for that is to be sent again. */
const BACK_MS = 7 * DAY_MS;

/**
 * Sends the logged inputs of a request to its model once more and compares both answers. What is sent is what the log
 * says, found here once more: a reader names a request, never an input or an address.
 */
export async function replayRequest(
  asked: { requestId: string; atMs: number | null; nowMs: number; identity: Identity },
  signal: AbortSignal,
): Promise<Replay> {
  const config = getConfig();
  const where = { text: asked.requestId, atMs: asked.atMs, backMs: BACK_MS, nowMs: asked.nowMs };
  const found = await findRequest(config, where, async () => {}, signal);
  if (!('core' in found))
    throw new AppError('not_found', 'This request is in no source, so that there is nothing to send again.');
  const { story, lines } = found.core;
  const { record } = story;
  const endpoint = record.model === null ? null : (modelConfigOf(config, record.model)?.replay ?? null);
  if (endpoint === null) {
    throw new AppError(
      'not_configured',
      `Replay is off for ${record.model ?? 'this request'}: models.replay.url in windsock.yaml names no endpoint.`,
    );
  }
  const nameOf = logFieldOf(config.signals);
  const line = recordLine(lines, nameOf);
  // The raw line: what a rule hides from readers, the model itself was given in the first place.
  const features = featuresOf(line === null ? null : { ...line, fields: line.rawFields }, nameOf);
  if (features.length === 0) throw new AppError('not_found', 'Its log lines carry no features to send.');
  const body = {
    features: Object.fromEntries(features.map(({ name, value }) => [name, value])),
    model_name: record.model,
    model_version: record.version,
    replay_of: story.requestId ?? story.traceId,
  };
  // Written first: nothing is sent that nobody can find out about.
  await db().write((transaction) =>
    recordAudit(transaction, {
      actor: asked.identity,
      action: 'request.replay',
      subject: `request:${body.replay_of ?? asked.requestId}`,
      before: null,
      after: {
        model: record.model,
        version: record.version,
        host: new URL(endpoint.url).host,
        inputs: features.length,
      },
      atMs: asked.nowMs,
    }),
  );
  const answer = await send(endpoint, body, signal);
  const before = { label: record.label, score: record.score };
  const parsed = parse(answer.text);
  const said = answeredBy(parsed);
  const after = { label: said.label === null ? null : redact(said.label), score: said.score };
  const notes: string[] = [];
  if (record.featuresCount !== null && record.featuresCount > features.length) {
    notes.push(
      `The log holds ${features.length} of the model's ${record.featuresCount} inputs; the model had to do without the others, so that its answer may differ for that alone.`,
    );
  }
  if (features.length >= MAX_FEATURES) notes.push(`Only the first ${MAX_FEATURES} inputs were sent.`);
  notes.push('The endpoint may run another version than the one that answered then.');
  return {
    answer: replayAnswer({ before, after, status: answer.status, elapsedMs: answer.elapsedMs }),
    host: new URL(endpoint.url).host,
    status: answer.status,
    elapsedMs: answer.elapsedMs,
    sent: features.length,
    before,
    after,
    scoreDifference: before.score === null || after.score === null ? null : after.score - before.score,
    body: cut(redact(answer.text)),
    notes,
  };
}

const cut = (text: string): string =>
  text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS).toWellFormed()}…` : text.toWellFormed();

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Not fetchUpstream: a model's endpoint is no telemetry source, is never asked twice, and its refusal is an answer to be
 * shown. The same care: a timeout, a bound, no redirect, so that no header leaves for another address, and none of the
 * addresses that a cloud gives its credentials out at.
 */
async function send(endpoint: ReplayConfig, body: object, reader: AbortSignal) {
  const deadline = AbortSignal.timeout(endpoint.timeoutMs);
  const signal = AbortSignal.any([reader, deadline]);
  const startedMs = performance.now();
  const { host } = new URL(endpoint.url);
  try {
    const response = await post(endpoint.url, {
      headers: { accept: 'application/json', ...endpoint.headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      signal,
      allowLinkLocal: endpoint.allowLinkLocal,
    });
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      response.destroy();
      throw new AppError(
        'upstream_rejected',
        `${host} answered with a redirect, which is not followed: set the final address in models.replay.url.`,
        { source: host },
      );
    }
    const text = await textOf(response, endpoint.maxAnswerBytes);
    return { status, text, elapsedMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    if (reader.aborted) throw reader.reason;
    if (error instanceof AppError) throw error;
    if (deadline.aborted) {
      throw new AppError('upstream_timeout', `${host} did not answer within ${endpoint.timeoutMs / 1000} s.`, {
        source: host,
        cause: error,
      });
    }
    if (error instanceof TooLargeError) {
      throw new AppError(
        'upstream_rejected',
        `The answer of ${host} is larger than ${endpoint.maxAnswerBytes} bytes and was not read.`,
        { source: host, cause: error },
      );
    }
    if (error instanceof RefusedAddress) {
      const sentence = error.sentence('requests', 'replay.allowLinkLocal for this model');
      throw new AppError('upstream_rejected', `${host} was not asked. ${sentence}`, { source: host, cause: error });
    }
    throw new AppError('upstream_unreachable', `${host} cannot be reached: ${networkReason(error)}.`, {
      source: host,
      cause: error,
    });
  }
}

/** The whole answer; one that is larger than allowed throws TooLargeError, and is not read on. */
async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new TooLargeError(`sent more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
