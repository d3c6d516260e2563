import type { Measure } from '@/lib/contracts/compare';
import type { CompareInputs, Histogram } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { alwaysValidZ } from './always-valid';
import { dispersions, type Factors, factorsOf, inflation, MIN_FOR_ROW } from './compare-errors';
import { absentMeasure, stateAgainstLimit, stateAgainstZero, toMeasure } from './compare-state';
import { newcombeDifference, type Proportion } from './comparison';
import { formatCount, formatDuration, formatMs } from './format';
import {
  type Buckets,
  histogramQuantile,
  type Interval,
  isResolved,
  moverDifference,
  totalOf,
  woodruffInterval,
  Z_95,
} from './histogram';
import { effective } from './overdispersion';

/** Latency of two sides: quantiles, share above the objective's bound, stages. Milliseconds. */

/** A histogram as it crosses the wire, with its open last bucket named. Null where it holds nothing to read. */
export function bucketsOf(histogram: Histogram | null): Buckets | null {
  if (histogram === null || histogram.cumulative.length !== histogram.upperBounds.length + 1) return null;
  if (histogram.upperBounds.length === 0 || !histogram.cumulative.every(Number.isFinite)) return null;
  return { upperBounds: [...histogram.upperBounds, Number.POSITIVE_INFINITY], cumulative: histogram.cumulative };
}

/** Two histograms over the bounds both have; null without a common finite one. Counts at shared bounds are unchanged. */
export function commonBuckets(a: Buckets, b: Buckets): { a: Buckets; b: Buckets; dropped: number } | null {
  const bounds = a.upperBounds.filter((bound) => b.upperBounds.includes(bound));
  if (bounds.length < 2) return null;
  const only = ({ upperBounds, cumulative }: Buckets): Buckets => ({
    upperBounds: bounds,
    cumulative: bounds.map((bound) => cumulative[upperBounds.indexOf(bound)] ?? 0),
  });
  const all = new Set([...a.upperBounds, ...b.upperBounds]);
  return { a: only(a), b: only(b), dropped: all.size - bounds.length };
}

/** Edges of the buckets that hold an interval of a quantile; null where it reaches into the open last one. */
function bracketOf(buckets: Buckets, { low, high }: Interval): Interval | null {
  const first = buckets.upperBounds.findIndex((bound) => bound > low);
  const last = buckets.upperBounds.findIndex((bound) => bound >= high);
  const upper = buckets.upperBounds[last];
  if (first === -1 || upper === undefined || !Number.isFinite(upper)) return null;
  return { low: first === 0 ? 0 : (buckets.upperBounds[first - 1] ?? 0), high: upper };
}

interface QuantileAsked {
  id: string;
  name: string;
  quantile: number;
  metric: string;
  group: 'latency' | 'stages';
  limit: { ratio: number } | null;
  factors: Factors;
}

