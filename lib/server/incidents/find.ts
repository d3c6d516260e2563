import 'server-only';
import type { Incident as IncidentRow, PrismaClient } from '@/generated/sqlite/client';
import type { Transaction } from '../db';
import { AppError } from '../errors';

/** Whatever can read: a client or a transaction. */
export type Reader = PrismaClient | Transaction;

/** Longest chain of merges that is followed: each merge checks that it closes no circle. */
const MAX_MERGES = 50;

/** The incident of an address: its UUID or its number. Throws `not_found`. */
export async function findIncident(reader: Reader, key: string): Promise<IncidentRow> {
  const byNumber = /^\d+$/.test(key);
  const row = await reader.incident.findUnique({ where: byNumber ? { number: Number(key) } : { id: key } });
  if (row === null) throw new AppError('not_found', `There is no incident ${byNumber ? `INC-${key}` : key}.`);
  return row;
}

/** The incident that stands for this one after all merges. */
export async function rootOf(reader: Reader, row: IncidentRow): Promise<IncidentRow> {
  let root = row;
  for (let steps = 0; root.mergedIntoId !== null && steps < MAX_MERGES; steps += 1) {
    const next = await reader.incident.findUnique({ where: { id: root.mergedIntoId } });
    if (next === null) break;
    root = next;
  }
  return root;
}

/** An incident and all that were merged into it, itself first: id to number. */
export async function familyOf(reader: Reader, row: Pick<IncidentRow, 'id' | 'number'>): Promise<Map<string, number>> {
  const family = new Map([[row.id, row.number]]);
  let newest = [row.id];
  while (newest.length > 0) {
    const merged = await reader.incident.findMany({
      where: { mergedIntoId: { in: newest } },
      select: { id: true, number: true },
    });
    newest = merged.filter(({ id }) => !family.has(id)).map(({ id }) => id);
    for (const { id, number } of merged) family.set(id, number);
  }
  return family;
}
