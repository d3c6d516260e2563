import 'server-only';
import type { InvestigationCell as CellRow, Investigation as InvestigationRow } from '@/generated/sqlite/client';
import {
  CellContent,
  type Investigation,
  type InvestigationCell,
  type InvestigationSummary,
} from '@/lib/contracts/investigation';
import { foldForSearch } from '@/lib/domain/search-fold';
import type { Transaction } from '../db';
import { AppError } from '../errors';
import type { Reader } from '../incidents/find';
import { readList, toMs } from '../incidents/row';

/** The investigation of an address: its UUID or its number. Throws `not_found`. */
export async function findInvestigation(reader: Reader, key: string): Promise<InvestigationRow> {
  const byNumber = /^\d+$/.test(key);
  const row = await reader.investigation.findUnique({ where: byNumber ? { number: Number(key) } : { id: key } });
  if (row === null) throw new AppError('not_found', `There is no investigation ${key}.`);
  return row;
}

/** Counts something that happens to an investigation, and locks it until the transaction ends. */
export async function touchInvestigation(
  transaction: Transaction,
  id: string,
  nowMs: number,
): Promise<InvestigationRow> {
  const { count } = await transaction.investigation.updateMany({
    where: { id },
    data: { activity: { increment: 1 }, changedAtMs: BigInt(nowMs) },
  });
  const row = count === 1 ? await transaction.investigation.findUnique({ where: { id } }) : null;
  if (row === null) throw new AppError('not_found', 'There is no such investigation.');
  return row;
}

/** What a search of investigations finds one by, folded; the text of its cells has a column of its own. */
export const investigationSearchText = (row: {
  number: number;
  title: string;
  question: string;
  tags: readonly string[];
  model: string | null;
}): string => foldForSearch([`#${row.number}`, row.title, row.question, ...row.tags, row.model ?? ''].join(' '));

/** What a search finds a cell by: its title, its note, its query. */
export function cellSearchText(title: string, content: CellContent): string {
  const words =
    content.kind === 'note'
      ? content.text
      : 'query' in content
        ? content.query
        : 'params' in content
          ? Object.values(content.params).join(' ')
          : '';
  return foldForSearch(`${title} ${words}`);
}

/** What a cell shows; a content that cannot be read, or of a newer console, is told as a note instead of hiding the rest. */
function readContent(text: string): CellContent {
  try {
    const parsed = CellContent.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Told below.
  }
  return { kind: 'note', text: 'This cell cannot be shown: it is damaged, or of a newer console.' };
}

/**
 * A cell with times in unix milliseconds. `evidenceId` null: nothing was frozen; `editedAtMs` null: never edited.
 * Damaged content is told as a note.
 */
export function toCell(row: CellRow): InvestigationCell {
  const content = readContent(row.content);
  return {
    id: row.id,
    kind: content.kind,
    title: row.title,
    content,
    state: row.state === 'frozen' ? 'frozen' : 'live',
    evidenceId: row.evidenceId,
    author: { id: row.authorId, name: row.authorName },
    createdAtMs: Number(row.createdAtMs),
    editedAtMs: toMs(row.editedAtMs),
    editedBy: row.editedByName,
    revision: row.revision,
  };
}

/** Investigations as a list shows them. */
export async function toInvestigationSummaries(
  reader: Reader,
  rows: readonly InvestigationRow[],
): Promise<InvestigationSummary[]> {
  const attached = await reader.investigationAttachment.findMany({
    where: { investigationId: { in: rows.map(({ id }) => id) } },
    orderBy: { atMs: 'asc' },
  });
  const [incidents, origins] = await Promise.all([
    reader.incident.findMany({
      where: { id: { in: attached.map(({ incidentId }) => incidentId) } },
      select: { id: true, number: true, title: true },
    }),
    reader.investigation.findMany({
      where: { id: { in: rows.flatMap(({ copiedFromId }) => (copiedFromId === null ? [] : [copiedFromId])) } },
      select: { id: true, number: true, title: true },
    }),
  ]);
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    title: row.title,
    question: row.question,
    model: row.model,
    tags: readList(row.tags),
    cells: readList(row.cellOrder).length,
    author: { id: row.authorId, name: row.authorName },
    createdAtMs: Number(row.createdAtMs),
    changedAtMs: Number(row.changedAtMs),
    archivedAtMs: toMs(row.archivedAtMs),
    incidents: attached
      .filter(({ investigationId }) => investigationId === row.id)
      .flatMap(({ incidentId }) => incidents.filter(({ id }) => id === incidentId)),
    copiedFrom: origins.find(({ id }) => id === row.copiedFromId) ?? null,
    revision: row.revision,
    activity: row.activity,
  }));
}

/** An investigation with its cells in their order. */
export async function toInvestigation(reader: Reader, row: InvestigationRow): Promise<Investigation> {
  const [summary] = await toInvestigationSummaries(reader, [row]);
  if (summary === undefined) throw new Error('an investigation has a summary');
  const cells = await reader.investigationCell.findMany({ where: { investigationId: row.id, removedAtMs: null } });
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const list = readList(row.cellOrder).flatMap((id) => {
    const cell = byId.get(id);
    return cell === undefined ? [] : [toCell(cell)];
  });
  return { ...summary, cells: list.length, list };
}
