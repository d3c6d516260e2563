import 'server-only';
import type { Labels } from '@/lib/contracts/series';
import type { MutedAlert, SilenceMatcher, SilencePreview, SilencePreviewParams } from '@/lib/contracts/silence';
import { fingerprintOf } from '@/lib/domain/fingerprint';
import { matcherFaults, previewVerdict } from '@/lib/domain/silence';
import { Gather } from '../gather';
import { type Cluster, clusterToWrite, type Member, readClusters } from './clusters';
import { emptyFits, matcherTest, silenceTest } from './matching';
import { readModelOf } from './model-of';

const SHOWN = 50;

/** Every alert that a member of a cluster has, each once: Prometheus may reach one peer and not another. */
export async function clusterAlerts(cluster: Cluster, signal: AbortSignal): Promise<Labels[]> {
  const answering = cluster.members.filter(({ problem }) => problem === null);
  const answers = await Promise.all(answering.map(({ client }) => client.alerts({}, signal)));
  const alerts = new Map<string, Labels>();
  for (const { value } of answers) for (const { labels } of value) alerts.set(fingerprintOf(labels), labels);
  return [...alerts.values()];
}

export const toMuted = (labels: Labels, modelOf: (labels: Labels) => string | null): MutedAlert => ({
  name: labels.alertname ?? 'unnamed alert',
  model: modelOf(labels),
  labels,
});

/** What a silence would mute now, and the Alertmanager that would be written to. Throws where none can be asked. */
export async function previewSilence(
  { source, matchers }: SilencePreviewParams,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<{ preview: SilencePreview; member: Member; cluster: Cluster; matched: Labels[] }> {
  const cluster = clusterToWrite(await readClusters(signal), source);
  const member = cluster.writable;
  const [alerts, modelOf] = await Promise.all([clusterAlerts(cluster, signal), readModelOf(nowMs, new Gather(signal))]);
  const matched = alerts.filter(silenceTest(matchers));
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
    ...previewVerdict({ matched: matched.length, total: alerts.length }),
  };
  return { preview, member, cluster, matched };
}
