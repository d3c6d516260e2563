import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Incident as IncidentRow, IncidentLink as LinkRow } from '@/generated/sqlite/client';
import { IncidentLink, type LinkUndo, type NewIncidentLink } from '@/lib/contracts/incident-link';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { appendEntries, touchIncident } from './append';
import { tellOthers } from './declare';
import { findIncident, type Reader, rootOf } from './find';
import { readList, toMs } from './row';

interface By {
  identity: Identity;
  nowMs: number;
}

/** Links of an incident as it sees them, oldest first, those undone too. */
export async function toLinks(reader: Reader, incidentId: string): Promise<IncidentLink[]> {
  const rows = await reader.incidentLink.findMany({
    where: { OR: [{ fromId: incidentId }, { toId: incidentId }] },
    orderBy: [{ createdAtMs: 'asc' }, { id: 'asc' }],
  });
  const others = await reader.incident.findMany({
    where: { id: { in: rows.flatMap(({ fromId, toId }) => [fromId, toId]) } },
    select: { id: true, number: true, title: true, status: true },
  });
  return rows.flatMap((row) => {
    const side = row.fromId === incidentId ? ('from' as const) : ('to' as const);
    const other = others.find(({ id }) => id === (side === 'from' ? row.toId : row.fromId));
    if (other === undefined) return [];
    return [
      {
        id: row.id,
        kind: IncidentLink.shape.kind.parse(row.kind),
        side,
        other,
        reason: row.reason,
        createdAtMs: Number(row.createdAtMs),
        createdBy: { id: row.createdById, name: row.createdByName },
        undoneAtMs: toMs(row.undoneAtMs),
      },
    ];
  });
}

async function oneLink(reader: Reader, id: string, incidentId: string): Promise<IncidentLink> {
  const link = (await toLinks(reader, incidentId)).find((candidate) => candidate.id === id);
  if (link === undefined) throw new AppError('not_found', 'There is no such link.');
  return link;
}

/** Locks two incidents, always in the same order: two people who merge each into the other wait, and do not deadlock. */
async function touchBoth(
  transaction: Transaction,
  one: string,
  other: string,
): Promise<{ one: IncidentRow; other: IncidentRow }> {
  const rows = new Map<string, IncidentRow>();
  for (const id of [one, other].sort()) rows.set(id, await touchIncident(transaction, id));
  const [first, second] = [rows.get(one), rows.get(other)];
  if (first === undefined || second === undefined) throw new AppError('not_found', 'There is no such incident.');
  return { one: first, other: second };
}

/** Says the same on two timelines; both rows must have been touched once. */
export async function sayOnBoth(
  transaction: Transaction,
  { one, other, saysOne, saysOther }: { one: IncidentRow; other: IncidentRow; saysOne: string; saysOther: string },
  by: { identity: Pick<Identity, 'id' | 'name'>; nowMs: number },
): Promise<void> {
  const entry = (text: string) => ({ id: randomUUID(), kind: 'status' as const, text, occurredAtMs: by.nowMs });
  await appendEntries(transaction, one, [entry(saysOne)], by);
  await appendEntries(transaction, other, [entry(saysOther)], by);
}

const because = (reason: string): string => (reason === '' ? '.' : `: ${reason}`);

