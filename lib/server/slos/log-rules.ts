import 'server-only';
import type { RuleGroup } from '@/lib/domain/slo-rules';
import { templateText } from '@/lib/domain/slo-rules';
import type { ModelConfig } from '../config';
import { type ErrorFields, failedRiseQuery, silentQuery } from '../loki/error-queries';

/** Failed lines that are an alert: so many times yesterday's, and at least so many in ten minutes. */
const RISE = { factor: 3, least: 20 };

/**
 * Rules for the Loki ruler: what the logs say when the metrics say nothing. `runbookOf` is where a model's alert leads.
 * Silence is told only where the streams themselves name their model.
 */
export function logRuleGroups(
  models: readonly ModelConfig[],
  asked: { fields: ErrorFields; hasModelLabel: boolean; runbookOf: (model: ModelConfig) => string },
): RuleGroup[] {
  return models.map((model) => {
    const query = { model: model.name, fields: asked.fields, hasModelLabel: asked.hasModelLabel };
    const labels = {
      severity: 'ticket',
      model_name: templateText(model.name),
      ...(model.owner === null ? {} : { owner: templateText(model.owner) }),
    };
    const runbook_url = templateText(asked.runbookOf(model));
    const rise = {
      alert: 'ModelFailuresLogged',
      expr: failedRiseQuery(query, RISE),
      for: '5m',
      labels,
      annotations: {
        summary: templateText(`${model.name} logs ${RISE.factor} times the failures of yesterday`),
        description: templateText(
          `Over ${RISE.least} lines in 10 m carry an error, and over ${RISE.factor} times as many as at this time yesterday. Lines do not tell what share of requests failed: look at the budget of ${model.name} for what this costs.`,
        ),
        runbook_url,
      },
    };
    const silent = {
      alert: 'ModelLogsSilent',
      expr: silentQuery(query),
      for: '5m',
      labels,
      annotations: {
        summary: templateText(`${model.name} has written no log line for 15 m`),
        description: templateText(
          `Either ${model.name} stands still, which its availability budget shows, or its lines no longer reach Loki, which costs no budget but every answer about single requests.`,
        ),
        runbook_url,
      },
    };
    return {
      name: `windsock/logs/${model.name}`,
      interval: '1m',
      rules: asked.hasModelLabel ? [rise, silent] : [rise],
    };
  });
}
