import type { LabAnswer, LabEngine, LabRequest } from '../http';
import { jsonAnswer, textAnswer } from '../http';
import type { TraceStore } from '../stores';
import { TooMuchToRead } from '../stores';
import { metricsQuery } from './metrics';
import { RequestError } from './params';
import { pushTraces } from './push';
import { search } from './search';
import { tagsV1, tagsV2, tagValuesV1, tagValuesV2 } from './tags';
import { traceV1, traceV2 } from './trace-by-id';

/**
 * The HTTP API of Tempo 3.0 over a store of traces: search, traces by id, tags, TraceQL metrics and OTLP/JSON push.
 * Errors are plain text as on the real server. Answers are JSON only; the search statistics in `metrics` are the lab's.
 */
export function tempoEngine(store: TraceStore): LabEngine {
  return (request) => {
    try {
      return route(store, request);
    } catch (error) {
      if (error instanceof RequestError) return textAnswer(error.status, error.message);
      // The server refuses a query that is too expensive with the status of its rate limits.
      if (error instanceof TooMuchToRead) return textAnswer(429, `query exceeds a limit of the lab: ${error.message}`);
      // Only a hostile expression nests so deeply that evaluating it exhausts the stack.
      if (error instanceof RangeError && /call stack/.test(error.message)) {
        return textAnswer(400, 'query expression is nested too deeply for the lab');
      }
      throw error;
    }
  };
}

function route(store: TraceStore, request: LabRequest): LabAnswer {
  const { path, params, nowMs } = request;
  if (path === '/v1/traces') return pushTraces(store, request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return textAnswer(405, '');
  const [, one = ''] = /^\/api\/traces\/([^/]+)\/?$/.exec(path) ?? [];
  if (one !== '') return traceV1(store, decode(one), params);
  const [, two = ''] = /^\/api\/v2\/traces\/([^/]+)\/?$/.exec(path) ?? [];
  if (two !== '') return traceV2(store, decode(two), params);
  const [, tagOne = ''] = /^\/api\/search\/tag\/(.+)\/values$/.exec(path) ?? [];
  if (tagOne !== '') return jsonAnswer(200, tagValuesV1(store, decode(tagOne), params, nowMs));
  const [, tagTwo = ''] = /^\/api\/v2\/search\/tag\/(.+)\/values$/.exec(path) ?? [];
  if (tagTwo !== '') return jsonAnswer(200, tagValuesV2(store, decode(tagTwo), params, nowMs));
  switch (path) {
    case '/api/search':
      return jsonAnswer(200, search(store, params, nowMs));
    case '/api/search/tags':
      return jsonAnswer(200, tagsV1(store, params, nowMs));
    case '/api/v2/search/tags':
      return jsonAnswer(200, tagsV2(store, params, nowMs));
    case '/api/metrics/query_range':
      return jsonAnswer(200, metricsQuery(store, params, nowMs, false));
    case '/api/metrics/query':
      return jsonAnswer(200, metricsQuery(store, params, nowMs, true));
    case '/api/status/buildinfo':
      return jsonAnswer(200, {
        version: '3.0.3',
        revision: 'windsock-lab',
        branch: '',
        buildUser: '',
        buildDate: '',
        goVersion: '',
      });
    case '/api/echo':
      return textAnswer(200, 'echo\n');
    case '/ready':
      return textAnswer(200, 'ready\n');
    default:
      return textAnswer(404, '404 page not found\n');
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RequestError(400, `invalid URL escape in ${JSON.stringify(segment)}`);
  }
}
