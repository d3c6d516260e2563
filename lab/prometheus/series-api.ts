import { quote } from '../go/strings';
import type { LabAnswer, LabRequest } from '../http';
import type { Labels, Matcher, MetricStore } from '../stores';
import { limited, success } from './answers';
import { selectorsOf } from './ast';
import { badData } from './errors';
import { compareLabels, labelKey, sortedLabels } from './label-sets';
import { formatSample } from './numbers';
import { limitParam, matchersParam, optionalTimeParam, queryParam } from './params';

const EVERYTHING: readonly Matcher[] = [{ name: '__name__', op: '!=', value: '' }];

function range({ params }: LabRequest): { startMs: number; endMs: number } {
  const startMs = optionalTimeParam(params, 'start', -8_640_000_000_000_000);
  const endMs = optionalTimeParam(params, 'end', 8_640_000_000_000_000);
  return { startMs, endMs };
}

/** The label sets of every selector of `match[]`, each once, or of the whole store where there is none. */
function matched(store: MetricStore, request: LabRequest, named = false): Labels[] {
  const { startMs, endMs } = range(request);
  const selectors = matchersParam(request.params, named);
  const found = new Map<string, Labels>();
  for (const matchers of selectors.length === 0 ? [EVERYTHING] : selectors) {
    for (const labels of store.series(matchers, startMs, endMs)) found.set(labelKey(labels), labels);
  }
  return [...found.values()];
}

/** GET and POST /api/v1/series. */
export function series(store: MetricStore, request: LabRequest): LabAnswer {
  const limit = limitParam(request.params);
  if (request.params.getAll('match[]').length === 0) throw badData('no match[] parameter provided');
  return limited(matched(store, request, true).sort(compareLabels).map(sortedLabels), limit);
}

/** GET and POST /api/v1/labels. */
export function labelNames(store: MetricStore, request: LabRequest): LabAnswer {
  const limit = limitParam(request.params);
  const names = new Set(matched(store, request).flatMap((labels) => Object.keys(sortedLabels(labels))));
  return limited([...names].sort(), limit);
}

/** The label name that a path says: `U__` escapes stand for other characters [model/labels UTF-8 escaping]. */
function unescapeName(text: string): string {
  if (!text.startsWith('U__')) return text;
  return text
    .slice(3)
    .replace(/__|_([\da-fA-F]{1,6})_/g, (_, code?: string) =>
      code === undefined ? '_' : String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code, 16))),
    );
}

/** GET /api/v1/label/<name>/values. */
export function labelValues(store: MetricStore, request: LabRequest, rawName: string): LabAnswer {
  const name = unescapeName(rawName);
  if (name === '') throw badData(`invalid label name: ${quote(rawName)}`);
  const limit = limitParam(request.params);
  const values = new Set(matched(store, request).map((labels) => labels[name] ?? ''));
  values.delete('');
  return limited([...values].sort(), limit);
}

/** GET /api/v1/metadata. */
export function metadata(store: MetricStore, { params }: LabRequest): LabAnswer {
  const number = (name: string): number => {
    const text = params.get(name) ?? '';
    if (text === '') return -1;
    if (!/^[+-]?\d+$/.test(text)) throw badData(`${name} must be a number`);
    return Number(text);
  };
  const limit = number('limit');
  const perMetric = number('limit_per_metric');
  const wanted = params.get('metric') ?? '';
  const entries: Record<string, unknown[]> = {};
  let count = 0;
  for (const [family, { type, unit, help }] of store.metadata()) {
    if (wanted !== '' && family !== wanted) continue;
    // Here, and only here, a limit of zero means none at all.
    if (limit >= 0 && count >= limit) break;
    entries[family] = perMetric === 0 ? [] : [{ type, unit, help }];
    count += 1;
  }
  return success(entries);
}

/** GET and POST /api/v1/query_exemplars: the selectors of the whole expression, joined by or. */
export function queryExemplars(store: MetricStore, request: LabRequest): LabAnswer {
  const { startMs, endMs } = range(request);
  if (endMs < startMs) throw badData('end timestamp must not be before start timestamp');
  const selectors = selectorsOf(queryParam(request.params, false));
  if (selectors.length === 0) return { status: 204, headers: {}, body: '' };
  const found = new Map<
    string,
    { seriesLabels: Labels; exemplars: Map<string, { labels: Labels; value: number; timestampMs: number }> }
  >();
  for (const { matchers } of selectors) {
    for (const { seriesLabels, labels, value, timestampMs } of store.exemplars(matchers, startMs, endMs)) {
      const key = labelKey(seriesLabels);
      const one = found.get(key) ?? { seriesLabels, exemplars: new Map() };
      one.exemplars.set(`${timestampMs} ${labelKey(labels)}`, { labels, value, timestampMs });
      found.set(key, one);
    }
  }
  const data = [...found.values()]
    .sort((a, b) => compareLabels(a.seriesLabels, b.seriesLabels))
    .map(({ seriesLabels, exemplars }) => ({
      seriesLabels: sortedLabels(seriesLabels),
      exemplars: [...exemplars.values()]
        .sort((a, b) => a.timestampMs - b.timestampMs)
        .map(({ labels, value, timestampMs }) => ({
          labels: sortedLabels(labels),
          value: formatSample(value),
          timestamp: timestampMs / 1000,
        })),
    }));
  return success(data);
}
