import 'server-only';
import { randomUUID } from 'node:crypto';
import type { IncidentSummary } from '@/lib/contracts/incident';
import { EntryKind } from '@/lib/contracts/incident-entry';
import type { IncidentSplit } from '@/lib/contracts/incident-link';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { wakeLoop } from '../background/loop';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { appendEntries, touchIncident } from './append';
import { CONTEXT_LOOP } from './context-loop';
import { declareIncident } from './declare';
import { familyOf, findIncident } from './find';
import { sayOnBoth } from './links';
import { readList, toSummaries } from './row';

/** Takes alerts and copies of entries out of an incident into a new one. The same id again is the one that came out. */
export async function splitIncident(
  split: IncidentSplit,
  by: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<IncidentSummary> {
  const summary = await database.write(async (transaction) => {
    const found = await findIncident(transaction, split.incidentId);
    const present = await transaction.incident.findUnique({ where: { id: split.id } });
    if (present !== null) {
      const isSame = (await transaction.incidentLink.count({ where: { id: split.linkId, toId: split.id } })) > 0;
      if (!isSame) throw new AppError('conflict', 'Another incident has this id already. Split once more.');
      return (await toSummaries(transaction, [present]))[0];
    }
    const from = await touchIncident(transaction, found.id);
    const family = [...(await familyOf(transaction, from)).keys()];
    const episodes = await transaction.alertEpisode.findMany({
      where: { id: { in: split.episodeIds }, incidentId: { in: family } },
      orderBy: { startsAtMs: 'asc' },
    });
    const entries = await transaction.incidentEntry.findMany({
      where: { id: { in: split.entryIds }, incidentId: { in: family } },
      orderBy: [{ occurredAtMs: 'asc' }, { seq: 'asc' }],
    });
    if (episodes.length !== new Set(split.episodeIds).size || entries.length !== new Set(split.entryIds).size) {
      throw new AppError('not_found', 'Some of the alerts or entries are not of this incident any more. Look again.');
    }
    const firstMs = episodes.map(({ startsAtMs }) => Number(startsAtMs)).find((startMs) => startMs > 0);
    const { incident } = await declareIncident(
      transaction,
      {
        id: split.id,
        title: split.title,
        severity: split.severity,
        model: from.model,
        version: from.version,
        tags: readList(from.tags),
        drill: from.drill,
        startedAtMs: firstMs === undefined ? null : Math.min(firstMs, by.nowMs),
        origin: { kind: 'person', ref: null },
      },
      by,
    );
    const copies = entries.map((entry) => ({
      id: randomUUID(),
      kind: EntryKind.parse(entry.kind),
      text: entry.text,
      occurredAtMs: Number(entry.occurredAtMs),
      evidenceId: entry.evidenceId,
      details: { copiedFrom: entry.id },
    }));
    const touched = await touchIncident(transaction, incident.id, copies.length + 1);
    // The last of the numbers taken is for what is said on both.
    await appendEntries(transaction, { ...touched, activity: touched.activity - 1 }, copies, by);
    await move(transaction, { split, from: from.id, to: incident.id, number: from.number, by });
    await sayOnBoth(
      transaction,
      {
        one: from,
        other: touched,
        saysOne: `${episodes.length} alerts and ${copies.length} entries went to INC-${incident.number}${because(split.reason)}`,
        saysOther: `Split from INC-${from.number}${because(split.reason)}`,
      },
      by,
    );
    await recordAudit(transaction, {
      actor: by.identity,
      action: 'incident.link',
      subject: `incident:${from.id}`,
      before: null,
      after: { link: split.linkId, kind: 'split', from: from.number, to: incident.number, alerts: split.episodeIds },
      atMs: by.nowMs,
    });
    return (await toSummaries(transaction, [touched]))[0];
  });
  if (summary === undefined) throw new Error('a split incident has a summary');
  wakeLoop(CONTEXT_LOOP);
  return summary;
}

const because = (reason: string): string => (reason === '' ? '.' : `: ${reason}`);

async function move(
  transaction: Transaction,
  moving: {
    split: IncidentSplit;
    from: string;
    to: string;
    number: number;
    by: { identity: Identity; nowMs: number };
  },
): Promise<void> {
  const { split, from, to, number, by } = moving;
  await transaction.alertEpisode.updateMany({
    where: { id: { in: split.episodeIds } },
    data: { incidentId: to, reason: `Split from INC-${number} by ${by.identity.name}.` },
  });
  await transaction.incidentLink.create({
    data: {
      id: split.linkId,
      kind: 'split',
      fromId: from,
      toId: to,
      reason: split.reason,
      moved: JSON.stringify(split.episodeIds),
      createdAtMs: BigInt(by.nowMs),
      createdById: by.identity.id,
      createdByName: by.identity.name,
    },
  });
}
