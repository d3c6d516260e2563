import { IDLESS_SERVICE, UNSTRUCTURED_SERVICE } from './faults';
import { COUNTRIES, ERROR_REASONS, FEATURES, SEGMENTS } from './models';
import { keyOf } from './random';
import type { RequestWindow } from './window';
import type { World } from './world';

const CLIENTS = ['ana', 'jane.doe', 'k.mueller', 'joao.silva', 'priya.n', 'o-brien', 'li.wei', 'sam+tests'];
/** Of a hundred thousand: how many ordinary lines carry a client's address, or a hostile user agent. */
const CLIENT_PER_100K = 2000;
const HOSTILE_PER_100K = 250;
const HOSTILE_AGENT = '<script>alert("from a user agent")</script>';
/** Share of runtime errors that print the whole session dump. */
const DUMP_SHARE = 1 / 40;
const DUMP_BYTES = 19_000;
/** A fetch slower than this is logged by the feature store. */
export const SLOW_FETCH_US = 150_000;

/** One request as its log lines speak of it. */
export interface LoggedRequest {
  requests: RequestWindow;
  index: number;
  requestId: string;
  traceId: string;
}

/** Its ids are computed from its place, so that spans and metrics of the same request carry the same ones. */
export function loggedRequest(world: World, requests: RequestWindow, index: number): LoggedRequest {
  const place = world.placeOf(requests, index);
  return { requests, index, requestId: world.ids.requestId(place), traceId: world.ids.traceId(place) };
}

/** When the request was answered, microseconds since the epoch: the time of its own line. */
export const completedUs = ({ startMs, offsetUs }: RequestWindow, index: number): number =>
  startMs * 1000 + (offsetUs[index] ?? 0);

/** Milliseconds rounded up: every bucket bound is a whole number of them, so the printed latency stays in its bucket. */
const ceilMs = (us: number): number => Math.ceil(us / 1000);

const isoOf = (us: number): string => new Date(Math.floor(us / 1000)).toISOString();

/** What every line about a request says first, in the order of the telemetry contract. */
function head(
  request: LoggedRequest,
  line: { us: number; level: string; service: string; route?: string; event: string },
) {
  const { requests, index, requestId, traceId } = request;
  return {
    ts: isoOf(line.us),
    level: line.level,
    service: line.service,
    ...(line.route === undefined ? {} : { route: line.route }),
    event: line.event,
    model_name: requests.cell.model.name,
    model_version: requests.cell.version,
    request_id: requestId,
    trace_id: traceId,
    user_segment: SEGMENTS[requests.segment[index] ?? 0]?.name,
  };
}

/** The trace that the model's own service writes under. */
const ownTraceId = (world: World, { requests, index, traceId }: LoggedRequest): string =>
  world.isSplit(requests.cell) ? world.serviceTraceId(requests, index) : traceId;

const isIdless = ({ scenario }: World, { cell }: RequestWindow): boolean =>
  cell.model.service === IDLESS_SERVICE && scenario.faults.has('ids missing in logs');

/** What the model's own service hands to Loki beside its line: the ids, unless it has lost them. */
export const ownMetadata = (world: World, request: LoggedRequest): Record<string, string> =>
  isIdless(world, request.requests) ? {} : { trace_id: ownTraceId(world, request), request_id: request.requestId };

