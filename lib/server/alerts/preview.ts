import 'server-only';
import type { Labels } from '@/lib/contracts/series';
import type { MutedAlert, SilenceMatcher, SilencePreview, SilencePreviewParams } from '@/lib/contracts/silence';
import { fingerprintOf } from '@/lib/domain/fingerprint';
import { matcherFaults, previewVerdict } from '@/lib/domain/silence';
import { WEEK_MS } from '@/lib/domain/time';
import { getConfig } from '../config';
import { Gather } from '../gather';
import { prometheusClient } from '../prometheus/client';
import { firedQuery } from '../prometheus/signal-queries';
import { type Cluster, clusterToWrite, type Member, readClusters } from './clusters';
import { emptyFits, matcherTest, silenceTest } from './matching';
import { readModelOf } from './model-of';

const SHOWN = 50;
const LATELY_MS = WEEK_MS;

/** Every alert that a member of a cluster has, each once: Prometheus may reach one peer and not another. */
async function clusterAlerts(cluster: Cluster, signal: AbortSignal): Promise<Labels[]> {
  const answering = cluster.members.filter(({ problem }) => problem === null);
  const answers = await Promise.all(answering.map(({ client }) => client.alerts({}, signal)));
  const alerts = new Map<string, Labels>();
  for (const { value } of answers) for (const { labels } of value) alerts.set(fingerprintOf(labels), labels);
  return [...alerts.values()];
}

/** An alert that a silence covers, named by `alertname`. `model` null: its labels name no model known here. */
export const toMuted = (labels: Labels, modelOf: (labels: Labels) => string | null): MutedAlert => ({
  name: labels.alertname ?? 'unnamed alert',
  model: modelOf(labels),
  labels,
});

/**
 * Alerts that fired in the last 7 days, as every Prometheus has them: without the labels that it adds on the way to an
 * Alertmanager. Null where none could be asked.
 */
async function firedLately(nowMs: number, signal: AbortSignal): Promise<Labels[] | null> {
  const gather = new Gather(signal);
  const answers = await Promise.all(
    getConfig().sources.prometheus.map((source) =>
      gather.take('alerts of the last 7 days', prometheusClient(source).instant(firedQuery(LATELY_MS), nowMs, signal)),
    ),
  );
  if (answers.every((answer) => answer === null)) return null;
  const fired = new Map<string, Labels>();
  for (const { labels } of answers.flatMap((answer) => answer ?? [])) {
    const { __name__, alertstate, ...own } = labels;
    fired.set(fingerprintOf(own), own);
  }
  return [...fired.values()];
}

/** What a silence would mute now, and the Alertmanager that would be written to. Throws where none can be asked. */
export async function previewSilence(
  { source, matchers, startsAtMs }: SilencePreviewParams,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<{ preview: SilencePreview; member: Member; cluster: Cluster; matched: Labels[] }> {
  const cluster = clusterToWrite(await readClusters(signal), source);
  const member = cluster.writable;
  const isLater = startsAtMs !== undefined && startsAtMs > nowMs;
  const [alerts, modelOf, lately] = await Promise.all([
    clusterAlerts(cluster, signal),
    readModelOf(nowMs, new Gather(signal)),
    isLater ? firedLately(nowMs, signal) : null,
  ]);
  const fits = silenceTest(matchers);
  const matched = alerts.filter(fits);
  const fired = lately?.filter(fits) ?? null;
  const alone = (matcher: SilenceMatcher): number | null => {
    const test = matcherTest(matcher);
    return test === null ? null : alerts.filter(test).length;
  };
  const preview = {
    writesTo: member.source.name,
    version: member.version,
    faults: matcherFaults(matchers, { source: member.source.name, version: member.version, emptyFits }),
    matched: matched.slice(0, SHOWN).map((labels) => toMuted(labels, modelOf)),
    matchedCount: matched.length,
    total: alerts.length,
    alone: matchers.map(alone),
    lately:
      fired === null
        ? null
        : { alerts: fired.slice(0, SHOWN).map((labels) => toMuted(labels, modelOf)), count: fired.length },
    ...previewVerdict({
      matched: matched.length,
      total: alerts.length,
      ...(isLater ? { lately: fired?.length ?? null } : {}),
    }),
  };
  return { preview, member, cluster, matched };
}
