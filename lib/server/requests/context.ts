import 'server-only';
import type { InputState } from '@/lib/contracts/fleet';
import type { Deployment, LatencyPlace } from '@/lib/contracts/request-story';
import { inTime } from '@/lib/domain/events';
import { placeOf, toDistribution } from '@/lib/domain/feature-place';
import { totalOf } from '@/lib/domain/histogram';
import { inputState } from '@/lib/domain/input-state';
import { byRole } from '@/lib/domain/roles';
import { HOUR_MS } from '@/lib/domain/time';
import { bucketsBy } from '../fleet/counts';
import { versionOf } from '../fleet/labels';
import { readEvents } from '../fleet/read-events';
import { rolesQuery, rolesTold, withRoles } from '../fleet/roles';
import { Gather } from '../gather';
import { bucketsQuery, gaugeQuery, meanQuery, requestsQuery } from '../prometheus/signal-queries';
import type { Telemetry } from '../telemetry';

/** What was around a request, in numbers: its version's hour, who was deployed, how the inputs were. */

const BEFORE_MS = 6 * HOUR_MS;

export interface Around {
  model: string;
  version: string | null;
  atMs: number;
  latencyMs: number | null;
  nowMs: number;
}

/** The hour around an instant, never past now. */
function hourAround(atMs: number, nowMs: number): { startMs: number; endMs: number } {
  const endMs = Math.max(1, Math.min(nowMs, Math.ceil(atMs / 60_000) * 60_000 + HOUR_MS / 2));
  return { startMs: Math.max(0, endMs - HOUR_MS), endMs };
}

/** Where the request's latency lies among those of its model's version in that hour. */
export async function readLatencyPlace(
  telemetry: Telemetry,
  around: Around,
  signal: AbortSignal,
): Promise<LatencyPlace> {
  const { prometheus, map } = telemetry;
  const { model, version, latencyMs } = around;
  const hour = hourAround(around.atMs, around.nowMs);
  const gather = new Gather(signal);
  const nothing = { place: null, distribution: null, ...hour, gaps: gather.gaps, why: gather.why };
  const query = bucketsQuery(map, { fn: 'increase', windowMs: HOUR_MS, model, byVersion: version !== null });
  if (query === null) {
    return {
      ...nothing,
      missing: {
        signal: 'latency distribution',
        reason: 'No latency histogram with buckets is known here, so that no place in it can be told.',
        remedy: 'Set signals.overrides.latency.metric to a histogram.',
      },
    };
  }
  const samples = await gather.take(
    'latency of its version in that hour',
    prometheus.instant(query, hour.endMs, signal),
  );
  const key = (labels: Record<string, string>) => (version === null ? '' : versionOf(map, labels));
  const buckets = bucketsBy(map, samples ?? [], key).get(version ?? '');
  if (buckets === undefined || !(totalOf(buckets) > 0)) {
    const reason = `No request of ${model}${version === null ? '' : ` ${version}`} was measured in that hour.`;
    const remedy = 'Prometheus may keep less than Loki and Tempo; a longer retention would have it.';
    return { ...nothing, missing: gather.gaps.length > 0 ? null : { signal: 'latency distribution', reason, remedy } };
  }
  return {
    ...nothing,
    missing: null,
    place: latencyMs === null ? null : placeOf(buckets, latencyMs),
    distribution: latencyMs === null ? null : toDistribution(buckets, latencyMs),
  };
}

