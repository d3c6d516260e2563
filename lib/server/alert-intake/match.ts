import 'server-only';
import { RE2JS } from 're2js';
import { ownValue } from '@/lib/domain/own-value';
import type { AlertRule, LabelMatcher } from '../config/incidents';

type Test = (labels: Readonly<Record<string, string>>) => boolean;

/** As Alertmanager matches: a label that is not there is an empty one, and expressions are anchored at both ends. */
function toTest({ label, operator, value }: LabelMatcher): Test {
  if (operator === '=') return (labels) => (ownValue(labels, label) ?? '') === value;
  if (operator === '!=') return (labels) => (ownValue(labels, label) ?? '') !== value;
  const pattern = RE2JS.compile(value);
  const wanted = operator === '=~';
  return (labels) => pattern.matches(ownValue(labels, label) ?? '') === wanted;
}

/** The first rule that an alert meets, with its expressions compiled once; null: none. */
export function ruleFinder(
  rules: readonly AlertRule[],
): (labels: Readonly<Record<string, string>>) => AlertRule | null {
  const compiled = rules.map((rule) => ({ rule, tests: rule.match.map(toTest) }));
  return (labels) => compiled.find(({ tests }) => tests.every((test) => test(labels)))?.rule ?? null;
}
