import 'server-only';
import type { z } from 'zod';
import { AlertParams, AlertsParams } from '@/lib/contracts/alert';
import { CompareReportParams, CompareTracesParams } from '@/lib/contracts/compare-params';
import { DriftArmsParams, DriftFeatureParams, DriftHeatParams, DriftParams } from '@/lib/contracts/drift-params';
import { EventsParams } from '@/lib/contracts/event';
import type { EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { FleetParams } from '@/lib/contracts/fleet';
import { ImpactParams } from '@/lib/contracts/impact';
import { LogRangeParams, LogsParams } from '@/lib/contracts/logs';
import { MetricParams } from '@/lib/contracts/metric';
import type { Permission } from '@/lib/contracts/permission';
import { QualityParams } from '@/lib/contracts/quality';
import { ModelRangeParams, RangeParams } from '@/lib/contracts/range';
import { ReadinessParams } from '@/lib/contracts/readiness';
import { RequestStoryParams } from '@/lib/contracts/request-story';
import { SloParams, SlosParams } from '@/lib/contracts/slo';
import {
  TraceFlameParams,
  TraceLogsParams,
  TraceParams,
  TraceRowsParams,
  TraceSpanParams,
} from '@/lib/contracts/trace';
import { TraceSearchParams } from '@/lib/contracts/traces';
import { readAlert } from '../alerts/read-alert';
import { readAlerts } from '../alerts/read-alerts';
import type { Identity } from '../auth/identity';
import { readJudged } from '../compare/read-judged';
import { readTraces } from '../compare/read-traces';
import { readArms } from '../drift/read-arms';
import { readConsequences } from '../drift/read-consequences';
import { readDrift } from '../drift/read-drift';
import { readFeature } from '../drift/read-feature';
import { readHeat } from '../drift/read-heat';
import { readOutput } from '../drift/read-output';
import { AppError } from '../errors';
import { readFleetReport } from '../fleet/fleet-report';
import {
  modelErrors,
  modelHeatmap,
  modelInFlight,
  modelLatency,
  modelStages,
  modelSummary,
  modelTraffic,
} from '../fleet/model-answers';
import { readChanges } from '../fleet/read-changes';
import { readChoices } from '../fleet/read-choices';
import { readJobs } from '../fleet/read-jobs';
import { readImpact } from '../impact/read-impact';
import { requireLoki } from '../logs/filter';
import { listLogs } from '../logs/list';
import { summariseLogs } from '../logs/summary';
import { readQuality } from '../quality/read-quality';
import { readReadiness } from '../readiness/read-readiness';
import type { Reading } from '../reading';
import { wholeStory } from '../requests/whole-story';
import { readEaten } from '../slos/eaten';
import { readObjective } from '../slos/read-objective';
import { readSlos } from '../slos/read-slos';
import { readMetric } from '../sources/read-metric';
import { openTelemetry } from '../telemetry';
import { listTraces } from '../trace-search/list';
import { spanDetails } from '../traces/details';
import { traceFlame } from '../traces/flame';
import { traceHeader } from '../traces/header';
import { loadTrace } from '../traces/load';
import { traceLogs } from '../traces/logs';
import { traceRowsWindow } from '../traces/rows';

/** A question to an endpoint of the console: the path below /api, and its parameters. */
export interface Question {
  path: string;
  params: EvidenceParams;
}

/** Who asks, when, and until when. */
export interface Asking extends Reading {
  identity: Identity;
}

/** One endpoint whose answer can be frozen. */
export interface Answerable {
  permission: Permission;
  schema: z.ZodType;
  read(params: EvidenceParams, asking: Asking): Promise<unknown>;
}

const answerable = <S extends z.ZodType>(
  schema: S,
  read: (params: z.output<S>, asking: Asking) => Promise<unknown> | unknown,
): Answerable => ({
  permission: 'telemetry:read',
  schema,
  read: async (params, asking) => {
    const parsed = schema.safeParse(params);
    if (parsed.success) return read(parsed.data, asking);
    const fields = Object.fromEntries(
      parsed.error.issues.map((issue) => [['params', ...issue.path].join('.'), issue.message]),
    );
    const [first] = Object.entries(fields);
    const message = first === undefined ? 'The question is not valid.' : `${first[0]}: ${first[1]}.`;
    throw new AppError('bad_request', message, { fields });
  },
});

/** Every endpoint whose answer can be frozen, by its path as `lib/contracts/endpoints.ts` has it, below /api. */
export const ANSWERABLE: ReadonlyMap<string, Answerable> = new Map([
  ['fleet', answerable(FleetParams, readFleetReport)],
  [
    'fleet/choices',
    answerable(RangeParams, async (params, { signal, nowMs }) =>
      readChoices(await openTelemetry(nowMs), params, signal),
    ),
  ],
  [
    'jobs',
    answerable(RangeParams, async (params, { signal, nowMs }) => readJobs(await openTelemetry(nowMs), params, signal)),
  ],
  ['events', answerable(EventsParams, readChanges)],
  ['models/{model}/summary', answerable(ModelRangeParams, modelSummary)],
  ['models/{model}/traffic', answerable(ModelRangeParams, modelTraffic)],
  ['models/{model}/latency', answerable(ModelRangeParams, modelLatency)],
  ['models/{model}/heatmap', answerable(ModelRangeParams, modelHeatmap)],
  ['models/{model}/stages', answerable(ModelRangeParams, modelStages)],
  ['models/{model}/in-flight', answerable(ModelRangeParams, modelInFlight)],
  ['metrics', answerable(MetricParams, readMetric)],
  ['models/{model}/errors', answerable(ModelRangeParams, modelErrors)],
  // With an edited policy, as the report takes it: what is kept is the verdict that was seen.
  ['compare', answerable(CompareReportParams, readJudged)],
  ['compare/traces', answerable(CompareTracesParams, (params, { signal }) => readTraces(params, signal))],
  ['logs', answerable(LogsParams, (params, { signal }) => listLogs(requireLoki(), params, signal))],
  ['logs/summary', answerable(LogRangeParams, (params, { signal }) => summariseLogs(requireLoki(), params, signal))],
  ['traces', answerable(TraceSearchParams, listTraces)],
  [
    'traces/{traceId}',
    answerable(TraceParams, async ({ traceId, clock }, { signal }) =>
      traceHeader(await loadTrace(traceId, signal), clock),
    ),
  ],
  [
    'traces/{traceId}/rows',
    answerable(TraceRowsParams, async (asked, { signal }) =>
      traceRowsWindow(await loadTrace(asked.traceId, signal), asked),
    ),
  ],
  [
    'traces/{traceId}/flame',
    answerable(TraceFlameParams, async ({ traceId, clock }, { signal }) =>
      traceFlame(await loadTrace(traceId, signal), clock),
    ),
  ],
  [
    'traces/{traceId}/spans/{span}',
    answerable(TraceSpanParams, async ({ traceId, span, clock, whole }, { signal }) =>
      spanDetails(await loadTrace(traceId, signal), { span, clock, isWhole: whole === '1' }),
    ),
  ],
  [
    'traces/{traceId}/logs',
    answerable(TraceLogsParams, async ({ traceId }, { signal }) => traceLogs(await loadTrace(traceId, signal), signal)),
  ],
  ['drift', answerable(DriftParams, (params, asking) => readDrift(params, asking))],
  ['drift/heat', answerable(DriftHeatParams, (params, asking) => readHeat(params, asking))],
  ['drift/feature', answerable(DriftFeatureParams, (params, asking) => readFeature(params, asking))],
  ['drift/output', answerable(DriftParams, (params, asking) => readOutput(params, asking))],
  ['drift/arms', answerable(DriftArmsParams, (params, asking) => readArms(params, asking))],
  ['drift/consequences', answerable(DriftParams, (params, asking) => readConsequences(params, asking))],
  ['quality', answerable(QualityParams, (params, asking) => readQuality(params, asking))],
  ['impact', answerable(ImpactParams, readImpact)],
  [
    'slos',
    answerable(SlosParams, async ({ endMs }, { signal, nowMs }) =>
      readSlos(await openTelemetry(nowMs), { endMs: endMs ?? nowMs, signal }),
    ),
  ],
  [
    'slos/objective',
    answerable(SloParams, async (params, { signal, nowMs }) =>
      readObjective(await openTelemetry(nowMs), { ...params, endMs: params.endMs ?? nowMs, signal }),
    ),
  ],
  [
    'slos/eaten',
    answerable(SloParams, async (params, { signal, nowMs }) =>
      readEaten(await openTelemetry(nowMs), { ...params, endMs: params.endMs ?? nowMs, signal }),
    ),
  ],
  ['alerts', answerable(AlertsParams, ({ model = null }, { signal, nowMs }) => readAlerts({ model, nowMs, signal }))],
  ['alerts/{alertId}', answerable(AlertParams, readAlert)],
  ['readiness', answerable(ReadinessParams, readReadiness)],
  [
    'requests/{requestId}/story',
    answerable(RequestStoryParams, (params, { signal, nowMs }) => wholeStory(params, nowMs, signal)),
  ],
]);

/** Names in braces of an endpoint's path, with what stands there in this path; null where the two differ in shape. */
function matchPath(endpoint: string, path: string): Record<string, string> | null {
  const names = endpoint.split('/');
  const segments = path.split('/');
  if (names.length !== segments.length) return null;
  const found: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const segment = segments[at] ?? '';
    const variable = /^\{(\w+)\}$/.exec(name)?.[1];
    if (variable === undefined) {
      if (name !== segment) return null;
      continue;
    }
    try {
      found[variable] = decodeURIComponent(segment);
    } catch {
      return null;
    }
  }
  return found;
}

/** The endpoint a path belongs to; null where its answer cannot be kept. */
export const endpointOf = (path: string): string | null =>
  [...ANSWERABLE.keys()].find((endpoint) => matchPath(endpoint, path) !== null) ?? null;

/** Asks a question as whoever it is asked for may ask it. Throws `bad_request` for what cannot be asked of this endpoint. */
export async function ask(endpoint: string, { path, params }: Question, asking: Asking): Promise<unknown> {
  const found = ANSWERABLE.get(endpoint);
  const inPath = matchPath(endpoint, path);
  if (found === undefined || inPath === null) {
    throw new AppError('bad_request', `path: ${path} is not what this kind of panel asks (${endpoint}).`);
  }
  if (!asking.identity.permissions.has(found.permission)) {
    const { name } = asking.identity;
    throw new AppError('forbidden', `${name} may not see this: it needs the permission ${found.permission}.`);
  }
  return found.read({ ...params, ...inPath }, asking);
}
