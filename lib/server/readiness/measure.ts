import 'server-only';
import type { ReadinessCheck, ReadinessResult } from '@/lib/contracts/readiness';
import type { Why } from '@/lib/contracts/why';
import { judged, sortChecks, toCheck } from '@/lib/domain/readiness';
import { CHECK_IDS, type CheckId } from '@/lib/domain/readiness-definitions';
import { judgeIdentity, judgeIds, judgeJson, type ServiceLines, unloggedModels } from '@/lib/domain/readiness-logs';
import { judgeCoverage, judgePropagation } from '@/lib/domain/readiness-traces';
import { readChoices } from '../fleet/read-choices';
import { Gather } from '../gather';
import { openLoki, openTelemetry } from '../telemetry';
import { tempoClient } from '../tempo/client';
import { measureFreshness, measureNoise, measureRunbooks } from './measure-alerts';
import { measureCoverage, readBounds } from './measure-coverage';
import { measureLogs } from './measure-logs';
import {
  measureBounds,
  measureCardinality,
  measureExemplars,
  measureHistograms,
  measureTargets,
} from './measure-metrics';
import { measurePropagation } from './measure-propagation';
import { measureRetention } from './measure-retention';
import type { Scope } from './scope';

/** What the sources said, before anybody's sign-off: the part that may be shared between readers. */
export interface Measured {
  models: string[];
  /** What fails first. */
  checks: ReadinessCheck[];
  gaps: string[];
  why: Why[];
}

type Results = Partial<Record<CheckId, readonly (ReadinessResult | null)[]>>;

/** Asks every source at once, in bounded samples. One that fails leaves its checks unknown, and is said. */
export async function measureReadiness(
  asked: { startMs: number; endMs: number; model: string | null; nowMs: number },
  signal: AbortSignal,
): Promise<Measured> {
  const { startMs, endMs, model } = asked;
  const telemetry = await openTelemetry(asked.nowMs);
  const choices = await readChoices(telemetry, { startMs, endMs }, signal);
  const active = choices.models.map((one) => one.model);
  const scope: Scope = { telemetry, models: model === null ? active : [model], startMs, endMs, signal };
  const gathers = {
    logs: new Gather(signal),
    traces: new Gather(signal),
    metrics: new Gather(signal),
    alerts: new Gather(signal),
    retention: new Gather(signal),
  };
  const [logsAndTraces, metrics, alerts, retention] = await Promise.all([
    readLogsAndTraces(scope, gathers),
    readMetrics(scope, gathers.metrics),
    readAlerts(scope, gathers.alerts),
    measureRetention(scope, gathers.retention),
  ]);
  const results: Results = { ...logsAndTraces, ...metrics, ...alerts, retention };
  const gapsOf: Readonly<Record<string, Gather>> = { ...gathers, labels: gathers.alerts };
  const checks = CHECK_IDS.map((id) => {
    const found = (results[id] ?? []).filter((one) => one !== null);
    const own = model === null ? found : found.filter((one) => one.model === null || one.model === model);
    const check = toCheck(id, own);
    if (own.length > 0) return check;
    const [gap] = gapsOf[check.area]?.gaps ?? [];
    return toCheck(id, [judged('unknown', gap ?? 'Nothing in the range tells.')]);
  });
  const all = Object.values(gathers);
  return {
    models: [...scope.models],
    checks: sortChecks(checks),
    gaps: [...new Set(all.flatMap(({ gaps }) => gaps))].toSorted(),
    // Answers come in any order; the reader's list does not change with it.
    why: [...choices.why, ...all.flatMap(({ why }) => why.toSorted((a, b) => (a.purpose < b.purpose ? -1 : 1)))],
  };
}

const notConfigured = (kind: string): ReadinessResult =>
  judged('unknown', `No ${kind} is configured, so nothing can be asked of it.`, {
    remedy: { text: `Name one under sources.${kind.toLowerCase()} in windsock.yaml.`, snippet: null },
  });

async function readLogsAndTraces(scope: Scope, gathers: { logs: Gather; traces: Gather }): Promise<Results> {
  const loki = openLoki();
  const [tempoSource] = scope.telemetry.config.sources.tempo;
  const tempo = tempoSource === undefined ? null : tempoClient(tempoSource);
  const services: ServiceLines[] | null = loki === null ? [] : await measureLogs(loki, scope, gathers.logs);
  const logging = (judge: (lines: ServiceLines) => ReadinessResult | null): (ReadinessResult | null)[] =>
    loki === null
      ? [notConfigured('Loki')]
      : services === null
        ? []
        : [...services.map(judge), ...(judge === judgeJson ? [] : unloggedModels(scope.models, services))];
  const [coverage, propagation] = await Promise.all([
    loki === null || tempo === null
      ? [notConfigured(tempo === null ? 'Tempo' : 'Loki')]
      : readBounds(scope, gathers.traces)
          .then((bounds) => measureCoverage({ loki, tempo }, scope, bounds, gathers.traces))
          .then((found) => found.map(judgeCoverage)),
    tempo === null
      ? [notConfigured('Tempo')]
      : measurePropagation(tempo, scope, services ?? [], gathers.traces).then((found) => found.map(judgePropagation)),
  ]);
  return {
    'log-json': logging(judgeJson),
    'log-identity': logging(judgeIdentity),
    'log-ids': logging(judgeIds),
    'trace-coverage': coverage,
    'trace-propagation': propagation,
  };
}

async function readMetrics(scope: Scope, gather: Gather): Promise<Results> {
  const [targets, histograms, bounds, exemplars, cardinality] = await Promise.all([
    measureTargets(scope, gather),
    measureHistograms(scope, gather),
    readBounds(scope, gather),
    measureExemplars(scope, gather),
    measureCardinality(scope, gather),
  ]);
  return {
    'targets-up': targets,
    histograms: [histograms],
    'bucket-bounds': measureBounds(scope, bounds),
    exemplars,
    cardinality,
  };
}

async function readAlerts(scope: Scope, gather: Gather): Promise<Results> {
  const [runbooks, noise, freshness] = await Promise.all([
    measureRunbooks(scope, gather),
    measureNoise(scope, gather),
    measureFreshness(scope, gather),
  ]);
  return { runbooks: [runbooks], 'noisy-alerts': [noise], 'label-freshness': freshness };
}
