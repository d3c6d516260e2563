import { gunzipSync, inflateSync } from 'node:zlib';
import type { LabAnswer, LabRequest } from '../http';
import { jsonAnswer, textAnswer } from '../http';
import type { TraceStore } from '../stores';
import { spansFromOtlp } from './otlp';
import { OtlpError } from './otlp-value';

/** gRPC code of a malformed request. */
const INVALID_ARGUMENT = 3;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** POST /v1/traces: OTLP/HTTP with a JSON body, plain or compressed. Nothing is stored of a request that is refused. */
export function pushTraces(store: TraceStore, request: LabRequest): LabAnswer {
  if (request.method !== 'POST') return textAnswer(405, '405 method not allowed, supported: [POST]');
  const [mediaType] = (request.headers['content-type'] ?? '').split(';');
  if (mediaType?.trim().toLowerCase() !== 'application/json') {
    return textAnswer(415, '415 unsupported media type, supported by the lab: [application/json]');
  }
  try {
    const body = decompress(request.body, request.headers['content-encoding'] ?? '');
    store.push(spansFromOtlp(parseJson(body.toString('utf8'))));
    return jsonAnswer(200, { partialSuccess: {} });
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    return jsonAnswer(400, { code: INVALID_ARGUMENT, message: error.message });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OtlpError(error instanceof Error ? error.message : 'malformed JSON');
  }
}

function decompress(body: Buffer, encoding: string): Buffer {
  try {
    if (encoding === '' || encoding === 'identity') return body;
    if (encoding === 'gzip') return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES });
    if (encoding === 'deflate') return inflateSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    throw new OtlpError(error instanceof Error ? error.message : 'malformed body');
  }
  throw new OtlpError(`unsupported Content-Encoding: ${encoding}`);
}
