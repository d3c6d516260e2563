import 'server-only';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import type { Postmortem, PostmortemEdit, SectionSave } from '@/lib/contracts/postmortem';
import { mergeTexts } from '@/lib/domain/text-merge';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { touchIncident } from '../incidents/append';
import { findIncident } from '../incidents/find';
import { toPostmortem } from './read';

export interface By {
  identity: Identity;
  nowMs: number;
}

/** Locks the incident, begins its postmortem where there is none, and says that it changed. */
export async function beginChange(
  transaction: Transaction,
  incidentKey: string,
  nowMs: number,
): Promise<{ incident: IncidentRow; state: string }> {
  const found = await findIncident(transaction, incidentKey);
  const incident = await touchIncident(transaction, found.id);
  const row = await transaction.postmortem.upsert({
    where: { incidentId: incident.id },
    create: { incidentId: incident.id, state: 'draft', createdAtMs: BigInt(nowMs) },
    update: {},
  });
  return { incident, state: row.state };
}

/** An approval is of the text as it was: with another text, the postmortem is a draft again. */
export async function reopenIfApproved(transaction: Transaction, incidentId: string): Promise<void> {
  await transaction.postmortem.updateMany({
    where: { incidentId, state: 'approved' },
    data: { state: 'draft', revision: { increment: 1 } },
  });
}

/**
 * Saves a section made from its newest version. Made from an older one, nothing is stored: the conflict carries the
 * newer text and both laid together. The same id again is the version that was saved.
 */
export async function saveSection(
  save: SectionSave,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Postmortem> {
  return database.write(async (transaction) => {
    const { incident } = await beginChange(transaction, save.incidentId, nowMs);
    const saved = await transaction.postmortemSection.findUnique({ where: { id: save.id } });
    if (saved !== null) {
      if (saved.incidentId === incident.id && saved.key === save.key && saved.text === save.text) {
        return toPostmortem(transaction, incident);
      }
      throw new AppError('conflict', 'Another version has this id already. Save once more with a new one.');
    }
    const newest = await transaction.postmortemSection.findFirst({
      where: { incidentId: incident.id, key: save.key },
      orderBy: { version: 'desc' },
    });
    const version = newest?.version ?? 0;
    // The same words again are no version: a second window that saves what the first did stores nothing.
    if (newest !== null && newest.text === save.text) return toPostmortem(transaction, incident);
    if (version !== save.baseVersion) throw await changed(transaction, incident.id, save, newest);
    await transaction.postmortemSection.create({
      data: {
        id: save.id,
        incidentId: incident.id,
        key: save.key,
        version: version + 1,
        baseVersion: save.baseVersion,
        text: save.text,
        authorId: identity.id,
        authorName: identity.name,
        savedAtMs: BigInt(nowMs),
      },
    });
    await reopenIfApproved(transaction, incident.id);
    await recordAudit(transaction, {
      actor: identity,
      action: 'postmortem.section',
      subject: `incident:${incident.id}`,
      before: newest === null ? null : { section: save.key, version, text: newest.text },
      after: { section: save.key, version: version + 1, text: save.text },
      atMs: nowMs,
    });
    return toPostmortem(transaction, incident);
  });
}

async function changed(
  transaction: Transaction,
  incidentId: string,
  save: SectionSave,
  newest: { version: number; text: string; authorName: string } | null,
): Promise<AppError> {
  const base = await transaction.postmortemSection.findUnique({
    where: { incidentId_key_version: { incidentId, key: save.key, version: save.baseVersion } },
  });
  if (base === null && save.baseVersion > 0) {
    return new AppError('bad_request', `baseVersion: this section has no version ${save.baseVersion}.`);
  }
  const theirs = newest?.text ?? '';
  const merged = mergeTexts({ base: base?.text ?? '', mine: save.text, theirs });
  return new AppError('conflict', `${newest?.authorName ?? 'Somebody'} saved this section in the meantime.`, {
    fields: {
      version: String(newest?.version ?? 0),
      text: theirs,
      author: newest?.authorName ?? '',
      base: base?.text ?? '',
      merged: merged.text,
      clean: String(merged.isClean),
    },
  });
}

/** Begins a postmortem, names its owner, asks for a review or takes that back. */
export async function editPostmortem(
  edit: PostmortemEdit,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Postmortem> {
  return database.write(async (transaction) => {
    const found = await findIncident(transaction, edit.incidentId);
    const incident = await touchIncident(transaction, found.id);
    const before = await transaction.postmortem.findUnique({ where: { incidentId: incident.id } });
    // Two who begin it at once begin the same.
    const begins = edit.revision === 0 && (before === null || before.revision === 1);
    if (!begins && before?.revision !== edit.revision) {
      throw new AppError('conflict', 'This postmortem was changed in the meantime. Look at it as it is now.', {
        fields: {
          revision: String(before?.revision ?? 0),
          owner: before?.owner ?? '',
          state: before?.state ?? 'draft',
        },
      });
    }
    const owner = edit.owner === undefined ? (before?.owner ?? null) : edit.owner;
    const state = edit.state ?? before?.state ?? 'draft';
    if (before !== null && before.owner === owner && before.state === state) return toPostmortem(transaction, incident);
    const after = await transaction.postmortem.upsert({
      where: { incidentId: incident.id },
      create: { incidentId: incident.id, state, owner, createdAtMs: BigInt(nowMs) },
      update: { state, owner, revision: { increment: 1 } },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'postmortem.edit',
      subject: `incident:${incident.id}`,
      before: before === null ? null : { owner: before.owner, state: before.state },
      after: { owner: after.owner, state: after.state },
      atMs: nowMs,
    });
    return toPostmortem(transaction, incident);
  });
}
