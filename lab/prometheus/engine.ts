import { jsonAnswer, type LabAnswer, type LabEngine, type LabRequest, textAnswer } from '../http';
import { type MetricStore, TooMuchToRead } from '../stores';
import { success } from './answers';
import { ApiError, ExecutionError, unsupported } from './errors';
import { queryParam } from './params';
import { printQuery } from './print';
import { instantQuery, rangeQuery } from './query-api';
import { alerts, rules, targets } from './rules-api';
import { labelNames, labelValues, metadata, queryExemplars, series } from './series-api';
import { buildInfo, flags, runtimeInfo, tsdbStatus } from './status-api';

interface Endpoint {
  methods: readonly string[];
  answer: (request: LabRequest) => LabAnswer;
}

const READ = ['GET'];
const READ_OR_FORM = ['GET', 'POST'];

/** Paths that stock Prometheus has and the lab leaves out. */
const LEFT_OUT =
  /^\/api\/v1\/(parse_query|targets\/metadata|write|read|otlp\/|admin\/|status\/(config|walreplay)|notifications|scrape_pools)/;

function failure(error: unknown): LabAnswer {
  const told =
    error instanceof ApiError
      ? error
      : error instanceof TooMuchToRead
        ? new ExecutionError('query processing would load too many samples into memory in query execution')
        : null;
  if (told === null) throw error;
  return jsonAnswer(told.status, { status: 'error', errorType: told.errorType, error: told.message });
}

/**
 * A Prometheus 3.5 read API over a store: queries, series, labels, metadata, exemplars, rules, alerts, targets and
 * status. `clock` counts milliseconds monotonically, for the timeout of a query.
 */
export function prometheusEngine(store: MetricStore, clock: () => number = () => performance.now()): LabEngine {
  const startedMs = Date.now();
  const endpoints: Readonly<Record<string, Endpoint>> = {
    '/api/v1/query': { methods: READ_OR_FORM, answer: (request) => instantQuery(store, request, clock) },
    '/api/v1/query_range': { methods: READ_OR_FORM, answer: (request) => rangeQuery(store, request, clock) },
    '/api/v1/query_exemplars': { methods: READ_OR_FORM, answer: (request) => queryExemplars(store, request) },
    '/api/v1/format_query': { methods: READ_OR_FORM, answer: ({ params }) => success(printQuery(queryParam(params))) },
    '/api/v1/series': { methods: READ_OR_FORM, answer: (request) => series(store, request) },
    '/api/v1/labels': { methods: READ_OR_FORM, answer: (request) => labelNames(store, request) },
    '/api/v1/metadata': { methods: READ, answer: (request) => metadata(store, request) },
    '/api/v1/rules': { methods: READ, answer: (request) => rules(store, request) },
    '/api/v1/alerts': { methods: READ, answer: (request) => alerts(store, request) },
    '/api/v1/targets': { methods: READ, answer: (request) => targets(store, request) },
    '/api/v1/alertmanagers': {
      methods: READ,
      answer: () => success({ activeAlertmanagers: [], droppedAlertmanagers: [] }),
    },
    '/api/v1/status/buildinfo': { methods: READ, answer: buildInfo },
    '/api/v1/status/runtimeinfo': { methods: READ, answer: (request) => runtimeInfo(request, startedMs) },
    '/api/v1/status/flags': { methods: READ, answer: flags },
    '/api/v1/status/tsdb': { methods: READ, answer: (request) => tsdbStatus(store, request) },
    '/-/healthy': { methods: READ, answer: () => textAnswer(200, 'Prometheus Server is Healthy.\n') },
    '/-/ready': { methods: READ, answer: () => textAnswer(200, 'Prometheus Server is Ready.\n') },
  };

  function endpointOf(path: string): Endpoint | null {
    const named = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (named !== undefined) return named;
    const label = /^\/api\/v1\/label\/(.*)\/values$/.exec(path)?.[1];
    if (label !== undefined) return { methods: READ, answer: (request) => labelValues(store, request, decode(label)) };
    return null;
  }

  return (request) => {
    try {
      const endpoint = endpointOf(request.path);
      if (endpoint === null) {
        if (LEFT_OUT.test(request.path)) throw unsupported(request.path);
        return textAnswer(404, '404 page not found\n');
      }
      if (!endpoint.methods.includes(request.method)) return textAnswer(405, 'Method Not Allowed\n');
      return endpoint.answer(request);
    } catch (error) {
      return failure(error);
    }
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
