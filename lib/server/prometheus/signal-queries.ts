import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import type { SignalMap } from '../signals/signal-map';
import type { VersionSource } from '../signals/version-source';
import { by, escapeRegex, type MatchOp, matcher, matcherAnyOf, quote, selector } from './promql';

/*
 * PromQL of every signal. Names come from the signal map through selector() and by(), values through quote(). Sums come
 * before ratios, over replicas, engines and ranks: only model, version and what a query is about survive.
 */

/** The label that the version is grouped under in an answer. */
const IMAGE_VERSION = 'windsock_version';

/**
 * The label that an answer by version carries it under: an own one where the tag is cut out of an image. Null:
 * nothing tells versions.
 */
export const versionLabelOf = (version: VersionSource): string | null =>
  version.kind === 'none' ? null : version.kind === 'image' ? IMAGE_VERSION : version.label;

export interface CounterAsked {
  fn: 'increase' | 'rate';
  windowMs: number;
  /** Null: every model. */
  model: string | null;
  byVersion: boolean;
  /** Other labels to keep, `le` for instance. */
  keep?: readonly string[];
  matchers?: readonly { label: string; op: MatchOp; value: string }[];
}

/** Sum of a counter's increase or rate by model and, where asked, by version. */
export function counterQuery(map: SignalMap, metric: string, asked: CounterAsked): string {
  const { version, modelLabel, only } = map;
  const matchers = [
    ...(asked.model === null ? [] : [matcher(modelLabel, '=', asked.model)]),
    ...[...only, ...(asked.matchers ?? [])].map(({ label, op, value }) => matcher(label, op, value)),
  ];
  const over = `${asked.fn}(${selector(metric, matchers)}[${toQueryDuration(asked.windowMs)}])`;
  const versionLabel = asked.byVersion ? versionLabelOf(version) : null;
  const labels = [...new Set([modelLabel, ...(versionLabel === null ? [] : [versionLabel]), ...(asked.keep ?? [])])];
  return `sum ${by(labels)} (${asked.byVersion ? withVersion(over, version) : over})`;
}

/** Brings the version onto series that do not carry it themselves. */
function withVersion(expression: string, version: VersionSource): string {
  if (version.kind === 'target_info') {
    const keys = by(['job', 'instance', version.label]);
    // max, because a target that restarted has two target_info series for a while, and a join may match one only.
    return `${expression} * on (job, instance) group_left (${version.label}) max ${keys} (${selector('target_info')})`;
  }
  if (version.kind === 'image') {
    const tag = quote('.*:([^/:@]+)(@.*)?');
    return `label_replace(${expression}, ${quote(IMAGE_VERSION)}, "$1", ${quote(version.label)}, ${tag})`;
  }
  return expression;
}

type Asked = Omit<CounterAsked, 'keep' | 'matchers'>;

/** Requests as the counter has them; where it counts successes only, failures are to be added. Null: none counted. */
export const requestsQuery = (map: SignalMap, asked: Asked): string | null =>
  map.requests === null ? null : counterQuery(map, map.requests.metric, asked);

/** Failed requests. Null where nothing tells them. */
export function errorsQuery(map: SignalMap, asked: Asked): string | null {
  const { errors, requests } = map;
  if (errors.kind === 'none' || requests === null) return null;
  if (errors.kind === 'label') {
    const { label, op, value } = errors;
    return counterQuery(map, requests.metric, { ...asked, matchers: [{ label, op, value }] });
  }
  const { metric, label, pattern } = errors;
  const matchers = label === null || pattern === null ? [] : [{ label, op: '=~' as const, value: pattern }];
  return counterQuery(map, metric, { ...asked, matchers });
}

/** Cumulative latency buckets. Null where there is no classic histogram. */
export const bucketsQuery = (map: SignalMap, asked: Asked): string | null =>
  map.latency.kind === 'histogram'
    ? counterQuery(map, `${map.latency.metric}_bucket`, { ...asked, keep: ['le'] })
    : null;

/** Native latency histograms, the finest there is. Null where the map knows of none. */
export const nativeHistogramsQuery = ({ latency, ...map }: SignalMap, asked: Asked): string | null =>
  latency.kind === 'native' || (latency.kind === 'histogram' && latency.hasNative === true)
    ? counterQuery({ ...map, latency }, latency.metric, asked)
    : null;

/** Requests that took at most `bound`, in the metric's own unit, which must be a bound of its buckets; infinite for all of them. */
export function withinBoundQuery(map: SignalMap, bound: number, asked: Asked): string | null {
  if (map.latency.kind !== 'histogram') return null;
  // The same bound is written "1" or "1.0", depending on the client.
  const value =
    bound === Number.POSITIVE_INFINITY ? '[+]Inf' : [String(bound), `${bound}.0`].map(escapeRegex).join('|');
  return counterQuery(map, `${map.latency.metric}_bucket`, {
    ...asked,
    matchers: [{ label: 'le', op: '=~', value }],
  });
}

