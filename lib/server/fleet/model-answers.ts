import 'server-only';
import type {
  ModelErrors,
  ModelHeatmap,
  ModelInFlight,
  ModelLatency,
  ModelStages,
  ModelSummary,
  ModelTraffic,
} from '@/lib/contracts/model';
import type { ModelRangeParams } from '@/lib/contracts/range';
import { modelFindings } from '@/lib/domain/findings';
import { modelAnswer } from '@/lib/domain/model-answer';
import { riseSentence } from '@/lib/domain/rise-answer';
import { emptySet, ratioSeries } from '@/lib/domain/series';
import { splitOf } from '@/lib/domain/stages';
import { getConfig } from '../config';
import { errorsQuery, gaugeQuery, requestsQuery, versionLabelOf } from '../prometheus/signal-queries';
import type { Reading } from '../reading';
import { modelConfigOf, openLoki } from '../telemetry';
import { tellsErrors } from './counts';
import { readExemplars } from './exemplar-dots';
import { openModelPanel, panelHead } from './model-panel';
import { readErrors } from './read-errors';
import { readEvents } from './read-events';
import { readFleet } from './read-fleet';
import { readHeatmap } from './read-heatmap';
import { readLatency } from './read-latency';
import { readStages } from './read-stages';
import { silentModel } from './silent-model';
import { toRow } from './to-row';
import { addByVersion, byVersionLabel } from './version-series';

/** Requests and errors of a model by version over time. */
export async function modelTraffic(params: ModelRangeParams, context: Reading): Promise<ModelTraffic> {
  const panel = await openModelPanel(params, context);
  const { telemetry, gather, stepMs, windowMs } = panel;
  const { prometheus, map } = telemetry;
  const asked = { fn: 'rate', windowMs, model: params.model, byVersion: true } as const;
  const range = { startMs: params.startMs, endMs: params.endMs, stepMs };
  const total = requestsQuery(map, asked);
  const failed = tellsErrors(map) ? errorsQuery(map, asked) : null;
  const [requests, errors] = await Promise.all([
    total === null ? null : gather.need('requests by version', prometheus.range(total, range, context.signal)),
    gather.take('errors by version', failed === null ? null : prometheus.range(failed, range, context.signal)),
  ]);
  const none = emptySet(params, stepMs);
  const counted = requests === null ? none : byVersionLabel(map, requests);
  const failures = errors === null ? null : byVersionLabel(map, errors);
  const whole = map.requests?.successOnly && failures !== null ? addByVersion(counted, failures) : counted;
  return {
    ...panelHead(panel),
    requestsPerSecond: whole,
    errorRatio: failures === null ? none : ratioSeries(failures, whole, ({ version }) => version ?? '', 0),
  };
}

/** Latency quantiles of a model by version, with exemplars and the objective. */
export async function modelLatency(params: ModelRangeParams, context: Reading): Promise<ModelLatency> {
  const panel = await openModelPanel(params, context);
  const [latency, exemplars] = await Promise.all([
    readLatency(panel, params, context.signal),
    readExemplars(panel, params, context.signal),
  ]);
  const objective = modelConfigOf(panel.telemetry.config, params.model)?.slos.find(({ kind }) => kind === 'latency');
  return { ...panelHead(panel), ...latency, exemplars, objectiveMs: objective?.thresholdMs ?? null };
}

/** Requests of a model by latency bucket over time. */
export async function modelHeatmap(params: ModelRangeParams, context: Reading): Promise<ModelHeatmap> {
  const panel = await openModelPanel(params, context);
  const [heatmap, exemplars] = await Promise.all([
    readHeatmap(panel, params, context.signal),
    readExemplars(panel, params, context.signal),
  ]);
  return { ...panelHead(panel, heatmap.missing), ...heatmap.grid, exemplars };
}

/** Mean time of a request by stage, over time and before and after the newest change. */
export async function modelStages(params: ModelRangeParams, context: Reading): Promise<ModelStages> {
  const panel = await openModelPanel(params, context);
  const [stages, events] = await Promise.all([
    readStages(panel, params, context.signal),
    readEvents(panel.telemetry, params, context.signal, panel.gather),
  ]);
  const split = splitOf(params, events, stages.set);
  return { ...panelHead(panel, stages.missing), stages: stages.set, ...split, ...stages.halves(split.splitMs) };
}

/** Requests of a model in flight over time. */
export async function modelInFlight(params: ModelRangeParams, context: Reading): Promise<ModelInFlight> {
  const panel = await openModelPanel(params, context);
  const { prometheus, map } = panel.telemetry;
  const { inFlight } = map;
  const none = emptySet(params, panel.stepMs);
  if (inFlight === null || !inFlight.hasModel) {
    const missing = {
      signal: 'requests in flight',
      reason:
        inFlight === null
          ? `${map.preset.product}: the Prometheus holds no gauge of requests in flight.`
          : `${inFlight.metric} has no label that names the model.`,
      remedy: 'Set signals.overrides.inFlight.metric to a gauge with a model label.',
    };
    return { ...panelHead(panel, [missing]), inFlight: none };
  }
  const version = inFlight.hasVersion ? versionLabelOf(map.version) : null;
  const labels = [map.modelLabel, ...(version === null ? [] : [version])];
  const ofModel = [{ label: map.modelLabel, op: '=' as const, value: params.model }];
  const query = gaugeQuery(inFlight.metric, labels, ofModel, 'sum');
  const range = { startMs: params.startMs, endMs: params.endMs, stepMs: panel.stepMs };
  const set = await panel.gather.need('requests in flight', prometheus.range(query, range, context.signal));
  return { ...panelHead(panel, []), inFlight: byVersionLabel(map, set) };
}

/** Failed requests of a model by reason, from the logs; says so where no Loki is configured. */
export async function modelErrors(params: ModelRangeParams, { signal }: Reading): Promise<ModelErrors> {
  const loki = openLoki();
  if (loki !== null) return readErrors(loki, getConfig(), params, signal);
  const missing = {
    signal: 'errors by reason',
    reason: 'No Loki is configured, so no log line says why requests failed.',
    remedy: 'Name one under sources.loki in windsock.yaml.',
  };
  return { missing: [missing], reasons: [], total: null, truncated: null, why: [] };
}

/** The sentence of a model and its row of the fleet. */
export async function modelSummary(params: ModelRangeParams, context: Reading): Promise<ModelSummary> {
  const { telemetry } = await openModelPanel(params, context);
  const fleet = await readFleet(telemetry, { ...params, against: 'day', nowMs: context.nowMs }, context.signal);
  const measured = fleet.models.find(({ model }) => model === params.model) ?? silentModel(params.model);
  const findings = modelFindings(measured);
  const row = toRow(measured, findings, fleet, params.endMs - params.startMs);
  const answer = modelAnswer({
    measured,
    findings,
    requestsPerSecond: row.requestsPerSecond,
    missing: fleet.missing,
    gaps: fleet.gather.gaps,
  });
  const rise = fleet.rises.find(({ model }) => model === params.model);
  // Since when comes before what: the change to look for is the one at that time.
  return { answer: [...(rise === undefined ? [] : [riseSentence(rise)]), ...answer], row, why: fleet.gather.why };
}
