import 'server-only';
import type { Silence as SilenceRow } from '@/generated/sqlite/client';
import type { Silence, SilenceList } from '@/lib/contracts/silence';
import { silencesAnswer, silenceWarning } from '@/lib/domain/silence-warning';
import type { Silence as HeldSilence, ManagedAlert } from '../alertmanager/schema';
import { getConfig } from '../config';
import { type Database, db } from '../db';
import { Gather } from '../gather';
import { toMs } from '../incidents/row';
import { getRedactor } from '../redaction/redact';
import { type Cluster, readClusters, toCluster } from './clusters';
import { readModelOf } from './model-of';
import { toMuted } from './preview';

const MUTES_SHOWN = 20;
const EXPIRED_SHOWN = 100;
const STATE_RANK = { active: 0, pending: 1, expired: 2 } as const;

interface Held {
  cluster: Cluster;
  /** By the name of the Alertmanager. */
  copies: Map<string, HeldSilence>;
}

/** Silences of every Alertmanager that answers, each once, with what it mutes now. Those that do not are said. */
export async function listSilences(
  { expired }: { expired: boolean },
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
  database: Database = db(),
): Promise<SilenceList> {
  const gather = new Gather(signal);
  const clusters = await readClusters(signal);
  const held = new Map<string, Held>();
  const alerts = new Map<string, ManagedAlert>();
  for (const { source, problem } of clusters.flatMap(({ members }) => members)) {
    // The same failure told once, by the part that everything hangs on.
    if (problem !== null) await gather.part(`silences of ${source.name}`, () => Promise.reject(problem));
  }
  await Promise.all(
    clusters.flatMap((cluster) =>
      cluster.members
        .filter(({ problem }) => problem === null)
        .map(async ({ source, client }) => {
          const [silences, firing] = await Promise.all([
            gather.take(`silences of ${source.name}`, client.silences({}, signal)),
            gather.take(`what silences of ${source.name} mute`, client.alerts({}, signal)),
          ]);
          for (const silence of silences ?? []) {
            const known = held.get(silence.id) ?? { cluster, copies: new Map() };
            known.copies.set(source.name, silence);
            held.set(silence.id, known);
          }
          for (const alert of firing ?? []) {
            const known = alerts.get(alert.fingerprint);
            const silencedBy = [...new Set([...(known?.silencedBy ?? []), ...alert.silencedBy])];
            alerts.set(alert.fingerprint, { ...alert, silencedBy });
          }
        }),
    ),
  );
  gather.needSomething();
  const [written, modelOf] = await Promise.all([readWritten(database, [...held.keys()]), readModelOf(nowMs, gather)]);
  const { maxSilenceMs } = getConfig().alerts;
  const redactor = getRedactor();
  const all = [...held].map(([id, { cluster, copies }]): Silence => {
    const newest = [...copies.values()].toSorted(
      (a, b) => STATE_RANK[a.state] - STATE_RANK[b.state] || (b.updatedAtMs ?? 0) - (a.updatedAtMs ?? 0),
    )[0];
    if (newest === undefined) throw new Error('a silence without a copy');
    const mutes = [...alerts.values()].filter(({ silencedBy }) => silencedBy.includes(id));
    const own = written.get(id);
    return {
      id,
      state: newest.state,
      sources: [...copies.keys()],
      startsAtMs: newest.startsAtMs,
      endsAtMs: newest.endsAtMs,
      createdBy: redactor.text(newest.createdBy),
      comment: redactor.text(newest.comment),
      matchers: newest.matchers,
      mutes: mutes.slice(0, MUTES_SHOWN).map(({ labels }) => toMuted(labels, modelOf)),
      mutesCount: mutes.length,
      incident: own?.incident ?? null,
      warning: silenceWarning({
        state: newest.state,
        startsAtMs: newest.startsAtMs,
        endsAtMs: newest.endsAtMs,
        mutesCount: mutes.length,
        copies: cluster.members
          .filter(({ problem }) => problem === null)
          .map(({ source }) => ({ source: source.name, state: copies.get(source.name)?.state ?? null })),
        ended: own?.ended ?? null,
        maxMs: maxSilenceMs,
        nowMs,
      }),
    };
  });
  const ghosts = [...alerts.values()].flatMap(({ silencedBy }) => silencedBy.filter((id) => !held.has(id)));
  const open = all.filter(({ state }) => state !== 'expired');
  const over = all.filter(({ state }) => state === 'expired').sort((a, b) => (b.endsAtMs ?? 0) - (a.endsAtMs ?? 0));
  const shownOver = expired ? over.slice(0, EXPIRED_SHOWN) : over.filter(({ warning }) => warning !== null);
  open.sort(
    (a, b) =>
      STATE_RANK[a.state] - STATE_RANK[b.state] ||
      Number(b.warning !== null) - Number(a.warning !== null) ||
      b.mutesCount - a.mutesCount ||
      (a.endsAtMs ?? 0) - (b.endsAtMs ?? 0),
  );
  return {
    answer: silencesAnswer(open, { gaps: gather.gaps, unknownIds: new Set(ghosts).size }),
    silences: [...open, ...shownOver],
    hiddenExpired: over.length - shownOver.length,
    clusters: clusters.map(toCluster),
    maxSilenceMs,
    missing: gather.gaps.map((reason) => ({ signal: 'part of the silences', reason, remedy: null })),
    why: gather.why,
  };
}

interface Written {
  incident: { id: string; number: number } | null;
  ended: { atMs: number; by: string } | null;
}

/** What this console knows of silences it made or ended, by the Alertmanager's id. */
async function readWritten(database: Database, ids: readonly string[]): Promise<Map<string, Written>> {
  return database.read(async (client) => {
    const rows: SilenceRow[] = [];
    for (let at = 0; at < ids.length; at += 500) {
      rows.push(...(await client.silence.findMany({ where: { silenceId: { in: ids.slice(at, at + 500) } } })));
    }
    const incidentIds = [...new Set(rows.flatMap(({ incidentId }) => (incidentId === null ? [] : [incidentId])))];
    const incidents = await client.incident.findMany({
      where: { id: { in: incidentIds } },
      select: { id: true, number: true },
    });
    const byId = new Map(incidents.map((incident) => [incident.id, incident]));
    return new Map(
      rows.flatMap((row) => {
        const endedAtMs = toMs(row.endedAtMs);
        const known: Written = {
          incident: byId.get(row.incidentId ?? '') ?? null,
          ended: endedAtMs === null ? null : { atMs: endedAtMs, by: row.endedByName ?? 'somebody' },
        };
        return row.silenceId === null ? [] : [[row.silenceId, known] as const];
      }),
    );
  });
}
