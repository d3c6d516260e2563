import 'server-only';
import { createHash, randomBytes } from 'node:crypto';
import type { AuditEntry } from '@/generated/sqlite/client';
import { canonicalJson } from '@/lib/domain/canonical-json';
import type { Transaction } from '../db';

/**
 * The chain of the audit: each entry holds the hash of the one before it, so that nobody can alter, drop or reorder one
 * without all later hashes changing.
 *
 *   hash = SHA-256 of the canonical JSON (RFC 8785) of
 *     {version: 1, sequence, previousHash, id, atMs, action, subject, actor, before, after}
 *   actor, before, after: the commitment, or null where there was nothing
 *   commitment = SHA-256 of "salt LF value", salt: 16 random bytes as hex, made for this value alone
 *
 * A person's name and what they wrote can be erased: the value goes together with its salt, without which the
 * commitment cannot be tried against guesses, and the chain over the commitment still verifies.
 */

/** What stands for the hash before the first entry. */
export const GENESIS = '0'.repeat(64);

/** What stands in place of an erased actor. */
export const ERASED = 'erased';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 of "salt LF value" in lowercase hex. `salt` is the text as it is stored, hex digits and all. */
export const commitmentOf = (salt: string, value: string): string => sha256(`${salt}\n${value}`);

/** The actor as the one text that is committed to. */
export const actorValue = ({ actorId, actorName }: Pick<AuditEntry, 'actorId' | 'actorName'>): string =>
  canonicalJson({ id: actorId, name: actorName });

const seal = (value: string | null): { salt: string | null; commitment: string | null } => {
  if (value === null) return { salt: null, commitment: null };
  const salt = randomBytes(16).toString('hex');
  return { salt, commitment: commitmentOf(salt, value) };
};

type Hashed = Pick<
  AuditEntry,
  | 'sequence'
  | 'previousHash'
  | 'id'
  | 'atMs'
  | 'action'
  | 'subject'
  | 'actorCommitment'
  | 'beforeCommitment'
  | 'afterCommitment'
>;

/**
 * SHA-256 in lowercase hex by the formula above. An erased entry has the same, for commitments stand in for what
 * people wrote.
 */
export const entryHash = (entry: Hashed): string =>
  sha256(
    canonicalJson({
      version: 1,
      sequence: entry.sequence,
      previousHash: entry.previousHash,
      id: entry.id,
      atMs: Number(entry.atMs),
      action: entry.action,
      subject: entry.subject,
      actor: entry.actorCommitment,
      before: entry.beforeCommitment,
      after: entry.afterCommitment,
    }),
  );

/** What an entry says, before it has its place in the chain. */
export type PlainEntry = Pick<
  AuditEntry,
  'id' | 'atMs' | 'actorId' | 'actorName' | 'action' | 'subject' | 'before' | 'after'
>;

/** What the chain adds to an entry. */
export type Link = Omit<AuditEntry, keyof PlainEntry>;

/**
 * Takes the next place in the chain for an entry that is stored in the same transaction. The row of the head is locked
 * until that transaction ends, on PostgreSQL as on SQLite: two consoles cannot append after the same entry, and a change
 * that is rolled back leaves no gap.
 */
export async function nextLink(transaction: Transaction, entry: PlainEntry): Promise<Link> {
  const [head] = await transaction.$queryRaw<{ sequence: number | bigint; hash: string }[]>`
    INSERT INTO "AuditHead" ("id", "sequence", "hash") VALUES (1, 1, ${GENESIS})
    ON CONFLICT ("id") DO UPDATE SET "sequence" = "AuditHead"."sequence" + 1
    RETURNING "sequence", "hash"`;
  if (head === undefined) throw new Error('The database gave no place in the audit chain.');
  const actor = seal(actorValue(entry));
  const before = seal(entry.before);
  const after = seal(entry.after);
  const unhashed = {
    sequence: Number(head.sequence),
    previousHash: head.hash,
    actorCommitment: actor.commitment,
    beforeCommitment: before.commitment,
    afterCommitment: after.commitment,
  };
  const hash = entryHash({ ...entry, ...unhashed });
  await transaction.auditHead.update({ where: { id: 1 }, data: { hash } });
  return { ...unhashed, hash, actorSalt: actor.salt, beforeSalt: before.salt, afterSalt: after.salt };
}