/** The line of the model's own service: prediction_completed, or prediction_failed where the request failed. */
export function predictionLine(world: World, request: LoggedRequest): string {
  const { requests, index, requestId } = request;
  const { model } = requests.cell;
  const traceId = ownTraceId(world, request);
  const ids = isIdless(world, requests)
    ? ''
    : `"request_id":"${requestId}","trace_id":"${traceId}","span_id":"${world.ids.spanId(traceId, 0)}",`;
  const failure = ERROR_REASONS[(requests.failure[index] ?? 0) - 1];
  let features = '';
  for (const [f, { name }] of FEATURES.entries()) {
    const value = requests.features[index * FEATURES.length + f] ?? Number.NaN;
    if (!Number.isNaN(value)) features += `${features === '' ? '' : ','}"${name}":${value}`;
  }
  const chance = keyOf(world.seed, requests.cell.index, requests.window, index, 21) % 100_000;
  const client = `${CLIENTS[chance % CLIENTS.length] ?? 'ana'}@example.com`;
  const isOk = failure === undefined;
  if (model.service === UNSTRUCTURED_SERVICE && world.scenario.faults.has('unstructured lines')) {
    const said = isOk ? 'predicted' : `failed: ${failure.type}`;
    return `${isoOf(completedUs(requests, index))} ${isOk ? 'INFO' : 'ERROR'} ${model.service} ${said} in ${ceilMs(requests.latencyUs[index] ?? 0)} ms`;
  }
  // Written by hand: these are nearly all of the lines, their values need no escapes, and a serializer takes three times as long.
  const body =
    `{"ts":"${isoOf(completedUs(requests, index))}","level":"${isOk ? 'INFO' : 'ERROR'}","service":"${model.service}",` +
    `"route":"/predict","event":"${isOk ? 'prediction_completed' : 'prediction_failed'}","model_name":"${model.name}",` +
    `"model_version":"${requests.cell.version}",${ids}"user_segment":"${SEGMENTS[requests.segment[index] ?? 0]?.name}",` +
    `"country":"${COUNTRIES[requests.country[index] ?? 0]?.name}","status":"${isOk ? 'ok' : 'error'}",` +
    `"latency_ms":${ceilMs(requests.latencyUs[index] ?? 0)},"sampled":${requests.sampled[index] === 1},` +
    `"features_count":45,"feature_sample":{${features}}`;
  if (!isOk) {
    const isDumped = failure.type === 'ModelRuntimeError' && chance < 100_000 * DUMP_SHARE;
    const stack = isDumped ? `,"stack":${JSON.stringify(dump(chance))}` : '';
    return `${body},"error":"${failure.type}: ${failure.message}","client":"${client}"${stack}}`;
  }
  const score = requests.score[index] ?? 0;
  const isPositive = score >= 0.5;
  const confidence = Math.round((isPositive ? score : 1 - score) * 10_000) / 10_000;
  const prediction = `{"label":"${isPositive ? model.labels.positive : model.labels.negative}","score":${score}}`;
  const sender = chance < CLIENT_PER_100K ? `,"client":"${client}"` : '';
  const agent = chance >= 100_000 - HOSTILE_PER_100K ? `,"user_agent":${JSON.stringify(HOSTILE_AGENT)}` : '';
  return `${body},"prediction":${prediction},"confidence":${confidence}${sender}${agent}}`;
}

/** A long session dump, as native runtimes print them. */
function dump(key: number): string {
  let text = 'onnxruntime::InferenceSession::Run failed, node states follow\n';
  for (let node = 0; text.length < DUMP_BYTES - 400; node++) {
    text += `  node ${node} /tower/layer_${node % 24}/MatMul in=[1,45] out=[1,64] arena=0x${keyOf(key, node).toString(16).padStart(8, '0')} status=OK\n`;
  }
  return text;
}

/** The feature store's line about a fetch that timed out or was slow. */
export function fetchLine(request: LoggedRequest, us: number): string {
  const { requests, index } = request;
  const isTimeout = requests.failure[index] === 1;
  return JSON.stringify({
    ...head(request, {
      us,
      level: isTimeout ? 'ERROR' : 'WARN',
      service: 'feature-store',
      event: isTimeout ? 'redis_timeout' : 'slow_get',
    }),
    source: 'redis',
    keys: 45,
    duration_ms: ceilMs(requests.stageUs[index * 4] ?? 0),
    ...(isTimeout ? { error: 'FeatureStoreTimeout: redis GET timed out after 200ms' } : {}),
  });
}

/** The gateway's line about a request that failed or was slow. */
export function gatewayLine(request: LoggedRequest, us: number): string {
  const { requests, index } = request;
  const failure = ERROR_REASONS[(requests.failure[index] ?? 0) - 1];
  return JSON.stringify({
    ...head(request, {
      us,
      level: failure === undefined ? 'WARN' : 'ERROR',
      service: 'gateway',
      route: '/predict',
      event: failure === undefined ? 'slow_upstream' : 'upstream_error',
    }),
    upstream: requests.cell.model.service,
    http_status: failure?.httpStatus ?? 200,
    duration_ms: ceilMs(requests.latencyUs[index] ?? 0),
  });
}

/** The service's warning about an input that was missing. */
export function missingLine(request: LoggedRequest, us: number, feature: string): string {
  const { service } = request.requests.cell.model;
  return JSON.stringify({
    ...head(request, { us, level: 'WARN', service, event: 'feature_missing' }),
    feature,
    imputed: 'median',
  });
}
