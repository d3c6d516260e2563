import 'server-only';
import type { ReadinessResult } from '@/lib/contracts/readiness';
import { firedCounts } from '@/lib/domain/alerts';
import { judgeFreshness, judgeNoise, judgeRunbooks } from '@/lib/domain/readiness-alerts';
import { DAY_MS, MINUTE_MS, WEEK_MS } from '@/lib/domain/time';
import { getConfig } from '../config';
import type { Gather } from '../gather';
import { lokiClient } from '../loki/client';
import { prometheusClient } from '../prometheus/client';
import type { RuleGroup } from '../prometheus/schema';
import { alertsQuery, gaugeQuery } from '../prometheus/signal-queries';
import { modelConfigOf } from '../telemetry';
import { pageWhy, type Scope } from './scope';

const STEP_MS = 10 * MINUTE_MS;
/** Where no freshness objective says otherwise. */
const LABEL_BOUND_MS = DAY_MS;
const LOKI_RULES_PATH = '/prometheus/api/v1/rules';

/** Alerting rules of every Prometheus and of every Loki ruler. Null: none of them answered. */
export async function measureRunbooks({ signal }: Scope, gather: Gather): Promise<ReadinessResult | null> {
  const { sources } = getConfig();
  const groups = await Promise.all([
    ...sources.prometheus.map((source) =>
      gather.take(`alerting rules of ${source.name}`, prometheusClient(source).rules({ type: 'alert' }, signal)),
    ),
    ...sources.loki.map((source) =>
      gather.part(`alerting rules of ${source.name}`, async (): Promise<RuleGroup[]> => {
        const startedMs = performance.now();
        const rules = await lokiClient(source).rules(signal);
        gather.why.push(
          pageWhy(source, LOKI_RULES_PATH, 'alerting rules of the ruler', Math.round(performance.now() - startedMs)),
        );
        return rules ?? [];
      }),
    ),
  ]);
  if (groups.every((one) => one === null)) return null;
  return judgeRunbooks(
    groups
      .flatMap((one) => one ?? [])
      .flatMap(({ rules }) => rules)
      .filter(({ type }) => type === 'alerting')
      .map(({ name, annotations }) => ({
        name,
        hasRunbook: (annotations.runbook_url ?? annotations.runbook ?? '').trim() !== '',
      })),
  );
}

/** How often each alert began to fire in the week before the end of the range. */
export async function measureNoise({ telemetry, endMs, signal }: Scope, gather: Gather): Promise<ReadinessResult> {
  const set = await gather.take(
    'how often alerts fired in a week',
    telemetry.prometheus.range(alertsQuery(), { startMs: endMs - WEEK_MS, endMs, stepMs: STEP_MS }, signal),
  );
  if (set === null) return judgeNoise(null);
  const times = new Map<string, number>();
  const countOf = firedCounts(set);
  const seen = new Set<string>();
  for (const { labels } of set.series) {
    const { __name__, alertstate, ...own } = labels;
    const key = JSON.stringify(Object.entries(own).sort());
    if (seen.has(key)) continue;
    seen.add(key);
    const name = own.alertname ?? 'an alert without a name';
    times.set(name, (times.get(name) ?? 0) + countOf(own));
  }
  return judgeNoise([...times].map(([name, fired]) => ({ name, fired })));
}

/** Age of the newest label of each model. */
export async function measureFreshness(scope: Scope, gather: Gather): Promise<ReadinessResult[]> {
  const { telemetry, endMs, signal } = scope;
  const { map, prometheus, config } = telemetry;
  const { labelFreshness } = map.contract;
  const label = labelFreshness.labels.model ?? 'model_name';
  const answer = await gather.take(
    'when the newest label of each model arrived',
    labelFreshness.present ? prometheus.instant(gaugeQuery(labelFreshness.metric, [label]), endMs, signal) : null,
  );
  if (labelFreshness.present && answer === null) return [];
  return scope.models.map((model) => {
    const receivedS = answer?.find(({ labels }) => labels[label] === model)?.value ?? null;
    const objectives =
      modelConfigOf(config, model)?.slos.flatMap(({ kind, job, thresholdMs }) =>
        kind === 'freshness' && job === null && thresholdMs !== null ? [thresholdMs] : [],
      ) ?? [];
    return judgeFreshness(model, {
      ageMs: receivedS === null ? null : endMs - receivedS * 1000,
      boundMs: objectives.length === 0 ? LABEL_BOUND_MS : Math.min(...objectives),
      metric: labelFreshness.metric,
      isMeasured: labelFreshness.present,
    });
  });
}
