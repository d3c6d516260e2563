import { gunzipSync, inflateSync } from 'node:zlib';
import type { LabAnswer, LabRequest } from '../http';
import type { Labels, LogEntry, LogStore, LogStream } from '../stores';
import { LokiError } from './errors';
import { labelsKey, printLabels, put, sortLabels } from './labels';
import { withDetectedLevel } from './level';

/** Labels that Loki takes the service's name from, in its order, when a stream brings none. */
const SERVICE_LABELS = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
];
const MAX_BODY_BYTES = 100 * 2 ** 20;
const MAX_LABELS = 15;
/** max_line_size, and how old and how far ahead an entry may be, of Loki's defaults. */
const MAX_LINE_BYTES = 256 * 1024;
const MAX_AGE_NS = 7n * 24n * 3600n * 1_000_000_000n;
const GRACE_NS = 600n * 1_000_000_000n;

const bad = (message: string) => new LokiError(400, message);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readLabels(value: unknown, what: string): Record<string, string> {
  if (!isRecord(value)) throw bad(`loghttp.PushRequest.Streams: ${what} must be an object of strings`);
  const labels: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw bad(`loghttp.PushRequest.Streams: ${what}: value of ${JSON.stringify(name)} is not a string`);
    put(labels, name, text);
  }
  return labels;
}

function withServiceName(labels: Record<string, string>): Labels {
  if (Object.hasOwn(labels, 'service_name')) return sortLabels(labels);
  const source = SERVICE_LABELS.find((name) => Object.hasOwn(labels, name));
  return sortLabels({ ...labels, service_name: source ? (labels[source] ?? '') : 'unknown_service' });
}

function readEntry(value: unknown, labels: Labels): LogEntry {
  if (!Array.isArray(value) || value.length < 2)
    throw bad('loghttp.PushRequest.Streams: entries are [timestamp, line, metadata]');
  const [time, line, metadata]: unknown[] = value;
  if (typeof time !== 'string' || !/^\d{1,19}$/.test(time)) {
    throw bad(
      `loghttp.PushRequest.Streams: strconv.ParseInt: parsing ${JSON.stringify(time) ?? 'nothing'}: invalid syntax`,
    );
  }
  if (typeof line !== 'string') throw bad('loghttp.PushRequest.Streams: a line must be a string');
  const structuredMetadata = metadata === undefined ? {} : readLabels(metadata, 'structured metadata');
  const entry = { timeNs: BigInt(time), line, structuredMetadata };
  return { ...entry, structuredMetadata: withDetectedLevel(labels, entry) };
}

/** The streams of a push body in JSON, with what Loki adds to them: `service_name` and `detected_level`. */
export function readPushStreams(json: unknown): LogStream[] {
  if (!isRecord(json) || !Array.isArray(json.streams)) throw bad('loghttp.PushRequest: no "streams" in the body');
  return json.streams.map((item: unknown) => {
    if (!isRecord(item) || !Array.isArray(item.values))
      throw bad('loghttp.PushRequest.Streams: a stream has "stream" and "values"');
    const given = readLabels(item.stream ?? {}, 'stream');
    if (Object.keys(given).length === 0) throw bad('error at least one label pair is required per stream');
    for (const name of Object.keys(given)) {
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
        throw bad(
          `error parsing labels '${printLabels(given)}' with error: 1:2: parse error: unexpected character inside braces: ${name.charAt(0)}`,
        );
      }
    }
    if (Object.keys(given).length > MAX_LABELS) {
      throw bad(
        `entry for stream '${printLabels(given)}' has ${Object.keys(given).length} label names; limit ${MAX_LABELS}`,
      );
    }
    const labels = withServiceName(given);
    return { labels, entries: item.values.map((value: unknown) => readEntry(value, labels)) };
  });
}

/** Times as Go's RFC 3339 prints them, to the second. */
const printTime = (ns: bigint) => new Date(Number(ns / 1_000_000n)).toISOString().replace(/\.\d+Z$/, 'Z');

function entryProblem(labels: Labels, entry: LogEntry, nowNs: bigint): string | null {
  const where = `entry for stream '${printLabels(labels)}' has timestamp`;
  const oldest = nowNs - MAX_AGE_NS;
  if (entry.timeNs < oldest) {
    return `${where} too old: ${printTime(entry.timeNs)}, oldest acceptable timestamp is: ${printTime(oldest)}`;
  }
  if (entry.timeNs > nowNs + GRACE_NS) return `${where} too new: ${printTime(entry.timeNs)}`;
  const bytes = Buffer.byteLength(entry.line);
  if (bytes > MAX_LINE_BYTES)
    return `max entry size '${MAX_LINE_BYTES}' bytes exceeded for stream '${printLabels(labels)}' while adding an entry with length '${bytes}' bytes`;
  return null;
}

function bodyOf(request: LabRequest): string {
  const header = (wanted: string) =>
    Object.entries(request.headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  const type = (header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  // Whatever is not JSON is read as snappy protobuf, which the lab does not speak and JSON is not.
  if (type !== 'application/json') throw bad('snappy: corrupt input');
  const encoding = (header('content-encoding') ?? '').toLowerCase();
  try {
    // A server in front may have unpacked the body and left the header.
    const isPacked = request.body[0] === 0x1f && request.body[1] === 0x8b;
    if (encoding === 'gzip' && !isPacked) return request.body.toString('utf8');
    if (encoding === 'gzip') return gunzipSync(request.body, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8');
    if (encoding === 'deflate') return inflateSync(request.body, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8');
  } catch {
    throw bad(`${encoding}: invalid header`);
  }
  if (encoding !== '') throw bad(`Content-Encoding ${JSON.stringify(encoding)} not supported`);
  return request.body.toString('utf8');
}

/** `/push`: 204 when every entry was taken; else 400 with the first refusal, and the other entries kept. */
export function push(store: LogStore, request: LabRequest): LabAnswer {
  let json: unknown;
  try {
    json = JSON.parse(bodyOf(request));
  } catch (error) {
    if (error instanceof LokiError) throw error;
    throw bad(`couldn't parse push request: ${error instanceof Error ? error.message : 'invalid JSON'}`);
  }
  const nowNs = BigInt(Math.floor(request.nowMs)) * 1_000_000n;
  const problems: string[] = [];
  const accepted = new Map<string, LogStream>();
  for (const { labels, entries } of readPushStreams(json)) {
    const key = labelsKey(labels);
    const stream = accepted.get(key) ?? { labels, entries: [] };
    accepted.set(key, stream);
    for (const entry of entries) {
      const problem = entryProblem(labels, entry, nowNs);
      if (problem === null) stream.entries.push(entry);
      else problems.push(problem);
    }
  }
  const streams = [...accepted.values()].filter(({ entries }) => entries.length > 0);
  if (streams.length > 0) store.push(streams);
  const [first] = problems;
  if (first !== undefined) throw bad(first);
  return { status: 204, headers: {}, body: '' };
}
