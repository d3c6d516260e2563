import { type Rule, type RuleGroup, templateText } from './slo-rules';
import { toQueryDuration } from './time';

/** Alerts on what only models have: labels that stop, inputs that drift, cohorts served worse. Ready for Prometheus. */

/** A metric of the contract as this Prometheus calls it; label names by role. */
export interface RuledMetric {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface MlRulesAsked {
  readonly metrics: {
    readonly featureValue: RuledMetric;
    readonly featureBaseline: RuledMetric;
    readonly featureDriftScore: RuledMetric;
    readonly featureMissing: RuledMetric;
    readonly featureObserved: RuledMetric;
    readonly outcomes: RuledMetric;
    readonly labelFreshness: RuledMetric;
    readonly pipelineBacklog: RuledMetric;
  };
  /** Null: every model. */
  readonly model: string | null;
  /** Models whose labels may be older, or must be younger, than the rest. */
  readonly labelLimits: readonly { readonly model: string; readonly limitMs: number }[];
  /** Age of the newest label for all others. */
  readonly defaultLimitMs: number;
  readonly intervalMs: number;
  /** Where each alert leads; `model` null: no model in particular. */
  readonly runbookOf: (model: string | null) => string;
}

/** Widest gap of the cumulative shares from which a drift is worth an alert, where it is also beyond chance. */
const DRIFT_GAP = 0.1;
/** Kolmogorov's 1 % point: the gap that two samples of one law exceed once in a hundred, times √(1/n + 1/m). */
const KOLMOGOROV_99 = 1.628;
const MIN_VALUES = 500;
const MIN_POSITIVES = 50;
const LEAST_RATIO = 0.9;
const Z_95 = 1.96;
const Z_99 = 2.576;
/** A backlog this many times its usual size, and at least this large, is called. */
const BACKLOG_TIMES = 10;
const BACKLOG_ROWS = 1_000;

const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A PromQL string of any text; see the same rule in the server's promql.ts, which domain code may not import. */
const quoted = (text: string): string => JSON.stringify(text.toWellFormed()).replace(/\uFFFD/g, '\\ufffd');
const label = (name: string): string => (LEGACY_NAME.test(name) ? name : quoted(name));
const series = (metric: string, matchers: readonly string[] = []): string => {
  const all = LEGACY_METRIC.test(metric) ? matchers : [`__name__=${quoted(metric)}`, ...matchers];
  const inside = all.length === 0 ? '' : `{${all.join(',')}}`;
  return LEGACY_METRIC.test(metric) ? `${metric}${inside}` : inside;
};
/** A selector of a metric, of one model where only that is asked for and the metric tells models apart. */
const of = (
  own: RuledMetric,
  { model }: Pick<MlRulesAsked, 'model'>,
  matchers: readonly string[] = [],
  metric = own.metric,
): string => {
  const name = own.labels.model;
  return series(metric, [
    ...(model === null || name === undefined ? [] : [`${label(name)}=${quoted(model)}`]),
    ...matchers,
  ]);
};
const role = ({ labels }: RuledMetric, name: string): string => label(labels[name] ?? name);
const list = (names: readonly string[]): string => names.join(', ');

/** The label that tells a model, as templates of alerts read it. */
const modelTemplate = ({ labels }: RuledMetric): string => `{{ $labels.${labels.model ?? 'model_name'} }}`;

/** Rule groups of the alerts on models: labels, inputs, quality, pipelines. */
export function mlRuleGroups(asked: MlRulesAsked): RuleGroup[] {
  const interval = toQueryDuration(Math.max(60_000, asked.intervalMs));
  return [
    { name: 'windsock/ml/labels', interval, rules: labelRules(asked) },
    { name: 'windsock/ml/inputs', interval, rules: [...driftRules(asked), missingRule(asked)] },
    { name: 'windsock/ml/quality', interval, rules: cohortRules(asked) },
    { name: 'windsock/ml/pipelines', interval, rules: [backlogRule(asked)] },
  ];
}

function labelRules(asked: MlRulesAsked): Rule[] {
  const { defaultLimitMs, runbookOf } = asked;
  const { labelFreshness } = asked.metrics;
  const labelLimits = asked.labelLimits.filter((one) => asked.model === null || one.model === asked.model);
  const model = role(labelFreshness, 'model');
  const rule = (matchers: string[], limitMs: number, name: string | null): Rule => ({
    alert: 'ModelLabelsStale',
    expr: `time() - max by (${model}) (${matchers.length > 0 && name !== null ? series(labelFreshness.metric, matchers) : of(labelFreshness, asked, matchers)}) > ${Math.round(limitMs / 1000)}`,
    for: '10m',
    // Told apart by the model, which the series carries anyway: promtool takes two alike for one written twice.
    labels: {
      severity: 'ticket',
      ...(name === null ? {} : { [labelFreshness.labels.model ?? 'model_name']: templateText(name) }),
    },
    annotations: {
      summary: `No label of ${name === null ? modelTemplate(labelFreshness) : templateText(name)} in ${toQueryDuration(limitMs)}`,
      description:
        'The newest label is {{ $value | humanizeDuration }} old. Until labels arrive, quality is not known: neither good nor bad.',
      runbook_url: templateText(runbookOf(name)),
    },
  });
  const own = labelLimits.map(({ model: name, limitMs }) => rule([`${model}=${quoted(name)}`], limitMs, name));
  const others = labelLimits.map(({ model: name }) => `${model}!=${quoted(name)}`);
  const isCovered = asked.model !== null && own.length > 0;
  return isCovered ? own : [...own, rule(others, defaultLimitMs, null)];
}

/**
 * PSI needs the difference of neighbouring buckets, which PromQL cannot take; the widest gap of the cumulative shares
 * (Kolmogorov–Smirnov on the bounds) it can. Both the gap and chance are asked, and 500 values on either side.
 */
function driftRules(asked: MlRulesAsked): Rule[] {
  const { runbookOf, metrics } = asked;
  const { featureValue, featureBaseline, featureDriftScore } = metrics;
  const keys = [role(featureValue, 'model'), role(featureValue, 'version'), role(featureValue, 'feature')];
  const trained = [role(featureBaseline, 'model'), role(featureBaseline, 'version'), role(featureBaseline, 'feature')];
  const by = list(keys);
  // Both sides must be told apart by the same labels to be matched at all.
  const isMatched = trained.every((name, i) => name === keys[i]);
  const bucket = `${featureValue.metric}_bucket`;
  const now = `sum by (${by}, le) (increase(${of(featureValue, asked, [], bucket)}[1h]))`;
  const all = `sum by (${by}) (increase(${of(featureValue, asked, ['le="+Inf"'], bucket)}[1h]))`;
  const before = `max by (${by}, le) (${of(featureBaseline, asked)})`;
  const rows = `max by (${by}) (${of(featureBaseline, asked, ['le="+Inf"'])})`;
  const gap = 'windsock:feature_gap:max1h';
  const chance = 'windsock:feature_gap:chance99';
  const annotations = (how: string): Record<string, string> => ({
    summary: `{{ $labels.${featureValue.labels.feature ?? 'feature'} }} of ${modelTemplate(featureValue)} {{ $labels.${featureValue.labels.version ?? 'model_version'} }} drifted from its training`,
    description: how,
    runbook_url: templateText(runbookOf(null)),
  });
  const fromHistograms: Rule[] = [
    {
      record: gap,
      expr: `max by (${by}) (abs(${now} / on (${by}) group_left () ${all} - ${before} / on (${by}) group_left () ${rows}))`,
    },
    {
      record: chance,
      expr: `${KOLMOGOROV_99} * sqrt(1 / (${all} >= ${MIN_VALUES}) + 1 / (${rows} >= ${MIN_VALUES}))`,
    },
    {
      alert: 'ModelFeatureDrift',
      expr: `${gap} > ${DRIFT_GAP} and ${gap} > ${chance}`,
      for: '30m',
      labels: { severity: 'ticket' },
      annotations: annotations(
        'The cumulative shares of its values over an hour lie {{ $value | humanizePercentage }} from those of training at the widest, which is more than sampling gives.',
      ),
    },
  ];
  const method = role(featureDriftScore, 'method');
  return [
    ...(isMatched ? fromHistograms : []),
    {
      alert: 'ModelFeatureDriftScore',
      expr: `max by (${list(['model', 'version', 'feature'].map((name) => role(featureDriftScore, name)))}) (${of(featureDriftScore, asked, [`${method}=~"(?i)psi"`])}) > 0.25`,
      for: '30m',
      labels: { severity: 'ticket' },
      annotations: annotations(
        'Its PSI as computed elsewhere is {{ $value | humanize }}; how many values it is of is not known.',
      ),
    },
  ];
}

function missingRule(asked: MlRulesAsked): Rule {
  const { runbookOf } = asked;
  const { featureMissing, featureObserved } = asked.metrics;
  const by = list(['model', 'version', 'feature'].map((name) => role(featureMissing, name)));
  const seen = list(['model', 'version', 'feature'].map((name) => role(featureObserved, name)));
  const count = (metric: RuledMetric, keys: string, range: string, ago = '') =>
    `sum by (${keys}) (increase(${of(metric, asked)}[${range}]${ago}))`;
  const rate = (range: string, ago = '') =>
    `(${count(featureMissing, by, range, ago)} / ${count(featureObserved, seen, range, ago)})`;
  const now = rate('1h');
  const before = rate('1d', ' offset 1h');
  const values = `(${count(featureObserved, seen, '1h')} >= ${MIN_VALUES})`;
  return {
    alert: 'ModelFeatureMissing',
    // By a point, by half, and beyond what a sample of this size gives.
    expr: [
      `${now} > ${before} + 0.01`,
      `${now} > 1.5 * ${before}`,
      `${now} - ${before} > ${Z_99} * sqrt(${before} * (1 - ${before}) / ${values})`,
    ].join('\nand\n'),
    for: '15m',
    labels: { severity: 'ticket' },
    annotations: {
      summary: `{{ $labels.${featureMissing.labels.feature ?? 'feature'} }} is missing more often in requests of ${modelTemplate(featureMissing)}`,
      description:
        'It is missing in {{ $value | humanizePercentage }} of the values of the last hour, against the day before.',
      runbook_url: templateText(runbookOf(null)),
    },
  };
}

/** Recall of a cohort below nine tenths of that of all, with enough positives, and the interval of the ratio below 1. */
function cohortRules(asked: MlRulesAsked): Rule[] {
  const { runbookOf } = asked;
  const { outcomes } = asked.metrics;
  const [model, cohort, outcome] = [role(outcomes, 'model'), role(outcomes, 'cohort'), role(outcomes, 'outcome')];
  const found = (keys: string, kinds: string) =>
    `sum by (${keys}) (increase(${of(outcomes, asked, [`${outcome}=~"${kinds}"`])}[1d]))`;
  const both = `${model}, ${cohort}`;
  const recall = 'windsock:cohort_recall:ratio_rate1d';
  const overall = 'windsock:model_recall:ratio_rate1d';
  const positives = 'windsock:cohort_positives:increase1d';
  const ratio = `${recall} / on (${model}) group_left () ${overall}`;
  return [
    { record: recall, expr: `${found(both, 'tp')} / ${found(both, 'tp|fn')}` },
    { record: overall, expr: `${found(model, 'tp')} / ${found(model, 'tp|fn')}` },
    { record: positives, expr: found(both, 'tp|fn') },
    {
      alert: 'ModelCohortRecallLow',
      // The cohort's own variance alone: a little wider than the delta method with that of all.
      expr: [
        `(${ratio}) < ${LEAST_RATIO}`,
        `${positives} >= ${MIN_POSITIVES}`,
        `(${ratio}) * exp(${Z_95} * sqrt((1 - ${recall}) / (${recall} * ${positives}))) < 1`,
      ].join('\nand\n'),
      for: '30m',
      labels: { severity: 'ticket' },
      annotations: {
        summary: `Cohort {{ $labels.${outcomes.labels.cohort ?? 'cohort'} }} of ${modelTemplate(outcomes)} is served worse`,
        description:
          'Its recall over a day is {{ $value | humanizePercentage }} of the recall of all, below nine tenths for certain.',
        runbook_url: templateText(runbookOf(null)),
      },
    },
  ];
}

function backlogRule({ metrics, runbookOf }: MlRulesAsked): Rule {
  const { pipelineBacklog } = metrics;
  const pipeline = role(pipelineBacklog, 'pipeline');
  const rows = series(pipelineBacklog.metric);
  const by = `max by (${pipeline})`;
  return {
    alert: 'FeaturePipelineBacklogGrows',
    expr: [
      `${by} (min_over_time(${rows}[10m])) > ${BACKLOG_TIMES} * ${by} (quantile_over_time(0.5, ${rows}[1d] offset 6h))`,
      `${by} (min_over_time(${rows}[10m])) > ${BACKLOG_ROWS}`,
      `${by} (deriv(${rows}[30m])) > 0`,
    ].join('\nand\n'),
    for: '15m',
    labels: { severity: 'ticket' },
    annotations: {
      summary: `The pipeline {{ $labels.${pipelineBacklog.labels.pipeline ?? 'pipeline'} }} falls behind`,
      description:
        '{{ $value | humanize }} rows wait in it, over ten times as many as usual, and there are more of them.',
      runbook_url: templateText(runbookOf(null)),
    },
  };
}
