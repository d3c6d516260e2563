import 'server-only';
import type { IncidentEntry as EntryRow } from '@/generated/sqlite/client';
import {
  type EntriesParams,
  type Entry,
  EntryDetails,
  EntryKind,
  type EntryPage,
  type HypothesisSummary,
  type NewEntry,
} from '@/lib/contracts/incident-entry';
import { ENTRY_RELATIONS, type EntryRelation } from '@/lib/contracts/incident-words';
import { searchWords } from '@/lib/domain/search-fold';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { headsOf } from '../evidence/head';
import { appendEntries, touchIncident } from './append';
import { familyOf, findIncident, type Reader, rootOf } from './find';

/** Recorded later than it occurred by this much or more: somebody said so afterwards. */
const BACKDATED_MS = 60_000;

function readDetails(text: string): EntryDetails {
  try {
    const parsed = EntryDetails.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

const isRelation = (text: string | null): text is EntryRelation => ENTRY_RELATIONS.some((known) => known === text);

interface Seen {
  /** Incident that is shown, and the numbers of it and of what was merged into it. */
  shownId: string;
  family: ReadonlyMap<string, number>;
  /** The newest correction or retraction of each entry. */
  corrections: ReadonlyMap<string, EntryRow>;
}

/** How a postmortem refers to an entry: by its incident's number too where it came with a merged one. */
const labelOf = (row: Pick<EntryRow, 'incidentId' | 'seq'>, { shownId, family }: Pick<Seen, 'shownId' | 'family'>) =>
  row.incidentId === shownId ? `e${row.seq}` : `i${family.get(row.incidentId) ?? 0}e${row.seq}`;

function toEntry(row: EntryRow, seen: Seen): Entry {
  const occurredAtMs = Number(row.occurredAtMs);
  const recordedAtMs = Number(row.recordedAtMs);
  const correction = seen.corrections.get(row.id);
  return {
    id: row.id,
    incidentId: row.incidentId,
    incidentNumber: seen.family.get(row.incidentId) ?? 0,
    seq: row.seq,
    label: labelOf(row, seen),
    kind: EntryKind.parse(row.kind),
    text: row.text,
    occurredAtMs,
    recordedAtMs,
    backdated: recordedAtMs - occurredAtMs >= BACKDATED_MS,
    author: { id: row.authorId, name: row.authorName },
    evidenceId: row.evidenceId,
    about: row.aboutId !== null && isRelation(row.relation) ? { entryId: row.aboutId, relation: row.relation } : null,
    correctedBy:
      correction === undefined
        ? null
        : {
            entryId: correction.id,
            relation: correction.relation === 'retracts' ? 'retracts' : 'corrects',
            text: correction.text,
          },
    details: readDetails(row.details),
  };
}

async function correctionsOf(reader: Reader, ids: readonly string[]): Promise<Map<string, EntryRow>> {
  const rows = await reader.incidentEntry.findMany({
    where: { aboutId: { in: [...ids] }, relation: { in: ['corrects', 'retracts'] } },
    orderBy: [{ recordedAtMs: 'asc' }, { seq: 'asc' }],
  });
  return new Map(rows.map((row) => [row.aboutId ?? '', row]));
}

/** Rows of one incident's family as entries; `corrections` are those known to the asker. */
export const toEntries = (rows: readonly EntryRow[], seen: Seen): Entry[] => rows.map((row) => toEntry(row, seen));

/** A place between two entries: when it occurred, its sequence and its id. */
function readCursor(cursor: string): { occurredAtMs: bigint; seq: number; id: string } {
  const match = /^(-?\d{1,17})\.(\d{1,10})\.([0-9a-f-]{36})$/.exec(cursor);
  if (match === null) throw new AppError('bad_request', 'cursor: expected the nextCursor of an earlier answer.');
  return { occurredAtMs: BigInt(match[1] ?? 0), seq: Number(match[2]), id: match[3] ?? '' };
}

/** A page of a timeline by when things occurred; what occurred at one instant, by when it was recorded. */
export async function listEntries(params: EntriesParams, database: Database = db()): Promise<EntryPage> {
  return database.read(async (client) => {
    const incident = await findIncident(client, params.incidentId);
    const family = await familyOf(client, incident);
    const where = {
      incidentId: { in: [...family.keys()] },
      ...(params.kinds === undefined ? {} : { kind: { in: params.kinds } }),
      ...(params.pinned ? { evidenceId: { not: null } } : {}),
      ...(params.recordedAfterMs === undefined ? {} : { recordedAtMs: { gt: BigInt(params.recordedAfterMs) } }),
      AND: searchWords(params.q ?? '').map((word) => ({ searchText: { contains: word } })),
    };
    const later = params.order === 'asc' ? ('gt' as const) : ('lt' as const);
    const from = params.cursor === undefined ? null : readCursor(params.cursor);
    const beyond =
      from === null
        ? {}
        : {
            OR: [
              { occurredAtMs: { [later]: from.occurredAtMs } },
              { occurredAtMs: from.occurredAtMs, seq: { [later]: from.seq } },
              { occurredAtMs: from.occurredAtMs, seq: from.seq, id: { [later]: from.id } },
            ],
          };
    const direction = params.order;
    const [rows, total] = await Promise.all([
      client.incidentEntry.findMany({
        where: { ...where, ...beyond },
        orderBy: [{ occurredAtMs: direction }, { seq: direction }, { id: direction }],
        take: params.limit + 1,
      }),
      client.incidentEntry.count({ where }),
    ]);
    const kept = rows.slice(0, params.limit);
    const last = kept.at(-1);
    return {
      entries: toEntries(kept, {
        shownId: incident.id,
        family,
        corrections: await correctionsOf(
          client,
          kept.map(({ id }) => id),
        ),
      }),
      pins: await headsOf(
        client,
        kept.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId])),
      ),
      nextCursor:
        rows.length > params.limit && last !== undefined ? `${last.occurredAtMs}.${last.seq}.${last.id}` : null,
      total,
      activity: incident.activity,
    };
  });
}

