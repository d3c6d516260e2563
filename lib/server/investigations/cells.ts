import 'server-only';
import type { InvestigationCell as CellRow, Investigation as InvestigationRow } from '@/generated/sqlite/client';
import type { CellEdit, CellMove, Investigation, NewCell } from '@/lib/contracts/investigation';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { readList } from '../incidents/row';
import { cellSearchText, findInvestigation, toCell, toInvestigation, touchInvestigation } from './row';

interface By {
  identity: Identity;
  nowMs: number;
}

/** A notebook longer than this is several. */
const MAX_CELLS = 500;

/** The order with a cell behind another one; null: at the top; undefined, or one that is gone: at the end. */
function placed(order: readonly string[], cellId: string, afterCellId: string | null | undefined): string[] {
  const others = order.filter((id) => id !== cellId);
  if (afterCellId === null) return [cellId, ...others];
  const at = afterCellId === undefined ? -1 : others.indexOf(afterCellId);
  return at < 0 ? [...others, cellId] : others.toSpliced(at + 1, 0, cellId);
}

async function storeOrder(
  transaction: Transaction,
  row: InvestigationRow,
  order: readonly string[],
): Promise<Investigation> {
  const stored = await transaction.investigation.update({
    where: { id: row.id },
    data: { cellOrder: JSON.stringify(order) },
  });
  return toInvestigation(transaction, stored);
}

async function refuseMissingEvidence(transaction: Transaction, evidenceId: string | null): Promise<void> {
  if (evidenceId === null) return;
  const there = await transaction.evidence.count({ where: { id: evidenceId } });
  if (there === 0) throw new AppError('not_found', 'The pin of this cell is not stored. Pin it again.');
}

async function record(
  transaction: Transaction,
  change: { before: CellRow | null; after: CellRow } & By,
): Promise<void> {
  await recordAudit(transaction, {
    actor: change.identity,
    action: 'investigation.cell',
    subject: `investigation:${change.after.investigationId}`,
    before: change.before === null ? null : toCell(change.before),
    after: { ...toCell(change.after), removed: change.after.removedAtMs !== null },
    atMs: change.nowMs,
  });
}

/** Adds a cell. The same id again is the cell that is there. */
export async function addCell(
  cell: NewCell,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const found = await findInvestigation(transaction, cell.investigationId);
    const present = await transaction.investigationCell.findUnique({ where: { id: cell.id } });
    if (present !== null) {
      if (present.investigationId === found.id) return toInvestigation(transaction, found);
      throw new AppError('conflict', 'Another cell has this id already. Send it once more with a new one.');
    }
    await refuseMissingEvidence(transaction, cell.evidenceId);
    const row = await touchInvestigation(transaction, found.id, nowMs);
    const order = readList(row.cellOrder);
    if (order.length >= MAX_CELLS) {
      throw new AppError('bad_request', `An investigation has at most ${MAX_CELLS} cells. Begin another one.`);
    }
    const after = await transaction.investigationCell.create({
      data: {
        id: cell.id,
        investigationId: row.id,
        kind: cell.content.kind,
        title: cell.title,
        content: JSON.stringify(cell.content),
        state: cell.state,
        evidenceId: cell.evidenceId,
        authorId: identity.id,
        authorName: identity.name,
        createdAtMs: BigInt(nowMs),
        searchText: cellSearchText(cell.title, cell.content),
      },
    });
    await record(transaction, { before: null, after, identity, nowMs });
    return storeOrder(transaction, row, placed(order, cell.id, cell.afterCellId));
  });
}

async function findCell(transaction: Transaction, row: InvestigationRow, cellId: string): Promise<CellRow> {
  const cell = await transaction.investigationCell.findUnique({ where: { id: cellId } });
  if (cell === null || cell.investigationId !== row.id) throw new AppError('not_found', 'There is no such cell.');
  return cell;
}

/** Changes a cell that is still as its editor saw it, takes it out, or puts it back. */
export async function editCell(
  edit: CellEdit,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const found = await findInvestigation(transaction, edit.investigationId);
    const row = await touchInvestigation(transaction, found.id, nowMs);
    const before = await findCell(transaction, row, edit.cellId);
    if (before.revision !== edit.revision) {
      throw new AppError('conflict', 'This cell was changed in the meantime. What it says now is shown beside yours.', {
        fields: {
          title: before.title,
          content: before.content,
          revision: String(before.revision),
          editedBy: before.editedByName ?? before.authorName,
        },
      });
    }
    const seen = toCell(before);
    const content = edit.content ?? seen.content;
    const title = edit.title ?? seen.title;
    const state = edit.state ?? seen.state;
    const evidenceId = edit.evidenceId === undefined ? seen.evidenceId : edit.evidenceId;
    if (state === 'frozen' && evidenceId === null) {
      throw new AppError('bad_request', 'evidenceId: a frozen cell shows evidence, so name it.');
    }
    await refuseMissingEvidence(transaction, evidenceId);
    const removed = edit.removed ?? before.removedAtMs !== null;
    const after = await transaction.investigationCell.update({
      where: { id: before.id },
      data: {
        kind: content.kind,
        title,
        content: JSON.stringify(content),
        state,
        evidenceId,
        removedAtMs: removed ? (before.removedAtMs ?? BigInt(nowMs)) : null,
        editedAtMs: BigInt(nowMs),
        editedByName: identity.name,
        searchText: cellSearchText(title, content),
        revision: before.revision + 1,
      },
    });
    await record(transaction, { before, after, identity, nowMs });
    const order = readList(row.cellOrder);
    const without = order.filter((id) => id !== after.id);
    return storeOrder(transaction, row, removed ? without : order.includes(after.id) ? order : [...order, after.id]);
  });
}

/** Puts a cell behind another one. */
export async function moveCell(
  { investigationId, cellId, afterCellId }: CellMove,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Investigation> {
  return database.write(async (transaction) => {
    const found = await findInvestigation(transaction, investigationId);
    const row = await touchInvestigation(transaction, found.id, nowMs);
    const cell = await findCell(transaction, row, cellId);
    const order = readList(row.cellOrder);
    const next = placed(order, cell.id, afterCellId);
    if (!order.includes(cell.id)) throw new AppError('not_found', 'This cell was taken out. Put it back first.');
    await recordAudit(transaction, {
      actor: identity,
      action: 'investigation.edit',
      subject: `investigation:${row.id}`,
      before: { order },
      after: { order: next },
      atMs: nowMs,
    });
    return storeOrder(transaction, row, next);
  });
}
