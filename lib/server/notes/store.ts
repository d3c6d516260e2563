import 'server-only';
import type { Note as NoteRow } from '@/generated/sqlite/client';
import {
  MAX_NOTES,
  type NewNote,
  type Note,
  type NoteEdit,
  type NoteList,
  type NoteRemoval,
  type NotesParams,
} from '@/lib/contracts/note';
import { hasHappened, recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';

const subjectOf = (id: string): string => `note:${id}`;

/** Author, or somebody who may edit what others wrote. */
const mayEdit = (row: NoteRow, identity: Identity): boolean =>
  row.authorId === identity.id ? identity.permissions.has('notes:write') : identity.permissions.has('notes:moderate');

function toNote(row: NoteRow, identity: Identity): Note {
  return {
    id: row.id,
    atMs: Number(row.atMs),
    text: row.text,
    model: row.model,
    version: row.version,
    author: { id: row.authorId, name: row.authorName },
    createdAtMs: Number(row.createdAtMs),
    editedAtMs: row.editedAtMs === null ? null : Number(row.editedAtMs),
    revision: row.revision,
    mayEdit: mayEdit(row, identity),
  };
}

/** What the audit keeps of a note: what people can change, and its author. */
const auditedOf = ({ atMs, text, model, version, authorName }: NoteRow): object => ({
  atMs: Number(atMs),
  text,
  model,
  version,
  author: authorName,
});

/** Notes with startMs ≤ atMs ≤ endMs (a note made now stands at the end of a live range), oldest first; past MAX_NOTES the newest ones and `more`. */
export async function listNotes(params: NotesParams, identity: Identity, database: Database = db()): Promise<NoteList> {
  const { startMs, endMs, model } = params;
  const rows = await database.read((client) =>
    client.note.findMany({
      where: {
        atMs: { gte: BigInt(startMs), lte: BigInt(endMs) },
        ...(model === undefined ? {} : { OR: [{ model }, { model: null }] }),
      },
      orderBy: [{ atMs: 'desc' }, { id: 'desc' }],
      take: MAX_NOTES + 1,
    }),
  );
  const kept = rows.slice(0, MAX_NOTES).reverse();
  return { notes: kept.map((row) => toNote(row, identity)), more: rows.length > MAX_NOTES };
}

/** Stores a note. The same note sent again, as a second press or a retry does, is the note that is there. */
export async function createNote(
  note: NewNote,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Note> {
  return database.write(async (transaction) => {
    const present = await transaction.note.findUnique({ where: { id: note.id } });
    if (present !== null) return sameNote(present, note, identity);
    const subject = subjectOf(note.id);
    if (await hasHappened(transaction, { action: 'note.remove', subject })) {
      throw new AppError('conflict', 'This note was removed in the meantime.');
    }
    const row = await transaction.note.create({
      data: {
        id: note.id,
        atMs: BigInt(note.atMs),
        text: note.text,
        model: note.model,
        version: note.version,
        authorId: identity.id,
        authorName: identity.name,
        createdAtMs: BigInt(nowMs),
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'note.create',
      subject,
      before: null,
      after: auditedOf(row),
      atMs: nowMs,
    });
    return toNote(row, identity);
  });
}

function sameNote(present: NoteRow, sent: NewNote, identity: Identity): Note {
  const same = present.text === sent.text && Number(present.atMs) === sent.atMs && present.authorId === identity.id;
  if (!same) throw changed(present);
  return toNote(present, identity);
}

/** Changes text or time of a note that is still as its editor saw it. */
export async function editNote(
  edit: NoteEdit,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Note> {
  return database.write(async (transaction) => {
    const before = await findEditable(transaction, edit, identity);
    const text = edit.text ?? before.text;
    const atMs = edit.atMs === undefined ? before.atMs : BigInt(edit.atMs);
    if (text === before.text && atMs === before.atMs) return toNote(before, identity);
    const data = { text, atMs, editedAtMs: BigInt(nowMs), revision: before.revision + 1 };
    await changeRevision(transaction, before, (where) => transaction.note.updateMany({ where, data }));
    const after = { ...before, ...data };
    await recordAudit(transaction, {
      actor: identity,
      action: 'note.edit',
      subject: subjectOf(edit.id),
      before: auditedOf(before),
      after: auditedOf(after),
      atMs: nowMs,
    });
    return toNote(after, identity);
  });
}

/** Removes a note that is still as its remover saw it; the audit keeps what it said. */
export async function removeNote(
  removal: NoteRemoval,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<void> {
  await database.write(async (transaction) => {
    const before = await findEditable(transaction, removal, identity);
    await changeRevision(transaction, before, (where) => transaction.note.deleteMany({ where }));
    await recordAudit(transaction, {
      actor: identity,
      action: 'note.remove',
      subject: subjectOf(removal.id),
      before: auditedOf(before),
      after: null,
      atMs: nowMs,
    });
  });
}

async function findEditable(
  transaction: Transaction,
  { id, revision }: { id: string; revision: number },
  identity: Identity,
): Promise<NoteRow> {
  const row = await transaction.note.findUnique({ where: { id } });
  if (row === null) throw new AppError('not_found', 'There is no such note; somebody may have removed it.');
  if (!mayEdit(row, identity)) throw new AppError('forbidden', `Only ${row.authorName} may change this note.`);
  if (row.revision !== revision) throw changed(row);
  return row;
}

/** Changes a row only if nobody did since it was read: between the two, PostgreSQL lets others write. */
async function changeRevision(
  transaction: Transaction,
  row: NoteRow,
  change: (where: { id: string; revision: number }) => Promise<{ count: number }>,
): Promise<void> {
  const { count } = await change({ id: row.id, revision: row.revision });
  if (count === 1) return;
  const now = await transaction.note.findUnique({ where: { id: row.id } });
  throw now === null ? new AppError('not_found', 'There is no such note; somebody just removed it.') : changed(now);
}

/** Carries what the note says now, so that a form can show it beside what was typed. */
const changed = (row: NoteRow): AppError =>
  new AppError('conflict', 'This note was changed in the meantime. What it says now is shown beside your text.', {
    fields: { text: row.text, atMs: String(row.atMs), revision: String(row.revision) },
  });
