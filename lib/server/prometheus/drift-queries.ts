import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import type { ResolvedSignal } from '../signals/signal-map';
import { by, type MatchOp, matcher, selector } from './promql';

/*
 * PromQL of distributions: one query is of all features at once, told apart by a label. Sums come over replicas and
 * whatever else a metric carries; counters go through increase(), which sees resets.
 */

/** Name of a label by its role in the contract. */
export const labelOf = (signal: ResolvedSignal, role: string): string => signal.labels[role] ?? role;

export interface FeaturesAsked {
  model: string;
  /** Null: every version. */
  version: string | null;
  windowMs: number;
  /** Further matchers: one feature alone. */
  only?: readonly { label: string; op: MatchOp; value: string }[];
}

const matchersOf = (signal: ResolvedSignal, { model, version, only = [] }: Omit<FeaturesAsked, 'windowMs'>) => [
  matcher(labelOf(signal, 'model'), '=', model),
  ...(version === null ? [] : [matcher(labelOf(signal, 'version'), '=', version)]),
  ...only.map(({ label, op, value }) => matcher(label, op, value)),
];

/** Increase of a counter of the contract by labels. `suffix`: `_bucket` of a histogram. */
export const featureIncrease = (
  signal: ResolvedSignal,
  keep: readonly string[],
  asked: FeaturesAsked,
  suffix = '',
): string =>
  `sum ${by([...new Set(keep)])} (increase(${selector(`${signal.metric}${suffix}`, matchersOf(signal, asked))}[${toQueryDuration(asked.windowMs)}]))`;

/** A gauge of the contract by labels, the greatest of its replicas. */
export const featureGauge = (
  signal: ResolvedSignal,
  keep: readonly string[],
  asked: Omit<FeaturesAsked, 'windowMs'>,
): string => `max ${by([...new Set(keep)])} (${selector(signal.metric, matchersOf(signal, asked))})`;

/** How many series of a metric a version had at an instant. */
export const featureCount = (signal: ResolvedSignal, asked: Omit<FeaturesAsked, 'windowMs'>, suffix = ''): string =>
  `count(${selector(`${signal.metric}${suffix}`, matchersOf(signal, asked))})`;

/** How many series of numeric inputs a version had at an instant, classic histograms or native ones. */
export const valueCount = (signal: ResolvedSignal, asked: Omit<FeaturesAsked, 'windowMs'>): string =>
  signal.hasNative
    ? `${featureCount(signal, asked, '_count')} or ${featureCount(signal, asked)}`
    : featureCount(signal, asked, '_count');

/** How many values were observed by labels, in classic histograms or native ones. */
export const valueIncrease = (signal: ResolvedSignal, keep: readonly string[], asked: FeaturesAsked): string =>
  ofEither(signal, keep, asked, 'count');

/** The sum of the values that were observed by labels. */
export const valueSum = (signal: ResolvedSignal, keep: readonly string[], asked: FeaturesAsked): string =>
  ofEither(signal, keep, asked, 'sum');

function ofEither(
  signal: ResolvedSignal,
  keep: readonly string[],
  asked: FeaturesAsked,
  part: 'count' | 'sum',
): string {
  const classic = featureIncrease(signal, keep, asked, `_${part}`);
  return signal.hasNative ? `${classic} or histogram_${part}(${featureIncrease(signal, keep, asked)})` : classic;
}

/** Categories told apart of each feature. */
export const categoryCount = (signal: ResolvedSignal, asked: Omit<FeaturesAsked, 'windowMs'>): string =>
  `count ${by([labelOf(signal, 'feature')])} (${selector(signal.metric, matchersOf(signal, asked))})`;
