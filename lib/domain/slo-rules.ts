import { formatNumber } from './format';
import { quoted } from './rule-selectors';
import { BURN_WINDOWS_MS, type BurnPair, budgetSentence, burnPairs, pairName, type SloKind } from './slo-windows';
import { MINUTE_MS, toQueryDuration } from './time';

/** Rule groups as Prometheus and the Loki ruler read them. Names are stable: a rule of one objective keeps its name. */

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  name: string;
  interval?: string;
  rules: readonly Rule[];
}

/** An objective as its rules need it. */
export interface RuledSlo {
  /** `<model>/<name>`: the label `slo` of every rule. */
  id: string;
  model: string;
  modelLabel: string;
  kind: SloKind;
  promise: string;
  objective: number;
  windowMs: number;
  owner: string | null;
  runbook: string;
  /** Bad ÷ all over a window, PromQL. */
  ratio: (windowMs: number) => string;
  /** A selector that is empty when the signal is gone. */
  presence: string;
}

/** Recording of a burn rate: "windsock:slo_burn:ratio_rate1h". */
export const burnRecord = (windowMs: number): string => `windsock:slo_burn:ratio_rate${toQueryDuration(windowMs)}`;
const OBJECTIVE_RECORD = 'windsock:slo_objective:ratio';

/** Alerts of burning budgets by kind, and of an objective that nothing measures any more. */
export const BURN_ALERTS: Readonly<Record<SloKind, string>> = {
  availability: 'ModelAvailabilityBudgetBurn',
  latency: 'ModelLatencyBudgetBurn',
  freshness: 'ModelFreshnessBudgetBurn',
  quality: 'ModelQualityBudgetBurn',
};
export const NOT_MEASURED_ALERT = 'ModelObjectiveNotMeasured';
/** How long a signal may be gone before somebody is told; a restart takes less. */
const NOT_MEASURED_FOR = '15m';
const NOT_MEASURED_MS = 15 * MINUTE_MS;

/** Text for a label or annotation of an alert, where `{{` would begin a template. */
export const templateText = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

/** The budget as rules write it, without the dust of binary fractions: 0.01, not 0.010000000000000009. */
const budgetText = (objective: number): string => String(Number((1 - objective).toPrecision(12)));

/** Labels that tell an objective: on its recordings as they are, on its alerts with templates escaped. */
const ownLabels = ({ id, model, modelLabel, kind }: RuledSlo): Record<string, string> => ({
  [modelLabel]: model,
  slo: id,
  slo_kind: kind,
});

const escapedLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, templateText(value)]));

/** Rule groups of objectives: burn rates recorded, then the alerts on them. Two groups an objective. */
export function sloRuleGroups(slos: readonly RuledSlo[], intervalMs: number): RuleGroup[] {
  const interval = toQueryDuration(intervalMs);
  return slos.flatMap((slo) => [
    { name: `windsock/slo/${slo.id}/burn`, interval, rules: recordings(slo) },
    { name: `windsock/slo/${slo.id}/alerts`, interval, rules: [...burnAlerts(slo), notMeasured(slo)] },
  ]);
}

function recordings(slo: RuledSlo): Rule[] {
  const labels = ownLabels(slo);
  const budget = budgetText(slo.objective);
  return [
    { record: OBJECTIVE_RECORD, expr: `vector(${formatPlain(slo.objective)})`, labels },
    ...BURN_WINDOWS_MS.map((windowMs) => ({
      record: burnRecord(windowMs),
      expr: `(${slo.ratio(windowMs)}) / ${budget}`,
      labels,
    })),
  ];
}

const formatPlain = (value: number): string => String(Number(value.toPrecision(12)));

/** The pairs of an objective that alert. */
export const alertingPairs = (slo: Pick<RuledSlo, 'kind' | 'objective' | 'windowMs'>): BurnPair[] =>
  burnPairs(slo).filter(({ silent }) => silent === null);

function burnAlerts(slo: RuledSlo): Rule[] {
  const own = `{slo=${quoted(slo.id)}}`;
  return alertingPairs(slo).map((pair) => ({
    alert: BURN_ALERTS[slo.kind],
    expr: `${burnRecord(pair.longMs)}${own} > ${pair.factor} and ${burnRecord(pair.shortMs)}${own} > ${pair.factor}`,
    labels: burnAlertLabels(slo, pair),
    annotations: burnAnnotations(slo, pair),
  }));
}

/** Labels that a burn alert adds to those of its recordings. */
const burnAlertLabels = (slo: RuledSlo, pair: BurnPair): Record<string, string> => ({
  severity: pair.severity,
  window: pairName(pair),
  ...(slo.owner === null ? {} : { owner: templateText(slo.owner) }),
});

const over = (pair: BurnPair): string => `over ${toQueryDuration(pair.longMs)} and ${toQueryDuration(pair.shortMs)}`;

/** Annotations of a burn alert, braces of names escaped: Prometheus runs them as Go templates. */
export const burnAnnotations = (slo: RuledSlo, pair: BurnPair): Record<string, string> => ({
  summary: templateText(
    `${slo.model} burns its ${slo.kind} budget at over ${formatNumber(pair.factor)} times the pace that lasts`,
  ),
  description: templateText(
    `Promised: ${slo.promise}. Its budget burns at over ${formatNumber(pair.factor)} times the pace that lasts, ${over(pair)}, which ${budgetSentence(pair.factor, slo.windowMs)}.`,
  ),
  runbook_url: templateText(slo.runbook),
});

/** Without it a budget that nobody measures would look like one that nobody spends. */
function notMeasured(slo: RuledSlo): Rule {
  return {
    alert: NOT_MEASURED_ALERT,
    // Summed, so that no matcher of the selector becomes a label.
    expr: `sum(absent(${slo.presence}))`,
    for: NOT_MEASURED_FOR,
    labels: { ...escapedLabels(ownLabels(slo)), ...notMeasuredLabels(slo) },
    annotations: notMeasuredAnnotations(slo),
  };
}

const notMeasuredLabels = (slo: RuledSlo): Record<string, string> => ({
  severity: 'ticket',
  ...(slo.owner === null ? {} : { owner: templateText(slo.owner) }),
});

const notMeasuredAnnotations = (slo: RuledSlo): Record<string, string> => ({
  summary: templateText(`${slo.model}: its ${slo.kind} objective is not measured`),
  description: templateText(
    `No series that ${slo.promise} could be read from for ${toQueryDuration(NOT_MEASURED_MS)}: its burn alerts cannot fire. Look at the targets of this model.`,
  ),
  runbook_url: templateText(slo.runbook),
});

/** Labels and annotations of an alert as Prometheus sends them: those of its series, then the rule's, templates expanded. */
export const expandTemplates = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replaceAll('{{ "{{" }}', '{{')]));

/** Labels of a burn alert once it fires, for a rule's unit test. */
export const firedLabels = (slo: RuledSlo, pair: BurnPair): Record<string, string> => ({
  ...ownLabels(slo),
  ...expandTemplates(burnAlertLabels(slo, pair)),
});

/** The alert of an objective without series once it fires, for a rule's unit test. */
export const notMeasuredFired = (
  slo: RuledSlo,
): { labels: Record<string, string>; annotations: Record<string, string> } => ({
  labels: { ...ownLabels(slo), ...expandTemplates(notMeasuredLabels(slo)) },
  annotations: expandTemplates(notMeasuredAnnotations(slo)),
});

/** Series of an objective's recording, as a test's input names it. */
export const recordedSeries = (slo: RuledSlo, windowMs: number): string =>
  `${burnRecord(windowMs)}{${Object.entries(ownLabels(slo))
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ')}}`;
