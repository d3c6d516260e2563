import 'server-only';
import type { AuditEntry } from '@/generated/sqlite/client';
import type { AuditVerification } from '@/lib/contracts/audit';
import type { Database } from '../db';
import { actorValue, commitmentOf, ERASED, entryHash, GENESIS } from './chain';
import type { Checkpoint } from './checkpoints';

const PAGE = 1_000;

type Broken = NonNullable<AuditVerification['broken']>;

/**
 * Walks the whole chain and names the first entry that does not fit: altered, missing, moved, put there beside the
 * console, or cut off. What is appended meanwhile is left to the next time. Reads 1,000 entries at a time.
 */
export async function verifyChain(
  database: Database,
  { checkpoints, checkpointFile, nowMs }: { checkpoints: readonly Checkpoint[]; checkpointFile: string; nowMs: number },
): Promise<AuditVerification> {
  const head = await database.read((client) => client.auditHead.findUnique({ where: { id: 1 } }));
  const end = head?.sequence ?? 0;
  const expected = new Map(checkpoints.map((checkpoint) => [checkpoint.sequence, checkpoint]));
  const walked = { entries: 0, erased: 0, hash: GENESIS };
  let broken: Broken | null = null;
  while (broken === null && walked.entries < end) {
    const after = walked.entries;
    const page = await database.read((client) =>
      client.auditEntry.findMany({
        where: { sequence: { gt: after, lte: end } },
        orderBy: { sequence: 'asc' },
        take: PAGE,
      }),
    );
    if (page.length === 0) {
      broken = missing(after + 1, `the chain should go on to entry ${end}`);
      break;
    }
    for (const entry of page) {
      broken = faultOf(entry, walked, expected.get(walked.entries + 1));
      if (broken !== null) break;
      walked.entries += 1;
      walked.hash = entry.hash ?? '';
      if (isErased(entry)) walked.erased += 1;
    }
  }
  broken ??= await faultOfEnd({ head, walked, checkpoints, checkpointFile }, database);
  const newest = checkpoints.at(-1);
  return {
    state: broken === null ? 'intact' : 'broken',
    verifiedAtMs: nowMs,
    entries: walked.entries,
    erased: walked.erased,
    hash: walked.entries === 0 ? null : walked.hash,
    checkpoints: {
      file: checkpointFile,
      count: checkpoints.length,
      newest: newest === undefined ? null : { sequence: newest.sequence, atMs: newest.atMs },
    },
    broken,
  };
}

const missing = (sequence: number, why: string): Broken => ({
  sequence,
  id: null,
  kind: 'missing',
  reason: `Entry ${sequence} is missing: ${why}. It was deleted, or a backup without it was restored.`,
});

/** What is wrong with the entry that should follow; null when it fits. */
function faultOf(
  entry: AuditEntry,
  before: { entries: number; hash: string },
  checkpoint: Checkpoint | undefined,
): Broken | null {
  const sequence = before.entries + 1;
  const at = { sequence, id: entry.id };
  if (entry.sequence !== sequence) return missing(sequence, `the next one there is ${entry.sequence ?? 'none'}`);
  if (entry.previousHash !== before.hash) {
    const reason = `Entry ${sequence} does not follow entry ${sequence - 1}: one of them was altered, moved or put in.`;
    return { ...at, kind: 'moved', reason };
  }
  if (entryHash(entry) !== entry.hash) {
    const reason = `Entry ${sequence} was altered: its action, subject, time, id or place is not what was hashed.`;
    return { ...at, kind: 'altered', reason };
  }
  const field = alteredField(entry);
  if (field !== null) {
    const reason = `Entry ${sequence} was altered: what it says as "${field}" is not what was committed to.`;
    return { ...at, kind: 'altered', reason };
  }
  if (checkpoint !== undefined && checkpoint.hash !== entry.hash) {
    const reason = `Entry ${sequence} is not the one that the checkpoint of ${new Date(checkpoint.atMs).toISOString()} saw: the chain was written anew.`;
    return { ...at, kind: 'rewritten', reason };
  }
  return null;
}

/** The first value that is not what its commitment says; null when all are, or are erased together with their salt. */
function alteredField(entry: AuditEntry): 'actor' | 'before' | 'after' | null {
  const erasedActor = entry.actorSalt === null && entry.actorId === ERASED && entry.actorName === ERASED;
  if (!holds(entry.actorSalt, entry.actorCommitment, erasedActor ? null : actorValue(entry))) return 'actor';
  if (!holds(entry.beforeSalt, entry.beforeCommitment, entry.before)) return 'before';
  if (!holds(entry.afterSalt, entry.afterCommitment, entry.after)) return 'after';
  return null;
}

function holds(salt: string | null, commitment: string | null, value: string | null): boolean {
  // Nothing was there, or it was erased; in neither case may there be something now.
  if (commitment === null || salt === null) return salt === null && value === null;
  return value !== null && commitmentOf(salt, value) === commitment;
}

/** Whether something of an entry was erased: its commitment is there and its salt is not. */
export const isErased = (
  entry: Pick<
    AuditEntry,
    'actorCommitment' | 'actorSalt' | 'beforeCommitment' | 'beforeSalt' | 'afterCommitment' | 'afterSalt'
  >,
): boolean =>
  (entry.actorCommitment !== null && entry.actorSalt === null) ||
  (entry.beforeCommitment !== null && entry.beforeSalt === null) ||
  (entry.afterCommitment !== null && entry.afterSalt === null);

/** What only the end of the walk can show: a cut, a head that says otherwise, entries beside the chain. */
async function faultOfEnd(
  {
    head,
    walked,
    checkpoints,
    checkpointFile,
  }: {
    head: { sequence: number; hash: string } | null;
    walked: { entries: number; hash: string };
    checkpoints: readonly Checkpoint[];
    checkpointFile: string;
  },
  database: Database,
): Promise<Broken | null> {
  const beyond = checkpoints.find(({ sequence }) => sequence > walked.entries);
  if (beyond !== undefined) {
    const seen = new Date(beyond.atMs).toISOString();
    return missing(
      walked.entries + 1,
      `the checkpoint of ${seen} in ${checkpointFile} knows ${beyond.sequence} entries`,
    );
  }
  if (head !== null && head.hash !== walked.hash) {
    const reason = `Entry ${walked.entries} is not the end that the head of the chain names: it or the head was altered.`;
    return { sequence: walked.entries, id: null, kind: 'altered', reason };
  }
  const { adopting, stray } = await database.read(async (client) => ({
    adopting: await client.auditHead.findUnique({ where: { id: 0 } }),
    stray: await client.auditEntry.findFirst({ where: { sequence: null }, orderBy: { atMs: 'asc' } }),
  }));
  // Entries from before the chain are being taken in by a console that starts.
  if (stray === null || adopting !== null) return null;
  const reason = `The entry ${stray.id} (${stray.action} of ${stray.subject}) stands beside the chain: it was not written by this console.`;
  return { sequence: null, id: stray.id, kind: 'beside', reason };
}