/** Who was deployed around then: versions with traffic in that hour, their roles, and what changed in the hours before. */
export async function readDeployment(telemetry: Telemetry, around: Around, signal: AbortSignal): Promise<Deployment> {
  const { prometheus, map, config } = telemetry;
  const { model, version, atMs, nowMs } = around;
  const gather = new Gather(signal);
  const hour = hourAround(atMs, nowMs);
  const query = requestsQuery(map, { fn: 'increase', windowMs: HOUR_MS, model, byVersion: true });
  const roles = rolesQuery(map, model);
  const range = { startMs: Math.max(0, atMs - BEFORE_MS), endMs: Math.min(nowMs, atMs + HOUR_MS) };
  const [requests, samples, events] = await Promise.all([
    gather.take(
      'versions with requests in that hour',
      query === null ? null : prometheus.instant(query, hour.endMs, signal),
    ),
    gather.take('roles then', roles === null ? null : prometheus.instant(roles, Math.floor(atMs), signal)),
    gather.part('changes', () => readEvents(telemetry, { ...range, model }, signal, gather)),
  ]);
  const versions = (requests ?? [])
    .map(({ labels, value }) => ({ version: versionOf(map, labels), requests: value }))
    .filter((one) => (one.requests ?? 0) > 0);
  const all = versions.reduce((sum, one) => sum + (one.requests ?? 0), 0);
  const told = rolesTold(map, samples);
  const own = version === null || versions.some((one) => one.version === version) ? [] : [{ version, requests: null }];
  const assigned = withRoles([...versions, ...own], { config, model, told });
  const isKnown = versions.length > 0 || told.has(model);
  return {
    gaps: gather.gaps,
    why: gather.why,
    role: isKnown ? (assigned.find((one) => one.version === version)?.role ?? null) : null,
    versions: assigned
      // The version that answered may be here without traffic: it has a role then, and no share.
      .flatMap(({ requests, ...one }) => (requests === null ? [] : [{ ...one, share: requests / all }]))
      .sort(byRole),
    events: inTime(events ?? []).slice(-50),
    ...range,
    missing:
      isKnown || gather.gaps.length > 0
        ? null
        : {
            signal: 'versions then',
            reason: `Prometheus counts no request of ${model} at that time.`,
            remedy: 'Its retention may be shorter, or the model is called otherwise in the metrics.',
          },
  };
}

/** What the guide needs beside the other parts. Null: not measured. */
export interface Conditions {
  drift: InputState;
  /** Mean feature fetch of its version in that hour, milliseconds. */
  fetchMeanMs: number | null;
  /** Pipelines and jobs that may feed it, as they stood then. */
  pipelines: { name: string; backlogRows: number | null; lastSuccessMs: number | null }[];
  gather: Gather;
}

/**
 * Inputs, feature fetch and pipelines around a request: gauges at its instant, the mean over its hour. What failed is
 * null, with its reason in `gather`.
 */
export async function readConditions(telemetry: Telemetry, around: Around, signal: AbortSignal): Promise<Conditions> {
  const { prometheus, map } = telemetry;
  const { featureDriftScore, featureFetch, pipelineBacklog, batchLastSuccess } = map.contract;
  const gather = new Gather(signal);
  const atMs = Math.floor(around.atMs);
  const is = (name: string | undefined, value: string | null) =>
    name === undefined || value === null ? [] : [{ label: name, op: '=' as const, value }];
  const own = (labels: Readonly<Record<string, string>>) => [
    ...is(labels.model, around.model),
    ...is(labels.version, around.version),
  ];
  const { feature = 'feature', method = 'method' } = featureDriftScore.labels;
  const fetchLabels = [featureFetch.labels.model ?? 'model_name'];
  const pipeline = pipelineBacklog.labels.pipeline ?? 'pipeline';
  const job = batchLastSuccess.labels.job ?? 'job_name';
  const hour = hourAround(around.atMs, around.nowMs);
  const [drift, fetch, backlog, success] = await Promise.all([
    gather.take(
      'input drift then',
      prometheus.instant(
        gaugeQuery(featureDriftScore.metric, [feature, method], own(featureDriftScore.labels)),
        atMs,
        signal,
      ),
    ),
    gather.take(
      'mean feature fetch in that hour',
      prometheus.instant(
        meanQuery(featureFetch.metric, fetchLabels, { windowMs: HOUR_MS, matchers: own(featureFetch.labels) }),
        hour.endMs,
        signal,
      ),
    ),
    gather.take(
      'rows that waited in pipelines then',
      prometheus.instant(gaugeQuery(pipelineBacklog.metric, [pipeline]), atMs, signal),
    ),
    gather.take(
      'last success of batch jobs then',
      prometheus.instant(gaugeQuery(batchLastSuccess.metric, [job]), atMs, signal),
    ),
  ]);
  const seconds = fetch?.find(({ value }) => value !== null)?.value ?? null;
  return {
    drift: inputState(
      (drift ?? []).map(({ labels, value }) => ({
        feature: labels[feature] ?? '',
        method: labels[method] ?? '',
        value,
      })),
    ),
    fetchMeanMs: seconds === null ? null : seconds * 1000,
    pipelines: [
      ...(backlog ?? []).map(({ labels, value }) => ({
        name: labels[pipeline] ?? '',
        backlogRows: value,
        lastSuccessMs: null,
      })),
      ...(success ?? []).map(({ labels, value }) => ({
        name: labels[job] ?? '',
        backlogRows: null,
        lastSuccessMs: value === null ? null : value * 1000,
      })),
    ],
    gather,
  };
}
