import 'server-only';
import type { IncidentEntry as EntryRow, Incident as IncidentRow } from '@/generated/sqlite/client';
import type { EntryDetails } from '@/lib/contracts/incident-entry';
import type { EntryKind, EntryRelation } from '@/lib/contracts/incident-words';
import { foldForSearch } from '@/lib/domain/search-fold';
import type { Identity } from '../auth/identity';
import type { Transaction } from '../db';
import { AppError } from '../errors';

/** Who does something, and when. */
export interface Deed {
  identity: Pick<Identity, 'id' | 'name'>;
  nowMs: number;
}

export interface EntryToAppend {
  id: string;
  kind: EntryKind;
  text: string;
  occurredAtMs: number;
  evidenceId?: string | null;
  about?: { entryId: string; relation: EntryRelation } | null;
  details?: EntryDetails;
}

/** The next number of a kind: 1, 2, 3 … Locks the counter until the transaction ends; what is rolled back leaves no gap. */
export async function nextNumber(transaction: Transaction, name: 'incident' | 'investigation'): Promise<number> {
  const { value } = await transaction.counter.upsert({
    where: { name },
    create: { name, value: 1 },
    update: { value: { increment: 1 } },
  });
  return value;
}

/**
 * Counts something that happens to an incident, and locks it until the transaction ends: whoever else changes it waits.
 * Returns the row as it is now. Throws `not_found`.
 */
export async function touchIncident(transaction: Transaction, id: string, by = 1): Promise<IncidentRow> {
  const { count } = await transaction.incident.updateMany({ where: { id }, data: { activity: { increment: by } } });
  const row = count === 1 ? await transaction.incident.findUnique({ where: { id } }) : null;
  if (row === null) throw new AppError('not_found', 'There is no such incident.');
  return row;
}

/** Appends entries in order. The row must have been touched by as many in this transaction. */
export async function appendEntries(
  transaction: Transaction,
  touched: Pick<IncidentRow, 'id' | 'activity'>,
  entries: readonly EntryToAppend[],
  { identity, nowMs }: Deed,
): Promise<EntryRow[]> {
  const first = touched.activity - entries.length + 1;
  const rows: EntryRow[] = [];
  for (const [index, entry] of entries.entries()) {
    rows.push(
      await transaction.incidentEntry.create({
        data: {
          id: entry.id,
          incidentId: touched.id,
          seq: first + index,
          kind: entry.kind,
          text: entry.text,
          occurredAtMs: BigInt(Math.round(entry.occurredAtMs)),
          recordedAtMs: BigInt(nowMs),
          authorId: identity.id,
          authorName: identity.name,
          evidenceId: entry.evidenceId ?? null,
          aboutId: entry.about?.entryId ?? null,
          relation: entry.about?.relation ?? null,
          details: JSON.stringify(entry.details ?? {}),
          searchText: foldForSearch(entry.text),
        },
      }),
    );
  }
  return rows;
}
