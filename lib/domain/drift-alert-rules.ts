import { MIN_VALUES, PSI_DRIFTED } from './drift-verdict';
import { FEATURE_KEYS, labelList, labelName, modelTemplate, ofModel, quoted, type RuledMetric } from './rule-selectors';
import { type Rule, templateText } from './slo-rules';

/** Alerts on inputs that left their training: from classic histograms, native ones, and drift computed elsewhere. */

/** What a rule on native histograms must know beforehand: PromQL takes no bound from a label. */
export interface NativeInputs {
  /** Finite bounds of the training baselines, as their labels write them. */
  readonly bounds: readonly { readonly le: string; readonly value: number }[];
  /** Upper ÷ lower edge of the widest bucket, over 1. */
  readonly bucketFactor: number;
  /** Values nearer to zero than this are in one bucket. */
  readonly zeroWidth: number;
}

interface DriftRulesAsked {
  readonly metrics: {
    readonly featureValue: RuledMetric;
    readonly featureBaseline: RuledMetric;
    readonly featureDriftScore: RuledMetric;
  };
  readonly native: NativeInputs | null;
  /** Null: every model. */
  readonly model: string | null;
  readonly runbookOf: (model: string | null) => string;
}

/** Widest gap of the cumulative shares from which a drift is worth an alert, where it is also beyond chance. */
const DRIFT_GAP = 0.1;
/** Kolmogorov's 1 % point: the gap that two samples of one law exceed once in a hundred, times √(1/n + 1/m). */
const KOLMOGOROV_99 = 1.628;

const GAP = 'windsock:feature_gap:max1h';
const CHANCE = 'windsock:feature_gap:chance99';
const LEAST = 'windsock:feature_share_below:least1h';
const MOST = 'windsock:feature_share_below:most1h';
const NATIVE_GAP = 'windsock:feature_gap:native_max1h';
const NATIVE_CHANCE = 'windsock:feature_gap:native_chance99';

/** "10.0" and "10" are one bound: since 3.0 Prometheus writes it one way for histograms and leaves gauges as they are. */
const plainBounds = (vector: string): string => `label_replace(${vector}, "le", "$1", "le", ${quoted('(.+)\\.0')})`;
const plainBound = (le: string): string => le.replace(/(.)\.0$/, '$1');

/**
 * PSI needs the difference of neighbouring buckets, which PromQL cannot take; the widest gap of the cumulative shares
 * (Kolmogorov–Smirnov on the bounds) it can. Both the gap and chance are asked, and 500 values on either side.
 */
export function driftRules(asked: DriftRulesAsked): Rule[] {
  const { featureValue, featureBaseline, featureDriftScore } = asked.metrics;
  // Both sides must be told apart by the same labels to be matched at all.
  const isMatched = labelList(featureBaseline, FEATURE_KEYS) === labelList(featureValue, FEATURE_KEYS);
  const method = labelName(featureDriftScore, 'method');
  return [
    ...(isMatched ? classicRules(asked) : []),
    ...(isMatched && asked.native !== null ? nativeRules(asked, asked.native) : []),
    alertOf(
      asked,
      'ModelFeatureDriftScore',
      `max by (${labelList(featureDriftScore, FEATURE_KEYS)}) (${ofModel(featureDriftScore, asked, [`${method}=~"(?i)psi"`])}) > ${PSI_DRIFTED}`,
      'Its PSI as computed elsewhere is {{ $value | humanize }}; how many values it is of is not known.',
    ),
  ];
}

function alertOf({ metrics, runbookOf }: DriftRulesAsked, alert: string, expr: string, description: string): Rule {
  const { labels } = metrics.featureValue;
  return {
    alert,
    expr,
    for: '30m',
    labels: { severity: 'ticket' },
    annotations: {
      summary: `{{ $labels.${labels.feature ?? 'feature'} }} of ${modelTemplate(metrics.featureValue)} {{ $labels.${labels.version ?? 'model_version'} }} drifted from its training`,
      description,
      runbook_url: templateText(runbookOf(null)),
    },
  };
}

/** The labels that tell a feature of a version, and those of a baseline that names no version. */
const keysOf = ({ metrics: { featureValue } }: DriftRulesAsked) => ({
  by: labelList(featureValue, FEATURE_KEYS),
  general: labelList(featureValue, ['model', 'feature']),
});

/**
 * A term of a version's own baseline or, where it has none, of the one that names no version. `term` is given the
 * baseline and how it is matched with a vector of versions; it must keep that vector's labels.
 */
