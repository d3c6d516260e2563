import 'server-only';
import type { AlertmanagerCluster } from '@/lib/contracts/silence';
import { type AlertmanagerClient, alertmanagerClient } from '../alertmanager/client';
import { QueryCache } from '../cache';
import { getConfig, type SourceConfig } from '../config';
import { AppError } from '../errors';
import { processWide } from '../process-wide';

/** Answers of Alertmanagers, shared between readers for a moment and forgotten at every write of this process. */
export const alertmanagerCache = (): QueryCache => processWide('alertmanager-cache', () => new QueryCache());

/** A client that shares this process's cache of answers; one made without it would not see its own writes forgotten. */
export const openAlertmanager = (source: SourceConfig): AlertmanagerClient =>
  alertmanagerClient(source, { cache: alertmanagerCache() });

export interface Member {
  source: SourceConfig;
  client: AlertmanagerClient;
  version: string | null;
  /** Why it cannot be asked; null: it answers. */
  problem: AppError | null;
}

/** A member with what it says of its cluster. */
interface Known extends Member {
  name: string | null;
  peers: readonly string[];
}

/** Alertmanagers that tell each other of their silences; one is written to. */
export interface Cluster {
  members: Member[];
  /** The first that answers. */
  writable: Member | null;
}

/** Throws `not_configured`. */
function needAlertmanagers(): SourceConfig[] {
  const sources = getConfig().sources.alertmanager;
  if (sources.length > 0) return sources;
  throw new AppError(
    'not_configured',
    'No Alertmanager is configured, so nothing can be silenced here. Name it under sources.alertmanager in windsock.yaml.',
  );
}

/**
 * The Alertmanagers of the configuration by cluster: those that name each other as peers are one. One that does not
 * answer cannot say which cluster it belongs to, so it stands alone.
 */
export async function readClusters(signal: AbortSignal): Promise<Cluster[]> {
  const members = await Promise.all(
    needAlertmanagers().map(async (source): Promise<Known> => {
      const client = openAlertmanager(source);
      try {
        const { value } = await client.status(signal);
        return {
          source,
          client,
          version: value.version,
          problem: null,
          name: value.memberName,
          peers: value.peerNames,
        };
      } catch (error) {
        if (signal.aborted || !(error instanceof AppError)) throw error;
        return { source, client, version: null, problem: error, name: null, peers: [] };
      }
    }),
  );
  const clusters: (typeof members)[] = [];
  for (const member of members) {
    const own = clusters.find((cluster) =>
      cluster.some(
        ({ name, peers }) =>
          (name !== null && member.peers.includes(name)) || (member.name !== null && peers.includes(member.name)),
      ),
    );
    if (own === undefined) clusters.push([member]);
    else own.push(member);
  }
  return clusters.map((own) => ({
    members: own.map(({ source, client, version, problem }) => ({ source, client, version, problem })),
    writable: own.find(({ problem }) => problem === null) ?? null,
  }));
}

/** The cluster of an Alertmanager by its configured name, or the first that answers. Throws when none can be written to. */
export function clusterToWrite(
  clusters: readonly Cluster[],
  sourceName: string | undefined,
): Cluster & { writable: Member } {
  const asked =
    sourceName === undefined
      ? (clusters.find(({ writable }) => writable !== null) ?? clusters[0])
      : clusters.find(({ members }) => members.some(({ source }) => source.name === sourceName));
  if (asked === undefined) {
    throw new AppError('bad_request', `source: no Alertmanager is called ${sourceName ?? ''}.`);
  }
  if (asked.writable === null) throw asked.members[0]?.problem ?? new AppError('internal', 'A cluster has no members.');
  return { ...asked, writable: asked.writable };
}

/**
 * A cluster as the browser may see it, without clients. `problem` is a sentence, null where a member answers;
 * `writesTo` null: none does.
 */
export const toCluster = ({ members, writable }: Cluster): AlertmanagerCluster => ({
  members: members.map(({ source, version, problem }) => ({
    source: source.name,
    version,
    problem: problem?.message ?? null,
  })),
  writesTo: writable?.source.name ?? null,
});
