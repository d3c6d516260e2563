import 'server-only';
import type { AnswerText } from '@/lib/contracts/answer';
import type { RuleDifference, SloRules } from '@/lib/contracts/slo';
import { type LoadedRule, nameClashes, repeatedGroups, ruleDifferences } from '@/lib/domain/rule-diff';
import { sloHref } from '@/lib/domain/slo-answer';
import { type RuledSlo, type RuleGroup, sloRuleGroups } from '@/lib/domain/slo-rules';
import { burnPairs, pairName } from '@/lib/domain/slo-windows';
import { HOUR_MS } from '@/lib/domain/time';
import { consoleUrl } from '../config';
import { mlGroupsOf } from '../drift/ml-rules';
import { type NativeRuling, NO_NATIVE, readNativeRuling } from '../drift/native-rules';
import { Gather } from '../gather';
import { syntheticRules } from '../synthetic/rules';
import { openLoki, type Telemetry } from '../telemetry';
import { logRuleGroups } from './log-rules';
import { type Objective, readObjectives } from './objectives';
import { ruleFile, testFile } from './rule-files';

/** Everything that is exported, and what is said about it. */
export interface Exported {
  slos: RuledSlo[];
  prometheus: RuleGroup[];
  loki: RuleGroup[];
  notes: string[];
}

const toRuled = (objective: Objective, { map, config }: Telemetry): RuledSlo[] => {
  const { id, model, slo, promise, sli } = objective;
  if (sli === null) return [];
  const own = { model: model.name, name: slo.name };
  return [
    {
      id,
      model: model.name,
      modelLabel: map.modelLabel,
      kind: slo.kind,
      promise,
      objective: slo.objective,
      windowMs: slo.windowMs,
      owner: slo.owner,
      runbook: slo.runbook ?? `${consoleUrl(config)}${sloHref(own)}`,
      ratio: (windowMs) => sli.ratio(windowMs, sli.key),
      presence: sli.presence(model.name),
    },
  ];
};