/** A quantile's row from two histograms, or from exact durations where the histogram cannot tell. */
function quantileMeasure(
  histograms: { champion: Histogram | null; challenger: Histogram | null },
  asked: QuantileAsked,
  exact: CompareInputs['exactP95'] = null,
): Measure {
  const { quantile, limit, factors } = asked;
  const head = { id: asked.id, name: asked.name, unit: 'ms', group: asked.group, worse: 'up' } as const;
  const own = { champion: bucketsOf(histograms.champion), challenger: bucketsOf(histograms.challenger) };
  const definition = `from ${asked.metric}`;
  if (own.champion === null || own.challenger === null) return absentMeasure({ ...head, limit: null, definition });
  const common = commonBuckets(own.champion, own.challenger);
  if (common === null) {
    return absentMeasure({ ...head, limit: null, definition: `${definition}: the two histograms share no bound` });
  }
  const { a, b, dropped } = common;
  const samples = `${formatCount(totalOf(a))} · ${formatCount(totalOf(b))}`;
  const fewest = Math.min(totalOf(a), totalOf(b));
  if (fewest < MIN_FOR_ROW) return absentMeasure({ ...head, limit: null, definition }, 'not-enough-data', samples);
  const z = limit === null ? Z_95 : alwaysValidZ(fewest);
  const qa = histogramQuantile(a, quantile);
  const qb = histogramQuantile(b, quantile);
  const ia = woodruffInterval(a, quantile, z * Math.sqrt(factors.champion));
  const ib = woodruffInterval(b, quantile, z * Math.sqrt(factors.challenger));
  if (qa.value === null || qb.value === null || ia === null || ib === null) {
    return absentMeasure({ ...head, limit: null, definition }, 'not-enough-data', samples);
  }
  const allowed = limit === null ? null : limit.ratio * qa.value;
  const how = `${limit === null ? '95 % Woodruff intervals' : 'Woodruff intervals with the multiplier of a confidence sequence'}, combined by MOVER, ${inflation(factors)}${dropped > 0 ? `, over the ${a.upperBounds.length - 1} bounds both histograms have` : ''}`;
  const common2 = {
    ...head,
    champion: qa.value,
    challenger: qb.value,
    championAtLeast: qa.atLeast,
    challengerAtLeast: qb.atLeast,
    limit: allowed,
    intervalKind: limit === null ? 'fixed' : 'always-valid',
    samples,
  } as const;
  const { difference, interval } = moverDifference(
    { value: qa.value, interval: ia },
    { value: qb.value, interval: ib },
  );
  // An end in the open last bucket is only a lower bound: no interval can be made of it.
  const isOpen = qa.atLeast || qb.atLeast || ia.openEnd || ib.openEnd;
  if (isResolved(a, b, quantile) && !isOpen) {
    return toMeasure({
      ...common2,
      difference,
      interval,
      definition: `${definition}; ${how}`,
      state: allowed === null ? stateAgainstZero(interval, 'up') : stateAgainstLimit(interval, allowed, 'up'),
    });
  }
  if (exact !== null && limit !== null) return exactMeasure(head, exact, limit.ratio, asked);
  const champion = bracketOf(a, ia);
  const challenger = bracketOf(b, ib);
  return toMeasure({
    ...common2,
    difference,
    interval: null,
    brackets: champion === null || challenger === null ? null : { champion, challenger },
    definition: `${definition}; ${isOpen ? 'it lies beyond the last bucket bound' : 'both lie in one bucket, or closer than one is wide: the histogram cannot tell them apart'}`,
    state: 'bucket-too-wide',
    word: isOpen ? 'beyond the last bucket' : 'bucket too wide',
  });
}

function exactMeasure(
  head: Pick<Measure, 'id' | 'name' | 'unit' | 'group' | 'worse'>,
  exact: NonNullable<CompareInputs['exactP95']>,
  ratio: number,
  asked: QuantileAsked,
): Measure {
  const { champion, challenger } = exact;
  const { difference, interval } = moverDifference(
    { value: champion.value, interval: champion },
    { value: challenger.value, interval: challenger },
  );
  const limit = ratio * champion.value;
  return toMeasure({
    ...head,
    champion: champion.value,
    challenger: challenger.value,
    difference,
    interval,
    intervalKind: 'always-valid',
    limit,
    samples: `${exact.source ?? 'logs'}, ${formatCount(champion.count)} · ${formatCount(challenger.count)}`,
    definition: `from ${exact.source === 'traces' ? 'the root spans' : 'latency_ms in the log lines'} of the last ${formatDuration(exact.endMs - exact.startMs)}, because the buckets of ${asked.metric} are too wide to tell; order-statistic intervals with the multiplier of a confidence sequence, combined by MOVER`,
    state: stateAgainstLimit(interval, limit, 'up'),
  });
}

const QUANTILES = [
  { id: 'p95', name: 'P95 latency', quantile: 0.95 },
  { id: 'p50', name: 'P50 latency', quantile: 0.5 },
  { id: 'p99', name: 'P99 latency', quantile: 0.99 },
] as const;

/** Rows of whole requests' latency and of the share above the objective. */
export function latencyMeasures(inputs: CompareInputs, policy: ComparePolicy): Measure[] {
  const factors = factorsOf(dispersions(inputs.cells, 'above'), inputs.mode);
  const histograms = {
    champion: inputs.champion?.latency ?? null,
    challenger: inputs.challenger?.latency ?? null,
  };
  const rows = QUANTILES.map((one) =>
    quantileMeasure(
      histograms,
      {
        ...one,
        metric: 'the latency histogram',
        group: 'latency',
        limit: one.id === 'p95' ? { ratio: policy.maxP95IncreaseRatio } : null,
        factors,
      },
      one.id === 'p95' ? inputs.exactP95 : null,
    ),
  );
  return [...rows, ...sloMeasure(inputs, histograms, factors)];
}