/** The factors that take a mean's sum and count. Null where latency is no mean. */
export function meanLatencyQuery(map: SignalMap, asked: Asked): string | null {
  if (map.latency.kind !== 'mean') return null;
  return `${counterQuery(map, map.latency.sum, asked)} / ${counterQuery(map, map.latency.count, asked)}`;
}

/** Quantiles of a histogram, in the metric's own unit, told apart by the label `quantile`; native or classic. */
export function quantilesQuery(map: SignalMap, quantiles: readonly number[], asked: Asked): string | null {
  const { latency } = map;
  const inner = latency.kind === 'native' ? counterQuery(map, latency.metric, asked) : bucketsQuery(map, { ...asked });
  if (inner === null) return null;
  return quantiles
    .map((q) => `label_replace(histogram_quantile(${q}, ${inner}), "quantile", ${quote(String(q))}, "", "")`)
    .join(' or ');
}

/** A gauge as it is, the greatest of its replicas, by labels. */
export const gaugeQuery = (
  metric: string,
  keep: readonly string[],
  matchers: readonly { label: string; op: MatchOp; value: string }[] = [],
  over: 'max' | 'sum' = 'max',
): string =>
  `${over} ${by([...new Set(keep)])} (${selector(
    metric,
    matchers.map(({ label, op, value }) => matcher(label, op, value)),
  )})`;

/** Mean of a histogram or summary over a window, by labels: sum before ratio. */
export function meanQuery(
  metric: string,
  keep: readonly string[],
  asked: { windowMs: number; matchers: readonly { label: string; op: MatchOp; value: string }[] },
): string {
  const matchers = asked.matchers.map(({ label, op, value }) => matcher(label, op, value));
  const rate = (suffix: string) =>
    `sum ${by([...new Set(keep)])} (rate(${selector(`${metric}${suffix}`, matchers)}[${toQueryDuration(asked.windowMs)}]))`;
  return `${rate('_sum')} / ${rate('_count')}`;
}

/** Total time a stage took over a window, by labels; divided by requests it is what a request spends there. */
export function rateOfSum(
  metric: string,
  keep: readonly string[],
  asked: { windowMs: number; matchers: readonly { label: string; op: MatchOp; value: string }[] },
): string {
  const matchers = asked.matchers.map(({ label, op, value }) => matcher(label, op, value));
  return `sum ${by([...new Set(keep)])} (rate(${selector(`${metric}_sum`, matchers)}[${toQueryDuration(asked.windowMs)}]))`;
}

/** Increase of a counter over a window by labels. */
export const increaseQuery = (metric: string, keep: readonly string[], windowMs: number): string =>
  `sum ${by([...new Set(keep)])} (increase(${selector(metric)}[${toQueryDuration(windowMs)}]))`;

/** Increase of a metric of the contract for one model, by its own labels: what the signal map calls model and version. */
export const contractIncrease = (
  { metric, labels }: { metric: string; labels: Readonly<Record<string, string>> },
  asked: {
    suffix?: string;
    model: string;
    keep: readonly string[];
    windowMs: number;
    matchers?: readonly { label: string; op: MatchOp; value: string }[];
  },
): string =>
  `sum ${by([...new Set([labels.version ?? 'model_version', ...asked.keep])])} (increase(${selector(
    `${metric}${asked.suffix ?? ''}`,
    [
      matcher(labels.model ?? 'model_name', '=', asked.model),
      ...(asked.matchers ?? []).map(({ label, op, value }) => matcher(label, op, value)),
    ],
  )}[${toQueryDuration(asked.windowMs)}]))`;

/** Firing alerts as the series Prometheus keeps of them. */
export const alertsQuery = (): string =>
  `max without (instance, replica) (${selector('ALERTS', [matcher('alertstate', '=', 'firing')])})`;

/** 1 where an alert fired at any time within the window before a point. */
export const firedQuery = (windowMs: number): string =>
  `max without (instance, replica) (max_over_time(${selector('ALERTS', [matcher('alertstate', '=', 'firing')])}[${toQueryDuration(windowMs)}]))`;

/** Targets there were: whether anything was measured at all. */
export const measuredQuery = (): string => `count(${selector('up')})`;

/** How many series carry each of these names. */
export const presenceQuery = (names: readonly string[]): string => {
  const match = matcherAnyOf('__name__', names);
  return `count by (__name__) ({${match ?? matcher('__name__', '=', '')}})`;
};

/** Every series of a metric, for the catalogue. */
export const metricSelector = (metric: string): string => selector(metric);