/** The rules of the configuration's objectives over what this Prometheus holds, and those for the Loki ruler. */
async function exportRules(
  telemetry: Telemetry,
  asked: { endMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<Exported> {
  const { source } = telemetry;
  const objectives = await readObjectives(telemetry, asked, gather);
  const slos = objectives.flatMap((objective) => toRuled(objective, telemetry));
  const { config } = telemetry;
  const { endMs: nowMs, signal } = asked;
  const native =
    (await gather.part('inputs that are native histograms', () =>
      readNativeRuling(telemetry, null, { nowMs, signal }),
    )) ?? NO_NATIVE;
  const prometheus = [
    ...sloRuleGroups(slos, source.scrapeIntervalMs),
    ...mlRules(telemetry, native),
    ...syntheticRules(config, consoleUrl(config), source.scrapeIntervalMs),
  ];
  const loki = await readLogRules(telemetry, asked, gather);
  const without = objectives.filter(({ slo, sli }) => sli !== null && slo.runbook === null).map(({ id }) => id);
  const notes = [
    ...(objectives.length === 0 ? ['No objective is configured: name some under models[].slos in windsock.yaml.'] : []),
    ...objectives.flatMap(({ id, sli, problem }) => {
      if (problem === null) return [];
      return [sli === null ? `No rules for ${id}: ${problem}` : `Exported all the same, ${id}: ${problem}`];
    }),
    ...silentPairs(objectives),
    ...(native.note === null ? [] : [native.note]),
    ...(without.length === 0
      ? []
      : [`Without a runbook, so that its alerts lead to this console instead: ${without.join(', ')}.`]),
    ...repeatedGroups(prometheus).map((name) => `Two groups are called ${name}; Prometheus refuses such a file.`),
  ];
  return { slos, prometheus, loki, notes };
}

/** Alerts on labels, inputs, quality and pipelines, where this Prometheus has any of that. */
function mlRules(telemetry: Telemetry, native: NativeRuling): RuleGroup[] {
  const { contract } = telemetry.map;
  const asked = [
    contract.labelFreshness,
    contract.featureValue,
    contract.featureDriftScore,
    contract.featureMissing,
    contract.outcomes,
    contract.pipelineBacklog,
  ];
  return asked.some(({ present }) => present) ? mlGroupsOf(telemetry, native) : [];
}

/** Pairs of windows without an alert, one sentence for all objectives that share the reason. */
function silentPairs(objectives: readonly Objective[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { id, slo, sli } of objectives) {
    if (sli === null) continue;
    for (const pair of burnPairs(slo)) {
      if (pair.silent === null) continue;
      const reason = `over ${pairName(pair)}. ${pair.silent}`;
      reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
    }
  }
  return [...reasons].map(([reason, ids]) => `No alert for ${ids.join(', ')} ${reason}`);
}

async function readLogRules(
  { config }: Telemetry,
  asked: { endMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<RuleGroup[]> {
  const loki = openLoki();
  if (loki === null) return [];
  const { logFields } = config.signals;
  const fields = {
    model: logFields.model_name ?? 'model_name',
    version: logFields.model_version ?? 'model_version',
    error: logFields.error ?? 'error',
  };
  const range = { startMs: asked.endMs - HOUR_MS, endMs: asked.endMs };
  const labels = await gather.take('labels of log streams', loki.labels(range, asked.signal));
  const watched = config.models.filter(({ slos }) => slos.length > 0);
  return logRuleGroups(watched, {
    fields,
    hasModelLabel: labels === null || labels.includes(fields.model),
    runbookOf: (model) => model.runbook ?? `${consoleUrl(config)}/models/${encodeURIComponent(model.name)}`,
  });
}

/** The text of one file, for a download or the command line. */
export async function readRuleFile(
  telemetry: Telemetry,
  asked: { file: 'prometheus' | 'loki' | 'tests'; endMs: number; signal: AbortSignal },
): Promise<{ text: string; fileName: string; notes: string[] }> {
  const gather = new Gather(asked.signal);
  const exported = await exportRules(telemetry, asked, gather);
  const notes = [...exported.notes, ...gather.gaps];
  const file =
    asked.file === 'tests'
      ? testFile(exported.slos, telemetry.map)
      : ruleFile(asked.file, exported[asked.file], asked.file === 'prometheus' ? notes : gather.gaps);
  return { text: file.text, fileName: file.fileName, notes };
}

/** All files, and how they compare with the rules that the Prometheus has loaded. */
export async function readRules(
  telemetry: Telemetry,
  asked: { endMs: number; signal: AbortSignal },
): Promise<SloRules> {
  const gather = new Gather(asked.signal);
  const [exported, groups] = await Promise.all([
    exportRules(telemetry, asked, gather),
    gather.take('rules that are loaded', telemetry.prometheus.rules({}, asked.signal)),
  ]);
  const loaded = groups === null ? null : groups.flatMap(toLoaded);
  const differences = loaded === null ? null : ruleDifferences(exported.prometheus, loaded);
  const clashes = loaded === null ? [] : nameClashes(exported.prometheus, loaded);
  return {
    files: [
      ruleFile('prometheus', exported.prometheus, exported.notes),
      testFile(exported.slos, telemetry.map),
      ...(exported.loki.length === 0 ? [] : [ruleFile('loki', exported.loki, [])]),
    ],
    notes: [...exported.notes, ...clashes],
    differences,
    loaded: loadedAnswer(differences, loaded?.length ?? 0, telemetry.source.name),
    gaps: gather.gaps,
    why: gather.why,
  };
}

const toLoaded = (group: {
  name: string;
  file: string;
  rules: readonly (Omit<LoadedRule, 'group' | 'file' | 'kind'> & { type: LoadedRule['kind'] })[];
}): LoadedRule[] =>
  group.rules.map(({ type, name, query, forMs, labels, annotations, health, lastError }) => ({
    group: group.name,
    file: group.file,
    kind: type,
    name,
    query,
    forMs,
    labels,
    annotations,
    health,
    lastError,
  }));

function loadedAnswer(differences: readonly RuleDifference[] | null, all: number, source: string): AnswerText {
  const said = (status: AnswerText[number]['status'], text: string): AnswerText => [
    { status, parts: [{ text, tone: 'value' }] },
  ];
  if (differences === null) return said('unknown', `${source} did not say which rules it has loaded.`);
  const count = (state: RuleDifference['state']) => differences.filter((one) => one.state === state).length;
  const [missing, changed, leftOver] = [count('missing'), count('changed'), count('left over')];
  const wanted = differences.length - leftOver;
  if (wanted === 0 && leftOver === 0) return said('unknown', 'There is nothing to export yet.');
  if (missing === wanted && leftOver === 0) {
    const other = all === 0 ? `${source} has no rules at all` : `${source} has ${all} rules, none of them these`;
    return said('watch', `${other}: nobody is called when a budget burns. Load the file below.`);
  }
  if (missing + changed + leftOver === 0)
    return said('ok', `${source} has all ${wanted} rules loaded as they are here.`);
  const parts = [
    missing > 0 ? `${missing} are missing` : null,
    changed > 0 ? `${changed} differ` : null,
    leftOver > 0 ? `${leftOver} are left over from an earlier export` : null,
  ].filter((text) => text !== null);
  return said(
    'watch',
    `Of ${wanted} rules, ${source} has ${count('loaded')} as they are here; ${parts.join(', ')}. Load the file below.`,
  );
}