function heldAgainst(
  asked: DriftRulesAsked,
  part: 'shares' | 'rows',
  term: (baseline: string, on: string) => string,
): string {
  const { featureBaseline } = asked.metrics;
  const { by, general } = keysOf(asked);
  const version = labelName(featureBaseline, 'version');
  const of = (keys: string, matcher: string): string => {
    const rows = `max by (${keys}) (${ofModel(featureBaseline, asked, [matcher, 'le="+Inf"'])})`;
    const counts = `max by (${keys}, le) (${plainBounds(ofModel(featureBaseline, asked, [matcher]))})`;
    return part === 'rows' ? rows : `(${counts} / on (${keys}) group_left () ${rows})`;
  };
  const bound = part === 'shares' ? ', le' : '';
  return `(${term(of(by, `${version}!=""`), `on (${by}${bound})`)} or ${term(of(general, `${version}=""`), `on (${general}${bound}) group_left ()`)})`;
}

/** Kolmogorov's 1 % point for this many values now, and those of the baseline. */
const chanceOf = (asked: DriftRulesAsked, values: string): string =>
  `${KOLMOGOROV_99} * sqrt(${heldAgainst(asked, 'rows', (rows, on) => `1 / (${values} >= ${MIN_VALUES}) + ${on} 1 / (${rows} >= ${MIN_VALUES})`)})`;

function classicRules(asked: DriftRulesAsked): Rule[] {
  const { featureValue } = asked.metrics;
  const { by } = keysOf(asked);
  const bucket = `${featureValue.metric}_bucket`;
  const now = `sum by (${by}, le) (${plainBounds(`increase(${ofModel(featureValue, asked, [], bucket)}[1h])`)})`;
  const all = `sum by (${by}) (increase(${ofModel(featureValue, asked, ['le="+Inf"'], bucket)}[1h]))`;
  const share = `${now} / on (${by}) group_left () ${all}`;
  return [
    {
      record: GAP,
      expr: `max by (${by}) (abs(${heldAgainst(asked, 'shares', (shares, on) => `${share} - ${on} ${shares}`)}))`,
    },
    { record: CHANCE, expr: chanceOf(asked, all) },
    alertOf(
      asked,
      'ModelFeatureDrift',
      `${GAP} > ${DRIFT_GAP} and ${GAP} > ${CHANCE}`,
      'The cumulative shares of its values over an hour lie {{ $value | humanizePercentage }} from those of training at the widest, which is more than sampling gives.',
    ),
  ];
}

/** A number as PromQL reads it, without the noise of binary fractions. */
const figure = (value: number): string => String(Number(value.toPrecision(12)));

/**
 * Bounds between which the edges of the bucket lie that holds `bound`: at most as much lies below the first, and at least
 * as much below the second, as below the bound itself, wherever in its bucket each value lies.
 */
function aroundBound(bound: number, { bucketFactor, zeroWidth }: NativeInputs): { under: number; over: number } {
  const [near, far] = [bound / bucketFactor, bound * bucketFactor];
  const [under, over] = bound < 0 ? [far, near] : [near, far];
  return {
    under: Math.abs(under) < zeroWidth ? -zeroWidth : under,
    over: Math.abs(over) < zeroWidth ? zeroWidth : over,
  };
}

/**
 * The same of native histograms, whose buckets end elsewhere than the baseline's: only as much of a gap is called as the
 * buckets leave no doubt of. Not for features that have classic buckets too.
 */
function nativeRules(asked: DriftRulesAsked, native: NativeInputs): Rule[] {
  const { by } = keysOf(asked);
  const values = `sum by (${by}) (increase(${ofModel(asked.metrics.featureValue, asked)}[1h]))`;
  const below = (side: 'under' | 'over'): string =>
    native.bounds
      .map(
        ({ le, value }) =>
          `label_replace(histogram_fraction(-Inf, ${figure(aroundBound(value, native)[side])}, ${values}), "le", ${quoted(plainBound(le))}, "", "")`,
      )
      .join('\nor\n');
  const beyond = (share: string): string => heldAgainst(asked, 'shares', (shares, on) => `${share} - ${on} ${shares}`);
  return [
    { record: LEAST, expr: below('under') },
    { record: MOST, expr: below('over') },
    {
      record: NATIVE_GAP,
      // Told apart by a label of their own: `or` keeps but one of two alike.
      expr: `max by (${by}) (label_replace(${beyond(LEAST)}, "side", "more", "", "") or label_replace(-1 * ${beyond(MOST)}, "side", "fewer", "", ""))`,
    },
    { record: NATIVE_CHANCE, expr: chanceOf(asked, `histogram_count(${values})`) },
    alertOf(
      asked,
      'ModelFeatureDriftNative',
      `(${NATIVE_GAP} > ${DRIFT_GAP} and ${NATIVE_GAP} > ${NATIVE_CHANCE}) unless on (${by}) ${GAP}`,
      'The cumulative shares of its values over an hour lie at least {{ $value | humanizePercentage }} from those of training, wherever in their native buckets they are, which is more than sampling gives.',
    ),
  ];
}
