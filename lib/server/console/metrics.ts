import 'server-only';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { processWide } from '../process-wide';

/**
 * What the console counts of itself, in this process; what is in the database is added when it is asked for. One set for
 * each process: a bundle of its own for each route must not count for itself.
 */
const own = () =>
  processWide('own-metrics', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    // Gauges with a counter's suffix, which promtool calls a fault; the ones by type say the same.
    for (const name of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${name}_total`);
    return {
      registry,
      upstreamSeconds: new Histogram({
        name: 'windsock_upstream_request_duration_seconds',
        help: 'Time a telemetry source took to answer this console, by source and outcome; waiting for a place included.',
        labelNames: ['kind', 'source', 'outcome'],
        buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        registers: [registry],
      }),
      cacheAnswers: new Counter({
        name: 'windsock_query_cache_answers_total',
        help: 'Answers of the query cache: given from memory or shared with another reader (hit), or asked of the source (miss).',
        labelNames: ['result'],
        registers: [registry],
      }),
      routeSeconds: new Histogram({
        name: 'windsock_http_request_duration_seconds',
        help: 'Time the API of this console took to answer, by route, method and class of status.',
        labelNames: ['method', 'route', 'status'],
        buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        registers: [registry],
      }),
      guardEvaluations: new Counter({
        name: 'windsock_guard_evaluations_total',
        help: 'Evaluations of guards by this process, by model and decision.',
        labelNames: ['model', 'decision'],
        registers: [registry],
      }),
    };
  });

/** Counts one request to a source. `outcome` is `ok` or the code of its error; `left` where the reader went away. */
export const countUpstream = (source: { kind: string; name: string }, outcome: string, elapsedMs: number): void =>
  own().upstreamSeconds.observe({ kind: source.kind, source: source.name, outcome }, elapsedMs / 1000);

/**
 * Counts one answer of the query cache. `hit`: from memory, or shared with another reader; `miss`: asked of the
 * source.
 */
export const countCacheAnswer = (result: 'hit' | 'miss'): void => own().cacheAnswers.inc({ result });

/** Counts one answer of the API. `route` holds names for its parameters, never their values. */
export const countRoute = (asked: { method: string; route: string; status: number }, elapsedMs: number): void =>
  own().routeSeconds.observe(
    { method: asked.method, route: asked.route, status: `${Math.floor(asked.status / 100)}xx` },
    elapsedMs / 1000,
  );

/**
 * Counts one stored evaluation of a guard. `model` comes from the configuration: each name is a series for as long as
 * the process lives.
 */
export const countGuardEvaluation = (model: string, decision: string): void =>
  own().guardEvaluations.inc({ model, decision });

/** `/api/models/fraud/traffic` with `{model: fraud}` as `/api/models/{model}/traffic`: as many routes as there are files. */
export function routeName(pathname: string, params: Readonly<Record<string, string | string[] | undefined>>): string {
  const names = new Map(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[String(value), name]])),
  );
  return pathname
    .split('/')
    .map((part) => {
      const name = names.get(part) ?? names.get(decoded(part));
      return name === undefined ? part : `{${name}}`;
    })
    .join('/');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What this process counted, as the text format of Prometheus. */
export const ownMetricsText = (): Promise<string> => own().registry.metrics();
