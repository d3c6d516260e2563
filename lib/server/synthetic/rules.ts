import 'server-only';
import type { RuleGroup } from '@/lib/domain/slo-rules';
import { syntheticRuleGroups } from '@/lib/domain/synthetic-alert-rules';
import type { Config } from '../config';

/** The alert rules of the models that are checked; without a runbook of the model's own they lead to the page of checks. */
export const syntheticRules = (config: Config, consoleUrl: string, scrapeIntervalMs: number): RuleGroup[] =>
  syntheticRuleGroups(
    config.models.flatMap(({ name, owner, runbook, synthetic }) =>
      synthetic === null
        ? []
        : [
            {
              model: name,
              intervalMs: synthetic.intervalMs,
              waitMs: synthetic.waitMs,
              owner,
              runbook: runbook ?? `${consoleUrl}/readiness/checks?model=${encodeURIComponent(name)}`,
            },
          ],
    ),
    scrapeIntervalMs,
  );