function sloMeasure(
  { slo }: CompareInputs,
  histograms: { champion: Histogram | null; challenger: Histogram | null },
  factors: Factors,
): Measure[] {
  if (slo === null) return [];
  const head = {
    id: 'above-slo',
    name: `Slower than ${formatMs(slo.thresholdMs)}`,
    unit: 'ratio',
    group: 'latency',
    limit: null,
    worse: 'up',
  } as const;
  const near = slo.bounds.map((bound) => formatMs(bound)).join(', ');
  if (!slo.isBound) {
    return [
      absentMeasure({
        ...head,
        definition: `the objective’s ${formatMs(slo.thresholdMs)} is no bucket bound; there are ${near}`,
      }),
    ];
  }
  const sides = { champion: bucketsOf(histograms.champion), challenger: bucketsOf(histograms.challenger) };
  const above = (buckets: Buckets | null): Proportion | null => {
    const index = buckets?.upperBounds.indexOf(slo.thresholdMs) ?? -1;
    if (buckets === null || index === -1 || !(totalOf(buckets) > 0)) return null;
    return { successes: totalOf(buckets) - (buckets.cumulative[index] ?? 0), total: totalOf(buckets) };
  };
  const a = above(sides.champion);
  const b = above(sides.challenger);
  const definition = `requests above the latency objective’s bound; Newcombe 95 %, ${inflation(factors)}`;
  const compared =
    a === null || b === null
      ? null
      : newcombeDifference(effective(a, factors.champion), effective(b, factors.challenger));
  if (a === null || b === null || compared === null) return [absentMeasure({ ...head, definition })];
  return [
    toMeasure({
      ...head,
      champion: a.successes / a.total,
      challenger: b.successes / b.total,
      difference: compared.difference,
      interval: compared.interval,
      intervalKind: 'fixed',
      samples: `${formatCount(a.total)} · ${formatCount(b.total)}`,
      definition,
      state: stateAgainstZero(compared.interval, 'up'),
    }),
  ];
}

/** A row per stage: its P95, or its mean where the buckets cannot tell the P95s apart. */
export const stageMeasures = (inputs: CompareInputs): Measure[] =>
  inputs.stages.map((one) => {
    const name = one.stage.replaceAll('_', ' ');
    const measure = quantileMeasure(one, {
      id: `stage-${one.stage}`,
      name: `${name} P95`,
      quantile: 0.95,
      metric: 'the stage histogram',
      group: 'stages',
      limit: null,
      factors: { champion: 1, challenger: 1 },
    });
    return measure.state === 'bucket-too-wide' ? (meanMeasure(one, name) ?? measure) : measure;
  });

/**
 * Mean time in a stage. The means are exact, from the histogram's sum; only their standard errors come from the buckets
 * (spread of the midpoints and, within a bucket, of a uniform). Null without sums.
 */
function meanMeasure(one: CompareInputs['stages'][number], name: string): Measure | null {
  const sides = { champion: bucketsOf(one.champion), challenger: bucketsOf(one.challenger) };
  if (sides.champion === null || sides.challenger === null) return null;
  if (one.championSumMs === null || one.challengerSumMs === null) return null;
  const [n, m] = [totalOf(sides.champion), totalOf(sides.challenger)];
  const [a, b] = [one.championSumMs / n, one.challengerSumMs / m];
  const half = Z_95 * Math.sqrt(varianceOf(sides.champion) / n + varianceOf(sides.challenger) / m);
  if (!Number.isFinite(a) || !Number.isFinite(b) || !Number.isFinite(half)) return null;
  const interval = { low: b - a - half, high: b - a + half };
  return toMeasure({
    id: `stage-${one.stage}`,
    name: `${name} mean`,
    unit: 'ms',
    group: 'stages',
    limit: null,
    worse: 'up',
    champion: a,
    challenger: b,
    difference: b - a,
    interval,
    intervalKind: 'fixed',
    samples: `${formatCount(n)} · ${formatCount(m)}`,
    definition:
      'mean time of the stage, exact from the histogram’s sum, because its buckets are too wide for a P95; 95 % interval with the spread of the buckets',
    state: stateAgainstZero(interval, 'up'),
  });
}

/** Variance of what a histogram holds, in its unit squared; the open last bucket counts at its lower edge. */
function varianceOf({ upperBounds, cumulative }: Buckets): number {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (const [i, upper] of upperBounds.entries()) {
    const count = (cumulative[i] ?? 0) - (i === 0 ? 0 : (cumulative[i - 1] ?? 0));
    const lower = i === 0 ? Math.min(0, upper) : (upperBounds[i - 1] ?? 0);
    const top = Number.isFinite(upper) ? upper : lower;
    n += count;
    sum += (count * (lower + top)) / 2;
    squares += count * (((lower + top) / 2) ** 2 + (top - lower) ** 2 / 12);
  }
  return Math.max(0, squares / n - (sum / n) ** 2);
}