/** Relates an incident to another, or merges it into the other. The same id again changes nothing. */
export async function addLink(
  link: NewIncidentLink,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<IncidentLink> {
  return database.write(async (transaction) => {
    const from = await findIncident(transaction, link.incidentId);
    const to = await findIncident(transaction, link.other);
    if (from.id === to.id) throw new AppError('bad_request', 'other: expected another incident than this one.');
    const { one, other } = await touchBoth(transaction, from.id, to.id);
    const present = await transaction.incidentLink.findUnique({ where: { id: link.id } });
    if (present !== null) return oneLink(transaction, link.id, from.id);
    if (link.kind === 'merge') {
      await refuseCircle(transaction, one, other);
      await transaction.incident.update({ where: { id: one.id }, data: { mergedIntoId: other.id } });
    }
    await transaction.incidentLink.create({
      data: {
        id: link.id,
        kind: link.kind,
        fromId: one.id,
        toId: other.id,
        reason: link.reason,
        moved: '[]',
        createdAtMs: BigInt(nowMs),
        createdById: identity.id,
        createdByName: identity.name,
      },
    });
    const merges = link.kind === 'merge';
    await sayOnBoth(
      transaction,
      {
        one,
        other,
        saysOne: `${merges ? 'Merged into' : 'Related to'} INC-${other.number}${because(link.reason)}`,
        saysOther: `${merges ? `INC-${one.number} was merged into this` : `Related to INC-${one.number}`}${because(link.reason)}`,
      },
      { identity, nowMs },
    );
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.link',
      subject: `incident:${one.id}`,
      before: null,
      after: { link: link.id, kind: link.kind, from: one.number, to: other.number, reason: link.reason },
      atMs: nowMs,
    });
    if (merges) {
      const more = { into: { id: other.id, number: other.number } };
      await tellOthers(transaction, one, { type: 'incident.merged', key: `merged:${link.id}`, nowMs, more });
    }
    return oneLink(transaction, link.id, one.id);
  });
}

async function refuseCircle(transaction: Transaction, from: IncidentRow, to: IncidentRow): Promise<void> {
  if (from.mergedIntoId !== null) throw new AppError('conflict', 'This incident was merged already.');
  if ((await rootOf(transaction, to)).id === from.id) {
    throw new AppError('conflict', `INC-${to.number} was merged into INC-${from.number} in the meantime.`);
  }
}

/** Undoes a relation, a merge or a split. Undone already: nothing happens. */
export async function undoLink(
  { incidentId, linkId }: LinkUndo,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<IncidentLink> {
  return database.write(async (transaction) => {
    const incident = await findIncident(transaction, incidentId);
    const link = await transaction.incidentLink.findUnique({ where: { id: linkId } });
    if (link === null || (link.fromId !== incident.id && link.toId !== incident.id)) {
      throw new AppError('not_found', 'There is no such link.');
    }
    const { one, other } = await touchBoth(transaction, link.fromId, link.toId);
    const { count } = await transaction.incidentLink.updateMany({
      where: { id: link.id, undoneAtMs: null },
      data: { undoneAtMs: BigInt(nowMs) },
    });
    if (count === 0) return oneLink(transaction, link.id, incident.id);
    await takeBack(transaction, link, { one, other });
    const what = { related: 'relation to', merge: 'merge with', split: 'split from' }[link.kind] ?? 'link with';
    await sayOnBoth(
      transaction,
      { one, other, saysOne: undone(what, other), saysOther: undone(what, one) },
      { identity, nowMs },
    );
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.unlink',
      subject: `incident:${one.id}`,
      before: { link: link.id, kind: link.kind, from: one.number, to: other.number },
      after: null,
      atMs: nowMs,
    });
    return oneLink(transaction, link.id, incident.id);
  });
}

const undone = (what: string, { number }: IncidentRow): string => `The ${what} INC-${number} was undone.`;

/** What a merge or a split did, the other way round. A split's incident stays on record, merged into where it came from. */
async function takeBack(
  transaction: Transaction,
  link: LinkRow,
  { one, other }: { one: IncidentRow; other: IncidentRow },
): Promise<void> {
  if (link.kind === 'merge') {
    await transaction.incident.updateMany({
      where: { id: one.id, mergedIntoId: other.id },
      data: { mergedIntoId: null },
    });
  }
  if (link.kind === 'split') {
    const reason = `Back from INC-${other.number}, whose split was undone.`;
    await transaction.alertEpisode.updateMany({
      where: { id: { in: readList(link.moved) }, incidentId: other.id },
      data: { incidentId: one.id, reason },
    });
    if ((await rootOf(transaction, one)).id === other.id) return;
    await transaction.incident.updateMany({
      where: { id: other.id, mergedIntoId: null },
      data: { mergedIntoId: one.id, openKey: null },
    });
  }
}
