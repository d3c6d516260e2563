import 'server-only';
import { type AlertEpisode as EpisodeRow, Prisma } from '@/generated/sqlite/client';
import type { Database, Transaction } from '../db';

/** The types that the columns have in both databases. */
const COLUMNS: Record<keyof EpisodeRow, 'TEXT' | 'BIGINT'> = {
  id: 'TEXT',
  source: 'TEXT',
  fingerprint: 'TEXT',
  startsAtMs: 'BIGINT',
  endsAtMs: 'BIGINT',
  status: 'TEXT',
  name: 'TEXT',
  labels: 'TEXT',
  annotations: 'TEXT',
  values: 'TEXT',
  generatorUrl: 'TEXT',
  skew: 'TEXT',
  firstSeenAtMs: 'BIGINT',
  lastSeenAtMs: 'BIGINT',
  deliveryId: 'TEXT',
  incidentId: 'TEXT',
  reason: 'TEXT',
  searchText: 'TEXT',
};

const names = Object.keys(COLUMNS);
const written = Prisma.raw(names.map((name) => `"${name}"`).join(', '));
const read = Prisma.raw(
  Object.entries(COLUMNS)
    .map(([name, type]) => `CAST(t.value ->> '${name}' AS ${type})`)
    .join(', '),
);
const replaced = Prisma.raw(
  names
    .filter((name) => name !== 'id')
    .map((name) => `"${name}" = excluded."${name}"`)
    .join(', '),
);

/** As the databases take it: whole milliseconds as numbers, and no text that one of them cannot store. */
const toJson = (rows: readonly EpisodeRow[]): string =>
  JSON.stringify(rows, (_, value: unknown) => {
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value;
  });

/**
 * Stores alerts as they are now, new and known ones alike, in one statement with one parameter: a statement with a
 * parameter for each of their columns takes Prisma four times as long to prepare as the database to run.
 */
export async function storeEpisodes(
  transaction: Transaction,
  provider: Database['provider'],
  rows: readonly EpisodeRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const json = toJson(rows);
  const from = provider === 'sqlite' ? Prisma.sql`json_each(${json})` : Prisma.sql`json_array_elements(${json}::json)`;
  // "WHERE true" because SQLite would else take ON for a condition of the join.
  await transaction.$executeRaw`
    INSERT INTO "AlertEpisode" (${written}) SELECT ${read} FROM ${from} AS t WHERE true
    ON CONFLICT ("id") DO UPDATE SET ${replaced}`;
}
