import 'server-only';
import { stringify } from 'yaml';
import { mlRuleGroups } from '@/lib/domain/ml-alert-rules';
import type { RuleGroup } from '@/lib/domain/slo-rules';
import { consoleUrl } from '../config';
import { DEFAULT_LABEL_LIMIT_MS } from '../quality/read-quality';
import type { SignalMap } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import type { NativeRuling } from './native-rules';

/** The ML alert rules over what this Prometheus calls the signals; `native`: what `readNativeRuling` found. */
export function mlGroupsOf(
  { map, config, source }: Pick<Telemetry, 'map' | 'config' | 'source'>,
  { native }: NativeRuling,
  model: string | null = null,
): RuleGroup[] {
  const limits = config.models.flatMap(({ name, slos }) => {
    const limitMs = slos.find(({ kind }) => kind === 'freshness')?.thresholdMs ?? null;
    return limitMs === null ? [] : [{ model: name, limitMs }];
  });
  return mlRuleGroups({
    metrics: metricsOf(map),
    native,
    model,
    labelLimits: limits,
    defaultLimitMs: DEFAULT_LABEL_LIMIT_MS,
    intervalMs: source.scrapeIntervalMs,
    runbookOf: (of) => {
      const name = of ?? model;
      const own = name === null ? null : (config.models.find((one) => one.name === name)?.runbook ?? null);
      const query = name === null ? '' : `?model=${encodeURIComponent(name)}`;
      return own ?? `${consoleUrl(config)}/drift${query}`;
    },
  });
}

const metricsOf = ({ contract }: SignalMap) => {
  const { featureValue, featureBaseline, featureDriftScore, featureMissing, featureObserved } = contract;
  const { outcomes, labelFreshness, pipelineBacklog } = contract;
  return {
    featureValue,
    featureBaseline,
    featureDriftScore,
    featureMissing,
    featureObserved,
    outcomes,
    labelFreshness,
    pipelineBacklog,
  };
};

const HEAD = [
  'Written by Windsock. Load it under rule_files of prometheus.yml; check it with: promtool check rules FILE',
  'Drift is held against the training baseline in this Prometheus, the version’s own or else the one that names no',
  'version; a reference uploaded to the console is not known here.',
];

/** The rules as a file for Prometheus: 1.1 words are quoted for Go's parser, long expressions stay whole. */
export function mlRulesText(
  telemetry: Pick<Telemetry, 'map' | 'config' | 'source'>,
  ruling: NativeRuling,
  model: string | null,
): string {
  const head = [...HEAD, ...(ruling.note === null ? [] : [ruling.note])].map((line) => `# ${line}\n`).join('');
  const groups = mlGroupsOf(telemetry, ruling, model);
  return `${head}${stringify({ groups }, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`;
}
