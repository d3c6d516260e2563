import type { Attribute, Span, Trace } from '../stores';
import { BATCH_JOB_NAME, BATCH_STAGES, type BatchJob } from './batch-jobs';
import { completedUs, type LoggedRequest, loggedRequest } from './log-lines';
import { ERROR_REASONS, SEGMENTS, STAGES } from './models';
import { keyOf, Random } from './random';
import { OVERHEAD_US, type RequestWindow } from './window';
import type { World } from './world';

const SCOPE = { name: 'fleet', version: '1' };
const SPAN_NAMES = ['feature_store.get_features', 'preprocess', 'model.infer', 'postprocess.serialize'] as const;
const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

const text = (key: string, stringValue: string): Attribute => ({ key, value: { stringValue } });
const whole = (key: string, value: number): Attribute => ({ key, value: { intValue: String(value) } });

/** Resources repeat over every span of a service and version; one object each keeps traces small. */
const resources = new Map<string, Attribute[]>();

function resourceOf(service: string, version: string): Attribute[] {
  const key = `${service} ${version}`;
  const known = resources.get(key);
  if (known !== undefined) return known;
  const resource = [
    text('service.name', service),
    text('service.version', version),
    text('deployment.environment', 'prod'),
    text('k8s.pod.name', `${service}-7d9f`),
  ];
  resources.set(key, resource);
  return resource;
}

const nsOf = (us: number): bigint => BigInt(us) * 1000n;

/** The traces of a request: one, or the gateway's and the service's own where the service does not go on with it. */
export function requestTraces(world: World, requests: RequestWindow, index: number): Trace[] {
  const whole = requestTrace(world, requests, index);
  if (!world.isSplit(requests.cell)) return [whole];
  const [root, predict, ...rest] = whole.spans;
  if (root === undefined || predict === undefined) return [whole];
  const traceId = world.serviceTraceId(requests, index);
  const own = [{ ...predict, parentSpanId: '' }, ...rest].map((span): Span => ({ ...span, traceId }));
  return [
    { ...whole, spans: [root] },
    { traceId, spans: own },
  ];
}

/** The trace of a request: the gateway's root, the service's `predict` and one span for each stage it entered. */
const requestTrace = (world: World, requests: RequestWindow, index: number): Trace =>
  requestTraceOf(world, { ...loggedRequest(world, requests, index), parentSpanId: '' });

/** The same of a request whose caller chose the ids; `parentSpanId` is the caller's own span, empty where it has none. */
export function requestTraceOf(world: World, request: LoggedRequest & { parentSpanId: string }): Trace {
  const { requests, index, traceId, requestId, parentSpanId } = request;
  const { cell } = requests;
  const failure = ERROR_REASONS[(requests.failure[index] ?? 0) - 1];
  const endUs = completedUs(requests, index);
  const startUs = endUs - (requests.latencyUs[index] ?? 0);
  const identity = [
    text('model_name', cell.model.name),
    text('model_version', cell.version),
    text('request_id', requestId),
    text('user_segment', SEGMENTS[requests.segment[index] ?? 0]?.name ?? ''),
  ];
  const rootId = world.ids.spanId(traceId, 0);
  const predictId = world.ids.spanId(traceId, 1);
  const service = resourceOf(cell.model.service, cell.version);
  const span = (
    own: Pick<Span, 'spanId' | 'parentSpanId' | 'name' | 'kind' | 'attributes' | 'resource'> & {
      fromUs: number;
      toUs: number;
    },
  ): Span => ({
    traceId,
    spanId: own.spanId,
    parentSpanId: own.parentSpanId,
    name: own.name,
    kind: own.kind,
    startNs: nsOf(own.fromUs),
    endNs: nsOf(own.toUs),
    attributes: own.attributes,
    events: [],
    links: [],
    statusCode: failure === undefined ? 0 : ERROR,
    statusMessage: '',
    resource: own.resource,
    scope: SCOPE,
  });
  const half = OVERHEAD_US / 2;
  const spans = [
    span({
      spanId: rootId,
      parentSpanId,
      name: 'POST /predict',
      kind: SERVER,
      fromUs: startUs,
      toUs: endUs,
      resource: resourceOf('gateway', '1.0.0'),
      attributes: [
        ...identity,
        text('http.request.method', 'POST'),
        text('http.route', '/predict'),
        whole('http.response.status_code', failure?.httpStatus ?? 200),
      ],
    }),
    span({
      spanId: predictId,
      parentSpanId: rootId,
      name: 'predict',
      kind: SERVER,
      fromUs: startUs + half,
      toUs: endUs - half,
      resource: service,
      attributes: identity,
    }),
  ];
  let fromUs = startUs + half;
  const entered = requests.stagesEntered(index);
  for (let stage = 0; stage < entered; stage++) {
    const toUs = fromUs + (requests.stageUs[index * 4 + stage] ?? 0);
    const child = span({
      spanId: world.ids.spanId(traceId, 2 + stage),
      parentSpanId: predictId,
      name: SPAN_NAMES[stage] ?? '',
      kind: stage === 0 ? CLIENT : INTERNAL,
      fromUs,
      toUs,
      resource: service,
      attributes: [...stageAttributes(requests, index, stage), ...identity],
    });
    // Only the stage that failed is marked, with what it threw; those before it went well.
    if (failure === undefined || stage < entered - 1) child.statusCode = 0;
    else {
      child.statusMessage = failure.message;
      child.events = [
        {
          name: 'exception',
          timeNs: nsOf(toUs),
          attributes: [text('exception.type', failure.type), text('exception.message', failure.message)],
        },
      ];
    }
    spans.push(child);
    fromUs = toUs;
  }
  return { traceId, spans };
}

