import 'server-only';
import { formatMs } from '@/lib/domain/format';
import { HOUR_MS, toQueryDuration } from '@/lib/domain/time';
import type { SloConfig } from '../config';
import { tellsErrors } from '../fleet/counts';
import { by, matcher, regexAnyOf, selector } from '../prometheus/promql';
import { counterQuery, errorsQuery, gaugeQuery, requestsQuery, withinBoundQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import type { SignalMap } from '../signals/signal-map';

/*
 * What each kind of objective counts, as PromQL. The console and the exported rules use these very expressions, so their
 * burn rates agree.
 */

/** How closely what is looked at over time, not counted, is looked at: ages change slowly, and long windows have many steps. */
const ageStep = (windowMs: number): string => (windowMs > 6 * HOUR_MS ? '5m' : '1m');

/** What an objective counts. `model` null asks for all models at once, which the console does; rules name theirs. */
export interface Sli {
  /** Label that tells the owners of grouped answers apart, and this objective's value of it. */
  keyLabel: string;
  key: string;
  /** Objectives of one group share their grouped queries. */
  group: string;
  /** Whether it counts requests or predictions rather than time. */
  countsEvents: boolean;
  /** Bad ÷ all over a window. */
  ratio(windowMs: number, model: string | null): string;
  /** All and bad events of a step; for what counts time, 1 where it is measured and the share of bad time. */
  total(stepMs: number, model: string | null): string;
  bad(stepMs: number, model: string | null): string;
  /** A vector that is empty when the signal is not there at all. */
  presence(model: string): string;
}

/**
 * What an objective counts, or why nothing can: a sentence. With both, it can be counted but its metric is not there now:
 * that may be the very outage its alerts are for.
 */
export type SliOrProblem = { sli: Sli; problem: string | null } | { sli: null; problem: string };

const refused = (problem: string): SliOrProblem => ({ sli: null, problem });

/** The expressions of one objective over a signal map. */
export function sliOf(map: SignalMap, model: string, slo: SloConfig): SliOrProblem {
  switch (slo.kind) {
    case 'availability':
      return availability(map, model);
    case 'latency':
      return latency(map, model, slo.thresholdMs ?? 0);
    case 'freshness':
      return freshness(map, model, slo.thresholdMs ?? 0, slo.job);
    case 'quality':
      return quality(map, model, slo.measure ?? 'accuracy');
  }
}

type Counted = { fn: 'rate' | 'increase'; windowMs: number; model: string | null; byVersion: false };

const over = (fn: 'rate' | 'increase', windowMs: number, model: string | null): Counted => ({
  fn,
  windowMs,
  model,
  byVersion: false,
});

function availability(map: SignalMap, model: string): SliOrProblem {
  if (requestsQuery(map, over('rate', 1, null)) === null || map.requests === null) {
    return refused('Requests are not counted by this Prometheus.');
  }
  if (!tellsErrors(map) || errorsQuery(map, over('rate', 1, null)) === null) {
    const why = map.missing.find(({ signal }) => signal === 'errors');
    return refused(why === undefined ? 'Nothing tells failed requests.' : `${why.reason} ${why.remedy ?? ''}`.trim());
  }
  const { metric, successOnly } = map.requests;
  const parts = (asked: Counted) => {
    const counted = requestsQuery(map, asked) ?? '';
    const failed = errorsQuery(map, asked) ?? '';
    // No series of failures means none failed; where only successes are counted, either side may be absent.
    const bad = `(${failed} or 0 * ${counted})`;
    return { bad, all: successOnly ? `((${counted} or 0 * ${failed}) + ${bad})` : counted };
  };
  const sli: Sli = {
    keyLabel: map.modelLabel,
    key: model,
    group: 'availability',
    countsEvents: true,
    ratio: (windowMs, of) => {
      const { bad, all } = parts(over('rate', windowMs, of));
      return `${bad} / (${all} > 0)`;
    },
    total: (stepMs, of) => parts(over('increase', stepMs, of)).all,
    bad: (stepMs, of) => parts(over('increase', stepMs, of)).bad,
    presence: (of) => selector(metric, ownMatchers(map, of)),
  };
  return { sli, problem: null };
}

const ownMatchers = (map: SignalMap, model: string): string[] => [
  matcher(map.modelLabel, '=', model),
  ...map.only.map(({ label, op, value }) => matcher(label, op, value)),
];

function latency(map: SignalMap, model: string, thresholdMs: number): SliOrProblem {
  const { latency: timed } = map;
  if (timed.kind === 'none') return refused('Latency is not measured by this Prometheus.');
  if (timed.kind === 'mean') {
    return refused('Only the mean of latency is measured here; an objective needs a histogram.');
  }
  // Without the dust of binary fractions: 300 ms are 0.3 s.
  const bound = Number((thresholdMs / UNIT_MS[timed.unit]).toPrecision(12));
  const common = { keyLabel: map.modelLabel, key: model, group: `latency ${thresholdMs}`, countsEvents: true };
  if (timed.kind === 'native') {
    const all = (asked: Counted) => `histogram_count(${counterQuery(map, timed.metric, asked)})`;
    const late = (asked: Counted) => `(1 - histogram_fraction(0, ${bound}, ${counterQuery(map, timed.metric, asked)}))`;
    const sli: Sli = {
      ...common,
      ratio: (windowMs, of) => late(over('rate', windowMs, of)),
      total: (stepMs, of) => all(over('increase', stepMs, of)),
      bad: (stepMs, of) => `${late(over('increase', stepMs, of))} * ${all(over('increase', stepMs, of))}`,
      presence: (of) => selector(timed.metric, ownMatchers(map, of)),
    };
    return { sli, problem: null };
  }
  const all = (asked: Counted) => withinBoundQuery(map, Number.POSITIVE_INFINITY, asked) ?? '';
  const within = (asked: Counted) => withinBoundQuery(map, bound, asked) ?? '';
  const sli: Sli = {
    ...common,
    // A scrape may catch one bucket before another: never under 0.
    ratio: (windowMs, of) => {
      const asked = over('rate', windowMs, of);
      return `clamp_min(1 - ${within(asked)} / (${all(asked)} > 0), 0)`;
    },
    total: (stepMs, of) => all(over('increase', stepMs, of)),
    bad: (stepMs, of) => {
      const asked = over('increase', stepMs, of);
      return `clamp_min(${all(asked)} - ${within(asked)}, 0)`;
    },
    presence: (of) => selector(`${timed.metric}_bucket`, ownMatchers(map, of)),
  };
  return { sli, problem: null };
}

function freshness(map: SignalMap, model: string, thresholdMs: number, job: string | null): SliOrProblem {
  const signal = job === null ? map.contract.labelFreshness : map.contract.batchLastSuccess;
  const problem = signal.present
    ? null
    : `The age of ${job === null ? 'labels' : 'batch jobs'} is not measured: there is no ${signal.metric} in this Prometheus now.`;
  const keyLabel = job === null ? (signal.labels.model ?? 'model_name') : (signal.labels.job ?? 'job_name');
  const key = job ?? model;
  const limit = Number((thresholdMs / 1000).toPrecision(12));
  const gauge = (isOwn: boolean) =>
    gaugeQuery(signal.metric, [keyLabel], isOwn ? [{ label: keyLabel, op: '=', value: key }] : []);
  const stale = (windowMs: number, isOwn: boolean) =>
    `avg_over_time(((time() - ${gauge(isOwn)}) > bool ${limit})[${toQueryDuration(windowMs)}:${ageStep(windowMs)}])`;
  const sli: Sli = {
    keyLabel,
    key,
    group: `freshness ${job === null ? 'labels' : 'job'} ${thresholdMs}`,
    countsEvents: false,
    ratio: (windowMs, of) => stale(windowMs, of !== null),
    total: (_stepMs, of) => `${gauge(of !== null)} * 0 + 1`,
    bad: (stepMs, of) => stale(stepMs, of !== null),
    presence: () => selector(signal.metric, [matcher(keyLabel, '=', key)]),
  };
  return { sli, problem };
}

/** Which outcomes are bad, and which were judged, by measure. */
const OUTCOMES = {
  accuracy: { bad: ['fp', 'fn'], all: ['tp', 'fp', 'tn', 'fn'] },
  precision: { bad: ['fp'], all: ['tp', 'fp'] },
  recall: { bad: ['fn'], all: ['tp', 'fn'] },
} as const;

function quality(map: SignalMap, model: string, measure: keyof typeof OUTCOMES): SliOrProblem {
  const { outcomes } = map.contract;
  const problem = outcomes.present
    ? null
    : `Quality is not measured: there is no ${outcomes.metric} in this Prometheus now.`;
  const keyLabel = outcomes.labels.model ?? 'model_name';
  const outcomeLabel = outcomes.labels.outcome ?? 'outcome';
  const sum = (fn: string, windowMs: number, of: string | null, values: readonly string[]) => {
    const matchers = [
      ...(of === null ? [] : [matcher(keyLabel, '=', of)]),
      matcher(outcomeLabel, '=~', regexAnyOf(values)),
    ];
    return `sum ${by([keyLabel])} (${fn}(${selector(outcomes.metric, matchers)}[${toQueryDuration(windowMs)}]))`;
  };
  const parts = (fn: string, windowMs: number, of: string | null) => {
    const all = sum(fn, windowMs, of, OUTCOMES[measure].all);
    return { all, bad: `(${sum(fn, windowMs, of, OUTCOMES[measure].bad)} or 0 * ${all})` };
  };
  const sli: Sli = {
    keyLabel,
    key: model,
    group: `quality ${measure}`,
    countsEvents: true,
    ratio: (windowMs, of) => {
      const { all, bad } = parts('rate', windowMs, of);
      return `${bad} / (${all} > 0)`;
    },
    total: (stepMs, of) => parts('increase', stepMs, of).all,
    bad: (stepMs, of) => parts('increase', stepMs, of).bad,
    presence: (of) => selector(outcomes.metric, [matcher(keyLabel, '=', of)]),
  };
  return { sli, problem };
}

/** Buckets by model and bound, for judging a threshold; null where latency is no classic histogram. */
export const boundsQuery = (map: SignalMap): string | null =>
  map.latency.kind === 'histogram'
    ? `count ${by([map.modelLabel, 'le'])} (${selector(`${map.latency.metric}_bucket`)})`
    : null;

/** Why a threshold is refused: it is no bound of the buckets; null when it is one, or nothing has buckets to compare. */
export function boundProblem(metric: string, thresholdMs: number, boundsMs: readonly number[]): string | null {
  if (boundsMs.length === 0 || boundsMs.includes(thresholdMs)) return null;
  const named = boundsMs
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b)
    .map((bound) => formatMs(bound))
    .join(', ');
  return `${formatMs(thresholdMs)} is no bucket bound of ${metric}_bucket, so nobody can count what is slower. Take one of ${named}.`;
}
