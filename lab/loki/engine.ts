import { type LabAnswer, type LabEngine, type LabRequest, textAnswer } from '../http';
import type { LogStore } from '../stores';
import { detectedFields, detectedFieldValues, detectedLabels } from './detected';
import { toLokiError } from './errors';
import { formatQuery } from './format';
import { indexStats, labelNames, labelValues, seriesList, volume, volumeRange } from './index-api';
import { parseQuery } from './parse';
import { patterns } from './patterns';
import { push } from './push';
import { queryInstant, queryRange } from './query-api';

type Endpoint = (store: LogStore, request: LabRequest) => LabAnswer;

const plainJson = (body: unknown, status = 200): LabAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const buildInfo: Endpoint = () =>
  plainJson({
    version: '3.4.6-lab',
    revision: 'lab',
    branch: 'HEAD',
    buildUser: 'lab',
    buildDate: '2025-01-01T00:00:00Z',
    goVersion: 'none',
  });

/** `/format_query`: errors are JSON here, as nowhere else. */
const formatEndpoint: Endpoint = (_store, { params }) => {
  const query = params.get('query') ?? '';
  const answer = (status: number, body: unknown): LabAnswer => ({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  try {
    return answer(200, { status: 'success', data: formatQuery(parseQuery(query)) });
  } catch (error) {
    return answer(400, { status: 'invalid-query', error: toLokiError(error).message });
  }
};

const rules: Endpoint = () => plainJson({ status: 'success', data: { groups: [] }, errorType: '', error: '' });
const alerts: Endpoint = () => plainJson({ status: 'success', data: { alerts: [] }, errorType: '', error: '' });

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['/ready', () => textAnswer(200, 'ready\n')],
  ['/loki/api/v1/status/buildinfo', buildInfo],
  ['/loki/api/v1/query_range', queryRange],
  ['/loki/api/v1/query', queryInstant],
  ['/loki/api/v1/labels', labelNames],
  ['/loki/api/v1/label', labelNames],
  ['/loki/api/v1/series', seriesList],
  ['/loki/api/v1/index/stats', indexStats],
  ['/loki/api/v1/index/volume', volume],
  ['/loki/api/v1/index/volume_range', volumeRange],
  ['/loki/api/v1/patterns', patterns],
  ['/loki/api/v1/detected_fields', detectedFields],
  ['/loki/api/v1/detected_labels', detectedLabels],
  ['/loki/api/v1/format_query', formatEndpoint],
  ['/loki/api/v1/rules', () => textAnswer(404, 'no rule groups found\n')],
  ['/loki/api/v1/push', push],
  ['/prometheus/api/v1/rules', rules],
  ['/prometheus/api/v1/alerts', alerts],
]);

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function route(store: LogStore, request: LabRequest): LabAnswer {
  const endpoint = ENDPOINTS.get(request.path);
  if (endpoint) {
    const isPush = endpoint === push;
    if (request.method !== 'POST' && (isPush || request.method !== 'GET')) return textAnswer(405, '');
    return endpoint(store, request);
  }
  const named = /^\/loki\/api\/v1\/(label|detected_field)\/([^/]+)\/values$/.exec(request.path);
  if (named?.[2]) {
    const name = decode(named[2]);
    return named[1] === 'label' ? labelValues(store, request, name) : detectedFieldValues(store, request, name);
  }
  return textAnswer(404, '404 page not found\n');
}

/** Loki 3.4's HTTP API over a store, without the server: errors are plain text as Loki's are. Tailing is in tail.ts. */
export function lokiEngine(store: LogStore): LabEngine {
  return (request) => {
    try {
      return route(store, request);
    } catch (error) {
      const { status, message } = toLokiError(error);
      const answer = textAnswer(status, message);
      return { ...answer, headers: { ...answer.headers, 'x-content-type-options': 'nosniff' } };
    }
  };
}
