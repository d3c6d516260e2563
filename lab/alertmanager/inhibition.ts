import { labelsTest } from '../label-matchers';
import type { Labels, Matcher } from '../stores';

/** While an alert fits `source`, those that fit `target` and are equal to it in these labels notify nobody. */
export interface InhibitRule {
  source: readonly Matcher[];
  target: readonly Matcher[];
  equal: readonly string[];
}

/** What pages for a model holds back what would only warn of it. */
export const INHIBIT_RULES: readonly InhibitRule[] = [
  {
    source: [{ name: 'severity', op: '=', value: 'critical' }],
    target: [{ name: 'severity', op: '=', value: 'warning' }],
    equal: ['model_name'],
  },
];

const matcherText = ({ name, op, value }: Matcher): string => `'${name}${op}${JSON.stringify(value)}'`;

/** The rules as they stand in `alertmanager.yml`. */
export const inhibitRulesYaml = (rules: readonly InhibitRule[]): string =>
  [
    'inhibit_rules:',
    ...rules.flatMap(({ source, target, equal }) => [
      `  - source_matchers: [${source.map(matcherText).join(', ')}]`,
      `    target_matchers: [${target.map(matcherText).join(', ')}]`,
      `    equal: [${equal.join(', ')}]`,
    ]),
    '',
  ].join('\n');

/**
 * Fingerprints of the alert that holds each one back: none or one, by the first rule that does, as `inhibit/inhibit.go`
 * decides. Absent labels are equal to each other; what fits both sides of a rule is not held back by what fits both too.
 */
export function inhibitions(
  alerts: readonly { labels: Labels; fingerprint: string }[],
  rules: readonly InhibitRule[],
): (labels: Labels) => string[] {
  const tests = rules.map(({ source, target, equal }) => {
    const [isSource, isTarget] = [labelsTest(source), labelsTest(target)];
    return { isSource, isTarget, equal, sources: alerts.filter(({ labels }) => isSource(labels)) };
  });
  return (labels) => {
    for (const { isSource, isTarget, equal, sources } of tests) {
      if (!isTarget(labels)) continue;
      const isBoth = isSource(labels);
      const source = sources.find(
        (one) =>
          equal.every((name) => (one.labels[name] ?? '') === (labels[name] ?? '')) && !(isBoth && isTarget(one.labels)),
      );
      if (source !== undefined) return [source.fingerprint];
    }
    return [];
  };
}
