import type { Measure } from '@/lib/contracts/compare';
import type { CompareInputs, Histogram, Outcomes } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { watchedDifference } from './always-valid';
import { bucketsOf, commonBuckets } from './compare-latency';
import { absentMeasure, stateAgainstLimit, stateAgainstZero, toMeasure } from './compare-state';
import { newcombeDifference, type Proportion } from './comparison';
import { chiSquareTwoSample, jensenShannonDistance, psi, psiNoiseLimit } from './drift';
import { formatCount, formatNumber } from './format';
import { type Buckets, type Interval, totalOf } from './histogram';

/** What two sides answered, and how right they were where labels tell. */

/** Fewer values a side and a distribution is not compared. */
const MIN_FOR_DISTRIBUTION = 500;
/** Fewer judged cases a side and a quality row says "not enough data". */
const MIN_LABELS = 100;
/** Labels shown at most; models with more are compared by the distance alone. */
const MAX_LABELS = 4;

const countsOf = ({ cumulative }: Buckets): number[] =>
  cumulative.map((count, i) => Math.max(0, count - (i === 0 ? 0 : (cumulative[i - 1] ?? 0))));

/** Rows of the output distribution: score distance against its noise level, share of each label. */
export function outputMeasures({ scores, predictions }: CompareInputs): Measure[] {
  return [...(scores === null ? [] : [scoreMeasure(scores)]), ...labelMeasures(predictions)];
}

function scoreMeasure(scores: { champion: Histogram; challenger: Histogram }): Measure {
  const head = {
    id: 'scores',
    name: 'Score distribution, PSI',
    unit: 'number',
    group: 'output',
    limit: null,
    worse: null,
  } as const;
  const definition = 'PSI of the scores over the histogram’s bins, against the 99 % point of sampling noise';
  const a = bucketsOf(scores.champion);
  const b = bucketsOf(scores.challenger);
  const common = a === null || b === null ? null : commonBuckets(a, b);
  if (common === null) return absentMeasure({ ...head, definition });
  const left = countsOf(common.a);
  const right = countsOf(common.b);
  const samples = `${formatCount(totalOf(common.a))} · ${formatCount(totalOf(common.b))}`;
  if (Math.min(totalOf(common.a), totalOf(common.b)) < MIN_FOR_DISTRIBUTION) {
    return absentMeasure({ ...head, definition }, 'not-enough-data', samples);
  }
  const value = psi(left, right);
  const noise = psiNoiseLimit(left, right);
  const js = jensenShannonDistance(left, right);
  const p = chiSquareTwoSample(left, right)?.pValue ?? null;
  if (value === null || noise === null) return absentMeasure({ ...head, definition }, 'not-enough-data', samples);
  const isNoise = value <= noise;
  return toMeasure({
    ...head,
    champion: null,
    challenger: null,
    difference: value,
    interval: null,
    intervalKind: 'fixed',
    samples,
    definition: `${definition} (${formatNumber(noise, 2)}); Jensen–Shannon distance ${formatNumber(js, 2)}, chi-square p ${formatNumber(p, 2)}`,
    state: isNoise ? 'same' : 'differs',
    word: isNoise ? 'within sampling noise' : value > 0.1 ? 'differs' : 'differs slightly',
  });
}

function labelMeasures(predictions: CompareInputs['predictions']): Measure[] {
  if (predictions === null || predictions.length === 0 || predictions.length > MAX_LABELS) return [];
  const sum = (side: 'champion' | 'challenger') => predictions.reduce((all, one) => all + one[side], 0);
  const totals = { champion: sum('champion'), challenger: sum('challenger') };
  // Of two labels one says it all.
  const shown = predictions.length === 2 ? [rarer(predictions)] : predictions;
  return shown.map(({ label, champion, challenger }) => {
    const a: Proportion = { successes: champion, total: totals.champion };
    const b: Proportion = { successes: challenger, total: totals.challenger };
    const head = {
      id: `label-${label}`,
      name: `Predicted ${label}`,
      unit: 'ratio',
      group: 'output',
      limit: null,
      worse: null,
      definition: 'share of predictions with this label; Newcombe 95 %',
    } as const;
    const samples = `${formatCount(a.total)} · ${formatCount(b.total)}`;
    const compared = newcombeDifference(a, b);
    if (compared === null || Math.min(a.total, b.total) < MIN_LABELS) {
      return absentMeasure(head, 'not-enough-data', samples);
    }
    return toMeasure({
      ...head,
      champion: a.successes / a.total,
      challenger: b.successes / b.total,
      ...compared,
      intervalKind: 'fixed',
      samples,
      state: stateAgainstZero(compared.interval, null),
    });
  });
}

type Predictions = NonNullable<CompareInputs['predictions']>;

const rarer = (pair: Predictions): Predictions[number] =>
  pair.reduce((least, one) => (one.champion + one.challenger < least.champion + least.challenger ? one : least));

const QUALITY = [
  {
    id: 'recall',
    name: 'Recall',
    right: ({ tp }: Outcomes) => tp,
    wrong: ({ fn }: Outcomes) => fn,
    of: 'tp ÷ (tp + fn)',
  },
  {
    id: 'precision',
    name: 'Precision',
    right: ({ tp }: Outcomes) => tp,
    wrong: ({ fp }: Outcomes) => fp,
    of: 'tp ÷ (tp + fp)',
  },
  {
    id: 'accuracy',
    name: 'Accuracy',
    right: ({ tp, tn }: Outcomes) => tp + tn,
    wrong: ({ fp, fn }: Outcomes) => fp + fn,
    of: '(tp + tn) ÷ all',
  },
] as const;

/** Rows of quality from the labels that arrived in the window. Compared by what went wrong, the rarer side of a share. */
export function qualityMeasures({ outcomes }: CompareInputs, policy: ComparePolicy): Measure[] {
  if (outcomes === null) return [];
  return QUALITY.map(({ id, name, right, wrong, of }) => {
    const side = (one: Outcomes): Proportion => ({ successes: wrong(one), total: right(one) + wrong(one) });
    const a = side(outcomes.champion);
    const b = side(outcomes.challenger);
    const head = {
      id,
      name,
      unit: 'ratio',
      group: 'quality',
      limit: policy.maxQualityDrop === 0 ? 0 : -policy.maxQualityDrop,
      worse: 'down',
      definition: `${of}, of the labels that arrived in the window; Newcombe 95 %, and red only if an interval that may be watched agrees`,
    } as const;
    const samples = `labels, ${formatCount(a.total)} · ${formatCount(b.total)}`;
    const compared = newcombeDifference(a, b);
    const watched = watchedDifference(a, b, { champion: 1, challenger: 1 });
    if (compared === null || watched === null || Math.min(a.total, b.total) < MIN_LABELS) {
      return absentMeasure(head, 'not-enough-data', samples);
    }
    const interval = negated(compared.interval);
    const state = stateAgainstLimit(interval, head.limit, 'down');
    const isSure = stateAgainstLimit(negated(watched.interval), head.limit, 'down') === 'beyond';
    return toMeasure({
      ...head,
      champion: 1 - Math.min(1, a.successes / a.total),
      challenger: 1 - Math.min(1, b.successes / b.total),
      difference: -compared.difference,
      interval,
      intervalKind: 'fixed',
      samples,
      state: state === 'beyond' && !isSure ? 'undecided' : state,
    });
  });
}

const negated = ({ low, high }: Interval): Interval => ({ low: -high, high: -low });
