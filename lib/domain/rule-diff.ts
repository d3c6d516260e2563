import type { RuleDifference } from '@/lib/contracts/slo';
import type { RuleGroup } from './slo-rules';
import { parseDurationMs } from './time';

/** Exported rules beside those that a Prometheus has loaded. */

/** A loaded rule, as `/api/v1/rules` has it. */
export interface LoadedRule {
  group: string;
  file: string;
  kind: 'alerting' | 'recording';
  name: string;
  query: string;
  /** Milliseconds; null for a recording. */
  forMs: number | null;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  health: string;
  lastError: string | null;
}

/** Groups that this console exports begin so; what else is loaded is nobody's business here. */
const OWN_GROUP = 'windsock/';

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\s+|[a-zA-Z_][\w:]*|\d[\w.]*(?:(?<=e)[+-]\d+)?|./gs;

function canonicalToken(token: string): string {
  if (/^\s+$/.test(token)) return '';
  if (token.startsWith('"')) {
    try {
      return JSON.stringify(JSON.parse(token));
    } catch {
      return token;
    }
  }
  if (!/^\d/.test(token)) return `${token} `;
  const ms = parseDurationMs(token);
  if (ms !== null) return `${ms}ms `;
  return Number.isNaN(Number(token)) ? token : `${Number(token)} `;
}

/**
 * A query without what a server's printer changes: spaces, the unit of durations, the spelling of numbers, the order of
 * matchers.
 */
export function canonicalQuery(query: string): string {
  const tokens = (query.match(TOKEN) ?? []).map(canonicalToken).filter((token) => token !== '');
  let text = '';
  let matchers: string[] | null = null;
  for (const token of tokens) {
    const sign = token.trim();
    if (sign === '{') matchers = [''];
    else if (sign === '}' && matchers !== null) {
      text += `{${matchers
        .filter((one) => one !== '')
        .sort()
        .join(',')}}`;
      matchers = null;
    } else if (matchers === null) text += token;
    else if (sign === ',') matchers.push('');
    else matchers[matchers.length - 1] += token;
  }
  return text;
}

interface Wanted {
  group: string;
  kind: LoadedRule['kind'];
  name: string;
  query: string;
  forMs: number;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

const wantedOf = (groups: readonly RuleGroup[]): Wanted[] =>
  groups.flatMap(({ name: group, rules }) =>
    rules.map((rule) => ({
      group,
      kind: rule.alert === undefined ? ('recording' as const) : ('alerting' as const),
      name: rule.alert ?? rule.record ?? '',
      query: rule.expr,
      forMs: parseDurationMs(rule.for ?? '0s') ?? 0,
      labels: rule.labels ?? {},
      annotations: rule.annotations ?? {},
    })),
  );

/** Labels that may change while the rule stays the same one. */
const EDITED_LABELS: ReadonlySet<string> = new Set(['severity', 'owner']);

/** What tells rules of one name apart: their group, and the labels that say what they are about. */
const identity = ({ group, kind, name, labels }: Pick<Wanted, 'group' | 'kind' | 'name' | 'labels'>): string =>
  JSON.stringify([
    group,
    kind,
    name,
    Object.entries(labels)
      .filter(([label]) => !EDITED_LABELS.has(label))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);

/** The objective or model that a rule is about, from the name of its group, and its window. */
const detailOf = ({ group, labels }: Pick<Wanted, 'group' | 'labels'>): string =>
  [group.replace(/^windsock\/(?:slo\/)?|\/(?:burn|alerts)$/g, ''), labels.window]
    .filter((text) => text !== undefined)
    .join(', ');

const sameTexts = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();

function differenceOf(wanted: Wanted, loaded: LoadedRule): string | null {
  const differences = [
    canonicalQuery(wanted.query) === canonicalQuery(loaded.query) ? null : 'another expression',
    wanted.kind === 'alerting' && wanted.forMs !== (loaded.forMs ?? 0) ? 'another “for”' : null,
    ...sameTexts(wanted.labels, loaded.labels).map((name) => `another label ${name}`),
    ...sameTexts(wanted.annotations, loaded.annotations).map((name) => `another annotation ${name}`),
  ].filter((text) => text !== null);
  return differences.length === 0 ? null : differences.join(', ');
}

/** Every exported rule with what became of it, and own rules that are loaded but no longer exported. */
export function ruleDifferences(groups: readonly RuleGroup[], loaded: readonly LoadedRule[]): RuleDifference[] {
  const own = new Map<string, LoadedRule[]>();
  for (const rule of loaded) {
    if (!rule.group.startsWith(OWN_GROUP)) continue;
    own.set(identity(rule), [...(own.get(identity(rule)) ?? []), rule]);
  }
  const wanted = wantedOf(groups).map((rule): RuleDifference => {
    const [found, ...others] = own.get(identity(rule)) ?? [];
    own.delete(identity(rule));
    const about = { group: rule.group, name: rule.name, detail: detailOf(rule) };
    if (found === undefined) return { ...about, state: 'missing', difference: null };
    const difference = differenceOf(rule, found);
    if (difference !== null) return { ...about, state: 'changed', difference };
    const twice = others.length > 0 ? `loaded ${others.length + 1} times, also from ${others[0]?.file}` : null;
    const failing = found.lastError === null ? null : `fails when evaluated: ${found.lastError}`;
    return {
      ...about,
      state: 'loaded',
      difference: [twice, failing].filter((text) => text !== null).join('; ') || null,
    };
  });
  const leftOver = [...own.values()].flat().map(
    (rule): RuleDifference => ({
      group: rule.group,
      name: rule.name,
      detail: detailOf(rule),
      state: 'left over',
      difference: `loaded from ${rule.file}, no longer exported`,
    }),
  );
  return [...wanted, ...leftOver];
}

/** Rules of other groups that have the name of an exported one, as sentences: silences and routes cannot tell them apart. */
export function nameClashes(groups: readonly RuleGroup[], loaded: readonly LoadedRule[]): string[] {
  const names = new Set(wantedOf(groups).map(({ name }) => name));
  const clashes = loaded.filter(({ group, name }) => !group.startsWith(OWN_GROUP) && names.has(name));
  return [...new Map(clashes.map((rule) => [`${rule.group} ${rule.name}`, rule])).values()].map(
    ({ group, name, file }) =>
      `Another rule called ${name} is loaded in the group ${group} (${file}): alerts of both carry one name, so tell them apart by the label slo.`,
  );
}

/** Group names that occur twice, which a Prometheus refuses in one file. */
export function repeatedGroups(groups: readonly RuleGroup[]): string[] {
  const names = groups.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
