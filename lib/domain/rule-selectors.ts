/** Selectors of exported rules: names and values of telemetry as PromQL takes them. */

/** A metric of the contract as this Prometheus calls it; label names by role. */
export interface RuledMetric {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A PromQL string of any text; see the same rule in the server's promql.ts, which domain code may not import. */
export const quoted = (text: string): string => JSON.stringify(text.toWellFormed()).replace(/\uFFFD/g, '\\ufffd');

const label = (name: string): string => (LEGACY_NAME.test(name) ? name : quoted(name));

/** The name of a label by its role, as a selector or a grouping writes it. */
export const labelName = ({ labels }: RuledMetric, role: string): string => label(labels[role] ?? role);

/** Roles of the labels that tell a feature of a version. */
export const FEATURE_KEYS = ['model', 'version', 'feature'] as const;

/** The names of labels by their roles, as a grouping lists them. */
export const labelList = (own: RuledMetric, roles: readonly string[]): string =>
  roles.map((role) => labelName(own, role)).join(', ');

/** A selector of a metric by matchers that are written already. */
export const matchedSeries = (metric: string, matchers: readonly string[] = []): string => {
  const all = LEGACY_METRIC.test(metric) ? matchers : [`__name__=${quoted(metric)}`, ...matchers];
  const inside = all.length === 0 ? '' : `{${all.join(',')}}`;
  return LEGACY_METRIC.test(metric) ? `${metric}${inside}` : inside;
};

/** A selector of a metric, of one model where only that is asked for and the metric tells models apart. */
export const ofModel = (
  own: RuledMetric,
  { model }: { readonly model: string | null },
  matchers: readonly string[] = [],
  metric = own.metric,
): string => {
  const name = own.labels.model;
  return matchedSeries(metric, [
    ...(model === null || name === undefined ? [] : [`${label(name)}=${quoted(model)}`]),
    ...matchers,
  ]);
};

/** The label that tells a model, as templates of alerts read it. */
export const modelTemplate = ({ labels }: RuledMetric): string => `{{ $labels.${labels.model ?? 'model_name'} }}`;
