import { describe, expect, it } from 'vitest';
import { canonicalQuery, type LoadedRule, nameClashes, repeatedGroups, ruleDifferences } from '@/lib/domain/rule-diff';
import { sloRuleTests } from '@/lib/domain/slo-rule-tests';
import { type RuledSlo, sloRuleGroups, templateText } from '@/lib/domain/slo-rules';
import { parseDurationMs } from '@/lib/domain/time';

const DAY_MS = 86_400_000;

const slo: RuledSlo = {
  id: 'm "x"/availability',
  model: 'm "x"',
  modelLabel: 'model_name',
  kind: 'availability',
  promise: '99.9 % of requests succeed, over 30 d',
  objective: 0.999,
  windowMs: 30 * DAY_MS,
  owner: null,
  runbook: 'https://runbooks.example.com/{{x}}',
  ratio: (windowMs) => `bad[${windowMs / 1000}s] / all[${windowMs / 1000}s]`,
  presence: 'all{model_name="m"}',
};
const groups = sloRuleGroups([slo], 30_000);

/** What a Prometheus that loaded these groups would say. */
const loaded = (): LoadedRule[] =>
  groups.flatMap(({ name: group, rules }) =>
    rules.map((rule) => ({
      group,
      file: '/etc/prometheus/windsock-rules.yml',
      kind: rule.alert === undefined ? ('recording' as const) : ('alerting' as const),
      name: rule.alert ?? rule.record ?? '',
      query: rule.expr,
      forMs: rule.alert === undefined ? null : (parseDurationMs(rule.for ?? '0s') ?? 0),
      labels: rule.labels ?? {},
      annotations: rule.annotations ?? {},
      health: 'ok',
      lastError: null,
    })),
  );

describe('a query as a server prints it back', () => {
  it.each([
    ['sum by (a) (rate(x{b="1",a="2"}[60m]))', 'sum by(a)(rate( x{a="2", b="1"}[1h] ))'],
    ['x > 14.40 and y{}', 'x > 14.4 and y'],
    ['avg_over_time((time() - x > bool 21600)[7d:5m])', 'avg_over_time((time() - x > bool 21600)[1w:300s])'],
    ['x / 5e-06', 'x / 0.000005'],
  ])('%s is the same as %s', (ours, theirs) => {
    expect(canonicalQuery(ours).replace('{}', '')).toBe(canonicalQuery(theirs));
  });

  it.each([
    ['x{a="b c"}', 'x{a="bc"}'],
    ['x > 14.4', 'x > 14'],
    ['a or b', 'aorb'],
    ['x{a="1"}', 'x{a=~"1"}'],
    ['x{a="}",b="1"}', 'x{a="1",b="}"}'],
  ])('%s is not %s', (ours, theirs) => {
    expect(canonicalQuery(ours)).not.toBe(canonicalQuery(theirs));
  });
});

describe('exported rules beside loaded ones', () => {
  it('are loaded where nothing differs', () => {
    expect(
      ruleDifferences(groups, loaded()).every(({ state, difference }) => state === 'loaded' && difference === null),
    ).toBe(true);
  });

  it('are missing in a Prometheus without rules', () => {
    const differences = ruleDifferences(groups, []);
    expect(differences.length).toBe(groups.flatMap(({ rules }) => rules).length);
    expect(differences.every(({ state }) => state === 'missing')).toBe(true);
  });

  it('say each thing that differs', () => {
    const [first, ...rest] = loaded().reverse();
    if (first === undefined) throw new Error('no rules');
    const edited = {
      ...first,
      query: 'vector(1)',
      forMs: 1,
      labels: { ...first.labels, severity: 'page' },
      annotations: {},
    };
    const [changed] = ruleDifferences(groups, [edited, ...rest]).filter(({ state }) => state === 'changed');
    expect(changed?.difference).toBe(
      'another expression, another “for”, another label severity, another annotation description, another annotation runbook_url, another annotation summary',
    );
  });

  it('tell of rules loaded twice, failing, left over, and of others with the same name', () => {
    const rules = loaded();
    const last = rules.at(-1);
    if (last === undefined) throw new Error('no rules');
    const twice = ruleDifferences(groups, [...rules, { ...last, file: 'copy.yml' }]);
    expect(twice.map(({ difference }) => difference).filter(Boolean)).toEqual(['loaded 2 times, also from copy.yml']);
    const failing = ruleDifferences(groups, [...rules.slice(0, -1), { ...last, lastError: 'many-to-many' }]);
    expect(failing.map(({ difference }) => difference).filter(Boolean)).toEqual(['fails when evaluated: many-to-many']);
    const old = { ...last, group: 'windsock/slo/old/alerts' };
    expect(ruleDifferences(groups, [...rules, old]).at(-1)).toMatchObject({ state: 'left over' });
    expect(nameClashes(groups, [...rules, { ...last, group: 'mine' }])).toHaveLength(1);
    expect(nameClashes(groups, rules)).toEqual([]);
  });

  it('groups of one name are found, which no Prometheus would load', () => {
    expect(repeatedGroups([...groups, ...groups.slice(0, 1)])).toEqual([groups[0]?.name]);
    expect(repeatedGroups(groups)).toEqual([]);
  });
});

describe('the rules of an objective', () => {
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);

  it('carry severity, runbook and what burning means in budget', () => {
    expect(alerts.map(({ labels }) => labels?.severity)).toEqual(['page', 'page', 'ticket', 'ticket', 'ticket']);
    expect(alerts.every(({ annotations }) => annotations?.runbook_url?.startsWith('https://'))).toBe(true);
    expect(alerts[0]?.annotations?.description).toMatch(/eats 2 % of the 30.d budget an hour/);
  });

  it('quote names into queries and keep braces out of templates', () => {
    expect(alerts[0]?.expr).toBe(
      'windsock:slo_burn:ratio_rate1h{slo="m \\"x\\"/availability"} > 14.4 and windsock:slo_burn:ratio_rate5m{slo="m \\"x\\"/availability"} > 14.4',
    );
    expect(alerts[0]?.annotations?.runbook_url).toBe('https://runbooks.example.com/{{ "{{" }}x}}');
    expect(templateText('{{ $labels.secret }}')).toBe('{{ "{{" }} $labels.secret }}');
  });

  it('keep their names and groups whatever the objective’s number becomes', () => {
    const names = (objective: number) =>
      sloRuleGroups([{ ...slo, objective }], 30_000).map(({ name, rules }) => [
        name,
        rules.map((rule) => rule.alert ?? rule.record),
      ]);
    expect(names(0.995)).toEqual(names(0.999));
  });

  it('come with a test for each alert, quiet, burning and recovered', () => {
    const { tests } = sloRuleTests([slo], 'rules.yml', () => null);
    const burning = tests.filter(({ alert_rule_test: expected }) =>
      expected?.some(({ exp_alerts }) => exp_alerts.length > 0),
    );
    expect(burning).toHaveLength(5);
    expect(sloRuleTests([], 'rules.yml', () => null).tests).toEqual([]);
  });
});