/** Hypotheses of an incident and its family, oldest first, each with what speaks for and against it. */
export async function hypothesesOf(
  reader: Reader,
  shown: Pick<Seen, 'shownId' | 'family'>,
): Promise<HypothesisSummary[]> {
  const incidentId = { in: [...shown.family.keys()] };
  const [hypotheses, spoken] = await Promise.all([
    reader.incidentEntry.findMany({
      where: { incidentId, kind: 'hypothesis', aboutId: null },
      orderBy: [{ occurredAtMs: 'asc' }, { seq: 'asc' }],
    }),
    reader.incidentEntry.findMany({
      where: { incidentId, relation: { in: ['supports', 'refutes', 'settles', 'corrects', 'retracts'] } },
      orderBy: [{ recordedAtMs: 'asc' }, { seq: 'asc' }],
    }),
  ]);
  const about = new Map<string, typeof spoken>();
  for (const row of spoken) {
    if (row.aboutId !== null) about.set(row.aboutId, [...(about.get(row.aboutId) ?? []), row]);
  }
  // Evidence that was taken back speaks for nothing any more.
  const retracted = new Set(spoken.flatMap((row) => (row.relation === 'retracts' ? [row.aboutId] : [])));
  return hypotheses
    .filter(({ id }) => !retracted.has(id))
    .map((row) => {
      const said = (about.get(row.id) ?? []).filter(({ id }) => !retracted.has(id));
      const by = (relation: EntryRelation) => said.filter((entry) => entry.relation === relation);
      const settled = by('settles').at(-1);
      return {
        entryId: row.id,
        label: labelOf(row, shown),
        text: by('corrects').at(-1)?.text ?? row.text,
        state: readDetails((settled ?? row).details).hypothesisState ?? 'open',
        occurredAtMs: Number(row.occurredAtMs),
        author: { id: row.authorId, name: row.authorName },
        supportedBy: by('supports').map(({ id }) => id),
        refutedBy: by('refutes').map(({ id }) => id),
      };
    });
}

/** Adds an entry to the timeline. The same id again is the entry that is there. */
export async function addEntry(
  entry: NewEntry,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Entry> {
  return database.write(async (transaction) => {
    const incident = await rootOf(transaction, await findIncident(transaction, entry.incidentId));
    const family = await familyOf(transaction, incident);
    const shown = { shownId: incident.id, family };
    const present = await transaction.incidentEntry.findUnique({ where: { id: entry.id } });
    if (present !== null) return oneEntry(transaction, sameEntry(present, entry, identity), shown);
    await checkReferences(transaction, entry, family);
    const touched = await touchIncident(transaction, incident.id);
    const [row] = await appendEntries(
      transaction,
      touched,
      [
        {
          ...entry,
          occurredAtMs: entry.occurredAtMs ?? nowMs,
          details: {
            ...(entry.kind === 'hypothesis' || entry.about?.relation === 'settles'
              ? { hypothesisState: entry.hypothesisState ?? 'open' }
              : {}),
            ...(entry.audience === undefined ? {} : { audience: entry.audience }),
          },
        },
      ],
      { identity, nowMs },
    );
    if (row === undefined) throw new Error('an entry was appended and is not there');
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.entry',
      subject: `incident:${incident.id}`,
      before: null,
      after: { entry: row.id, kind: row.kind, text: row.text, evidenceId: row.evidenceId, about: entry.about },
      atMs: nowMs,
    });
    return oneEntry(transaction, row, shown);
  });
}

async function oneEntry(reader: Reader, row: EntryRow, shown: Pick<Seen, 'shownId' | 'family'>): Promise<Entry> {
  return toEntry(row, { ...shown, corrections: await correctionsOf(reader, [row.id]) });
}

function sameEntry(present: EntryRow, sent: NewEntry, identity: Identity): EntryRow {
  if (present.text === sent.text && present.authorId === identity.id) return present;
  throw new AppError('conflict', 'Another entry has this id already. Send it once more with a new one.');
}

/** What an entry speaks of must be there, in this incident, and be a hypothesis where one is judged. */
async function checkReferences(
  transaction: Transaction,
  { about, evidenceId }: NewEntry,
  family: ReadonlyMap<string, number>,
): Promise<void> {
  if (evidenceId !== null) {
    const there = await transaction.evidence.count({ where: { id: evidenceId } });
    if (there === 0) throw new AppError('not_found', 'The pin of this entry is not stored. Pin it again.');
  }
  if (about === null) return;
  const target = await transaction.incidentEntry.findUnique({ where: { id: about.entryId } });
  if (target === null || !family.has(target.incidentId)) {
    throw new AppError('not_found', 'The entry that this one speaks of is not on this timeline.');
  }
  const judges = about.relation === 'supports' || about.relation === 'refutes' || about.relation === 'settles';
  if (judges && target.kind !== 'hypothesis') {
    throw new AppError('bad_request', 'Only a hypothesis can be supported, refuted or settled.');
  }
}
