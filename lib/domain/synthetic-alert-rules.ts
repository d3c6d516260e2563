import { quoted } from './rule-selectors';
import { type Rule, type RuleGroup, templateText } from './slo-rules';
import { MINUTE_MS, toQueryDuration } from './time';

/** Alerts on synthetic checks, over the console's own `/metrics`. */

export interface RuledCheck {
  readonly model: string;
  readonly intervalMs: number;
  /** How long metric, trace and log line are waited for. */
  readonly waitMs: number;
  readonly owner: string | null;
  readonly runbook: string;
}

/**
 * One group for each model that is checked: the model does not answer, what it writes does not arrive, nobody checks.
 * `max`, because every replica of the console tells the same, and one that was restarted last may lag by a scrape.
 */
export const syntheticRuleGroups = (checks: readonly RuledCheck[], scrapeIntervalMs: number): RuleGroup[] =>
  checks.map((check) => ({
    name: `windsock/synthetic/${check.model}`,
    interval: toQueryDuration(scrapeIntervalMs),
    rules: [failing(check), telemetryMissing(check), notRunning(check)],
  }));

const of = (name: string, { model }: RuledCheck): string => `${name}{model_name=${quoted(model)}}`;
const minutes = (ms: number): string => `${Math.max(1, Math.ceil(ms / MINUTE_MS))}m`;

const labels = ({ model, owner }: RuledCheck, severity: 'page' | 'ticket'): Record<string, string> => ({
  severity,
  model_name: templateText(model),
  ...(owner === null ? {} : { owner: templateText(owner) }),
});

function failing(check: RuledCheck): Rule {
  const forText = minutes(2 * check.intervalMs);
  return {
    alert: 'ModelSyntheticCheckFails',
    expr: `max by (model_name) (${of('windsock_synthetic_success', check)}) == 0`,
    for: forText,
    labels: labels(check, 'page'),
    annotations: {
      summary: templateText(`${check.model} does not answer its synthetic check as expected`),
      description: templateText(
        `A known request to ${check.model} has failed for ${forText}, twice its interval or more: it is down, slow or answers something else. It costs no budget by itself; what users get is told by the budget of ${check.model}.`,
      ),
      runbook_url: templateText(check.runbook),
    },
  };
}

function telemetryMissing(check: RuledCheck): Rule {
  const forText = minutes(Math.max(3 * check.intervalMs, 10 * MINUTE_MS));
  return {
    alert: 'ModelSyntheticTelemetryMissing',
    expr: `max by (model_name, signal) (${of('windsock_synthetic_found', check)}) == 0`,
    for: forText,
    labels: labels(check, 'ticket'),
    annotations: {
      summary: `${templateText(`The synthetic check of ${check.model} leaves no`)} {{ $labels.signal }}`,
      description: `${templateText(`For ${forText} a known request to ${check.model} was answered, and looked for over ${minutes(check.waitMs)}, but its`)} {{ $labels.signal }} was not found: what is broken is the telemetry, so that an incident would be seen late or not at all.`,
      runbook_url: templateText(check.runbook),
    },
  };
}

function notRunning(check: RuledCheck): Rule {
  const lateMs = Math.max(3 * check.intervalMs, 5 * MINUTE_MS);
  const last = of('windsock_synthetic_last_run_timestamp_seconds', check);
  return {
    alert: 'ModelSyntheticCheckNotRunning',
    expr: `time() - max by (model_name) (${last}) > ${Math.round(lateMs / 1000)}\nor\nabsent(${last})`,
    for: '5m',
    labels: labels(check, 'ticket'),
    annotations: {
      summary: templateText(`Nobody checks ${check.model}`),
      description: templateText(
        `The synthetic check of ${check.model} was not sent for ${minutes(lateMs)}, or /metrics of the console is not scraped: while this fires, the two alerts above it are silent whatever happens.`,
      ),
      runbook_url: templateText(check.runbook),
    },
  };
}
