import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Investigation as InvestigationRow } from '@/generated/sqlite/client';
import type {
  Investigation,
  InvestigationAttachment,
  InvestigationCopy,
  InvestigationEdit,
  NewInvestigation,
} from '@/lib/contracts/investigation';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { nextNumber, touchIncident } from '../incidents/append';
import { findIncident } from '../incidents/find';
import { readList, toMs } from '../incidents/row';
import { findInvestigation, investigationSearchText, toInvestigation, touchInvestigation } from './row';

interface By {
  identity: Identity;
  nowMs: number;
}

const subjectOf = (id: string): string => `investigation:${id}`;

const audited = (row: InvestigationRow): object => ({
  number: row.number,
  title: row.title,
  question: row.question,
  model: row.model,
  tags: readList(row.tags),
  archivedAtMs: toMs(row.archivedAtMs),
});

/** An investigation by its UUID or its number, with its cells in their order. Throws `not_found`. */
export async function readInvestigation(key: string, database: Database = db()): Promise<Investigation> {
  return database.read(async (client) => toInvestigation(client, await findInvestigation(client, key)));
}

async function create(
  transaction: Transaction,
  data: Pick<NewInvestigation, 'id' | 'title' | 'question' | 'model' | 'tags'>,
  { identity, nowMs, copiedFromId = null }: By & { copiedFromId?: string | null },
): Promise<InvestigationRow> {
  const number = await nextNumber(transaction, 'investigation');
  const row = await transaction.investigation.create({
    data: {
      id: data.id,
      number,
      title: data.title,
      question: data.question,
      model: data.model,
      tags: JSON.stringify(data.tags),
      authorId: identity.id,
      authorName: identity.name,
      createdAtMs: BigInt(nowMs),
      changedAtMs: BigInt(nowMs),
      copiedFromId,
      cellOrder: '[]',
      searchText: investigationSearchText({ number, ...data }),
    },
  });
  await recordAudit(transaction, {
    actor: identity,
    action: 'investigation.create',
    subject: subjectOf(row.id),
    before: null,
    after: { ...audited(row), copiedFromId },
    atMs: nowMs,
  });
  return row;
}

/** The one that has the id already, when the same person sent it. */
async function present(transaction: Transaction, id: string, identity: Identity): Promise<InvestigationRow | null> {
  const row = await transaction.investigation.findUnique({ where: { id } });
  if (row === null || row.authorId === identity.id) return row;
  throw new AppError('conflict', 'Another investigation has this id already. Send it once more with a new one.');
}

/** Begins an investigation. The same id again is the one that is there. */
export async function createInvestigation(
  asked: NewInvestigation,
  by: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const there = await present(transaction, asked.id, by.identity);
    if (there !== null) return toInvestigation(transaction, there);
    const row = await create(transaction, asked, by);
    if (asked.incident !== null) await attach(transaction, row, { incident: asked.incident, attach: true }, by);
    return toInvestigation(transaction, row);
  });
}

/** Changes an investigation's own fields while they are as the editor saw them. */
export async function editInvestigation(
  edit: InvestigationEdit,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const found = await findInvestigation(transaction, edit.investigationId);
    const before = await touchInvestigation(transaction, found.id, nowMs);
    if (before.revision !== edit.revision) {
      throw new AppError('conflict', 'This investigation was changed in the meantime.', {
        fields: { title: before.title, question: before.question, revision: String(before.revision) },
      });
    }
    const named = {
      number: before.number,
      title: edit.title ?? before.title,
      question: edit.question ?? before.question,
      model: edit.model === undefined ? before.model : edit.model,
      tags: edit.tags ?? readList(before.tags),
    };
    const archivedAtMs = edit.archived ? (before.archivedAtMs ?? BigInt(nowMs)) : null;
    const row = await transaction.investigation.update({
      where: { id: before.id },
      data: {
        ...named,
        tags: JSON.stringify(named.tags),
        archivedAtMs: edit.archived === undefined ? before.archivedAtMs : archivedAtMs,
        searchText: investigationSearchText(named),
        revision: before.revision + 1,
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'investigation.edit',
      subject: subjectOf(row.id),
      before: audited(before),
      after: audited(row),
      atMs: nowMs,
    });
    return toInvestigation(transaction, row);
  });
}

/** A copy with the same cells: live ones live, frozen ones live again where they hold a question, else as they are. */
export async function copyInvestigation(
  { investigationId, id, title }: InvestigationCopy,
  by: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const there = await present(transaction, id, by.identity);
    if (there !== null) return toInvestigation(transaction, there);
    const from = await findInvestigation(transaction, investigationId);
    const copy = await create(
      transaction,
      {
        id,
        title: title ?? `${from.title} (copy)`.slice(0, 200),
        question: from.question,
        model: from.model,
        tags: readList(from.tags),
      },
      { ...by, copiedFromId: from.id },
    );
    const cells = await transaction.investigationCell.findMany({
      where: { investigationId: from.id, removedAtMs: null },
    });
    const order: string[] = [];
    for (const cellId of readList(from.cellOrder)) {
      const cell = cells.find((candidate) => candidate.id === cellId);
      if (cell === undefined) continue;
      const isEvidence = cell.kind === 'evidence';
      const row = await transaction.investigationCell.create({
        data: {
          ...cell,
          id: randomUUID(),
          investigationId: copy.id,
          state: isEvidence ? cell.state : 'live',
          evidenceId: isEvidence ? cell.evidenceId : null,
          authorId: by.identity.id,
          authorName: by.identity.name,
          createdAtMs: BigInt(by.nowMs),
          editedAtMs: null,
          editedByName: null,
          revision: 1,
        },
      });
      order.push(row.id);
    }
    const row = await transaction.investigation.update({
      where: { id: copy.id },
      data: { cellOrder: JSON.stringify(order) },
    });
    return toInvestigation(transaction, row);
  });
}

async function attach(
  transaction: Transaction,
  row: InvestigationRow,
  asked: { incident: string; attach: boolean },
  { identity, nowMs }: By,
): Promise<void> {
  const incident = await findIncident(transaction, asked.incident);
  const key = { investigationId: row.id, incidentId: incident.id };
  const there = await transaction.investigationAttachment.count({ where: key });
  if (there > 0 === asked.attach) return;
  await touchIncident(transaction, incident.id);
  if (asked.attach) await transaction.investigationAttachment.create({ data: { ...key, atMs: BigInt(nowMs) } });
  else await transaction.investigationAttachment.deleteMany({ where: key });
  await recordAudit(transaction, {
    actor: identity,
    action: 'investigation.attach',
    subject: subjectOf(row.id),
    before: { attached: !asked.attach },
    after: { attached: asked.attach, incident: incident.number },
    atMs: nowMs,
  });
}

/** Attaches an investigation to an incident, or takes it off. */
export async function attachInvestigation(
  asked: InvestigationAttachment,
  by: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const found = await findInvestigation(transaction, asked.investigationId);
    const row = await touchInvestigation(transaction, found.id, by.nowMs);
    await attach(transaction, row, asked, by);
    return toInvestigation(transaction, row);
  });
}
