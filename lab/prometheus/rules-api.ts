import { quote } from '../go/strings';
import type { LabAnswer, LabRequest } from '../http';
import { labelsTest } from '../label-matchers';
import type { MetricStore } from '../stores';
import { success } from './answers';
import { badData } from './errors';
import { matchersParam } from './params';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

function textsOf(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, text] of isJson(value) ? Object.entries(value) : [])
    if (typeof text === 'string') texts[name] = text;
  return texts;
}

const includes = (wanted: readonly string[], value: unknown): boolean =>
  wanted.length === 0 || (typeof value === 'string' && wanted.includes(value));

/** GET /api/v1/rules with its filters; groups that keep no rule are left out. */
export function rules(store: MetricStore, { params, nowMs }: LabRequest): LabAnswer {
  const type = (params.get('type') ?? '').toLowerCase();
  if (!['', 'alert', 'record'].includes(type))
    throw badData(`invalid parameter "type": not supported value ${quote(type)}`);
  const excludeAlerts = ['1', 't', 'true'].includes((params.get('exclude_alerts') ?? '').toLowerCase());
  const kind = type === 'alert' ? ['alerting'] : type === 'record' ? ['recording'] : [];
  const tests = matchersParam(params).map(labelsTest);
  const groups = listOf(store.ruleGroups(nowMs))
    .filter(
      (group) => includes(params.getAll('rule_group[]'), group.name) && includes(params.getAll('file[]'), group.file),
    )
    .map((group) => ({
      ...group,
      rules: listOf(group.rules)
        .filter((rule) => includes(kind, rule.type) && includes(params.getAll('rule_name[]'), rule.name))
        .filter((rule) => tests.length === 0 || tests.some((test) => test(textsOf(rule.labels))))
        .map((rule) => (excludeAlerts && rule.type === 'alerting' ? { ...rule, alerts: null } : rule)),
    }))
    .filter((group) => group.rules.length > 0);
  return success({ groups });
}

/** GET /api/v1/alerts: the pending and firing alerts of every rule. */
export function alerts(store: MetricStore, { nowMs }: LabRequest): LabAnswer {
  const active = listOf(store.ruleGroups(nowMs))
    .flatMap((group) => listOf(group.rules))
    .flatMap((rule) => listOf(rule.alerts));
  return success({ alerts: active });
}

/** GET /api/v1/targets. */
export function targets(store: MetricStore, { params, nowMs }: LabRequest): LabAnswer {
  const state = (params.get('state') ?? '').toLowerCase();
  const pool = params.get('scrapePool') ?? '';
  const active = listOf(store.targets(nowMs)).filter((target) => pool === '' || target.scrapePool === pool);
  const pools = active.flatMap(({ scrapePool }) => (typeof scrapePool === 'string' ? [scrapePool] : []));
  return success({
    activeTargets: state === 'dropped' ? [] : active,
    droppedTargets: [],
    droppedTargetCounts: Object.fromEntries(pools.map((name) => [name, 0])),
  });
}