function stageAttributes(requests: RequestWindow, index: number, stage: number): Attribute[] {
  switch (STAGES[stage]) {
    case 'feature_fetch':
      return [text('db.system', 'redis'), text('source', 'redis'), whole('features_count', 45)];
    case 'infer': {
      const runtime = [text('runtime', 'ONNXRuntime'), whole('batch_size', 1)];
      if (requests.failure[index] !== 0) return runtime;
      return [...runtime, { key: 'prediction.score', value: { doubleValue: requests.score[index] ?? 0 } }];
    }
    default:
      return [];
  }
}

/** Spans of a chunk of rows: the chunk's own and those below it. */
const SPANS_PER_CHUNK = 25;

/** The trace of a batch job: its three stages, and below `batch.score` chunks of rows until there are job.spans spans. */
export function batchTrace(world: World, job: BatchJob): Trace {
  const random = new Random(keyOf(world.seed, job.startMs, 41));
  const resource = resourceOf('churn-batch', '1.8.2');
  const identity = [
    text('model_name', 'churn_scorer'),
    text('model_version', '1.8.2'),
    text('job_name', BATCH_JOB_NAME),
  ];
  const spans: Span[] = [];
  const add = (own: {
    parentSpanId: string;
    name: string;
    kind: number;
    fromUs: number;
    toUs: number;
    attributes: Attribute[];
  }): string => {
    const spanId = world.ids.spanId(job.traceId, spans.length);
    spans.push({
      traceId: job.traceId,
      spanId,
      parentSpanId: own.parentSpanId,
      name: own.name,
      kind: own.kind,
      startNs: nsOf(Math.round(own.fromUs)),
      endNs: nsOf(Math.round(own.toUs)),
      attributes: [...own.attributes, ...identity],
      events: [],
      links: [],
      statusCode: 0,
      statusMessage: '',
      resource,
      scope: SCOPE,
    });
    return spanId;
  };
  const startUs = job.startMs * 1000;
  const root = add({
    parentSpanId: '',
    name: 'batch.run',
    kind: INTERNAL,
    fromUs: startUs,
    toUs: job.endMs * 1000,
    attributes: [whole('rows', job.rows)],
  });
  let fromUs = startUs;
  let score = { spanId: root, fromUs, toUs: fromUs };
  for (const [i, stage] of BATCH_STAGES.entries()) {
    const toUs = fromUs + (job.stageMs[i] ?? 0) * 1000;
    const spanId = add({
      parentSpanId: root,
      name: `batch.${stage}`,
      kind: INTERNAL,
      fromUs,
      toUs,
      attributes: [text('stage', stage)],
    });
    if (stage === 'score') score = { spanId, fromUs, toUs };
    fromUs = toUs;
  }
  const chunks = Math.ceil((job.spans - spans.length) / SPANS_PER_CHUNK);
  const chunkUs = (score.toUs - score.fromUs) / chunks;
  for (let chunk = 0; chunk < chunks && spans.length < job.spans; chunk++) {
    const chunkFromUs = score.fromUs + chunk * chunkUs;
    const parentSpanId = add({
      parentSpanId: score.spanId,
      name: 'score.chunk',
      kind: INTERNAL,
      fromUs: chunkFromUs,
      toUs: chunkFromUs + chunkUs * (0.9 + 0.1 * random.next()),
      attributes: [whole('chunk', chunk), whole('rows', Math.ceil(job.rows / chunks))],
    });
    const leafUs = (chunkUs * 0.9) / (SPANS_PER_CHUNK - 1);
    for (let leaf = 0; leaf < SPANS_PER_CHUNK - 1 && spans.length < job.spans; leaf++) {
      const stage = leaf % 3;
      const leafFromUs = chunkFromUs + leaf * leafUs;
      add({
        parentSpanId,
        name: SPAN_NAMES[stage] ?? '',
        kind: stage === 0 ? CLIENT : INTERNAL,
        fromUs: leafFromUs,
        toUs: leafFromUs + leafUs * (0.5 + 0.5 * random.next()),
        attributes: stage === 0 ? [text('db.system', 'redis'), text('source', 'redis')] : [],
      });
    }
  }
  return { traceId: job.traceId, spans };
}
