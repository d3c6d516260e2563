import { driftRules, type NativeInputs } from './drift-alert-rules';
import { MIN_VALUES } from './drift-verdict';
import {
  FEATURE_KEYS,
  labelList,
  labelName,
  matchedSeries,
  modelTemplate,
  ofModel,
  quoted,
  type RuledMetric,
} from './rule-selectors';
import { type Rule, type RuleGroup, templateText } from './slo-rules';
import { MINUTE_MS, toQueryDuration } from './time';

/** Alerts on what only models have: labels that stop, inputs that drift, cohorts served worse. Ready for Prometheus. */

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
  /** Null: no input is a native histogram, or nothing is there to hold them against. */
  readonly native: NativeInputs | null;
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

const MIN_POSITIVES = 50;
const LEAST_RATIO = 0.9;
const Z_95 = 1.96;
const Z_99 = 2.576;
/** A backlog this many times its usual size, and at least this large, is called. */
const BACKLOG_TIMES = 10;
const BACKLOG_ROWS = 1_000;

/** Rule groups of the alerts on models: labels, inputs, quality, pipelines. */
export function mlRuleGroups(asked: MlRulesAsked): RuleGroup[] {
  const interval = toQueryDuration(Math.max(MINUTE_MS, asked.intervalMs));
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
  const model = labelName(labelFreshness, 'model');
  const rule = (matchers: string[], limitMs: number, name: string | null): Rule => ({
    alert: 'ModelLabelsStale',
    expr: `time() - max by (${model}) (${matchers.length > 0 && name !== null ? matchedSeries(labelFreshness.metric, matchers) : ofModel(labelFreshness, asked, matchers)}) > ${Math.round(limitMs / 1000)}`,
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

function missingRule(asked: MlRulesAsked): Rule {
  const { runbookOf } = asked;
  const { featureMissing, featureObserved } = asked.metrics;
  const by = labelList(featureMissing, FEATURE_KEYS);
  const seen = labelList(featureObserved, FEATURE_KEYS);
  const count = (metric: RuledMetric, keys: string, range: string, ago = '') =>
    `sum by (${keys}) (increase(${ofModel(metric, asked)}[${range}]${ago}))`;
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
  const [model, cohort, outcome] = [
    labelName(outcomes, 'model'),
    labelName(outcomes, 'cohort'),
    labelName(outcomes, 'outcome'),
  ];
  const found = (keys: string, kinds: string) =>
    `sum by (${keys}) (increase(${ofModel(outcomes, asked, [`${outcome}=~"${kinds}"`])}[1d]))`;
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
  const pipeline = labelName(pipelineBacklog, 'pipeline');
  const rows = matchedSeries(pipelineBacklog.metric);
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
