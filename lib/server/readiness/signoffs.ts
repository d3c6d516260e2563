import 'server-only';
import type { ReadinessSignoff as Row } from '@/generated/sqlite/client';
import type { NewSignoff, ReadinessSignoff } from '@/lib/contracts/readiness';
import { MAX_SIGNOFF_DAYS } from '@/lib/contracts/readiness-limits';
import { readinessItem } from '@/lib/domain/readiness-lists';
import { DAY_MS } from '@/lib/domain/time';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { AppError } from '../errors';

/** Sign-offs that are looked at: the newest. There are some thirty items, each signed for a few models once a year. */
const MAX_SIGNOFFS = 2_000;

const subjectOf = (id: string): string => `signoff:${id}`;

const toSignoff = (row: Row, nowMs: number): ReadinessSignoff => ({
  id: row.id,
  item: row.item,
  model: row.model,
  reason: row.reason,
  author: { id: row.authorId, name: row.authorName },
  signedAtMs: Number(row.signedAtMs),
  expiresAtMs: Number(row.expiresAtMs),
  isExpired: Number(row.expiresAtMs) <= nowMs,
});

/** What the audit keeps of a sign-off. */
const auditedOf = ({ item, model, reason, expiresAtMs, authorName }: Row): object => ({
  item,
  model,
  reason,
  expiresAtMs: Number(expiresAtMs),
  author: authorName,
});

/** Sign-offs that were not withdrawn, the newest first, expired ones included. */
export async function listSignoffs(nowMs: number, database: Database = db()): Promise<ReadinessSignoff[]> {
  const rows = await database.read((client) =>
    client.readinessSignoff.findMany({
      where: { withdrawnAtMs: null },
      orderBy: [{ signedAtMs: 'desc' }, { id: 'desc' }],
      take: MAX_SIGNOFFS,
    }),
  );
  return rows.map((row) => toSignoff(row, nowMs));
}

function refuseUnfit({ item, expiresAtMs }: NewSignoff, nowMs: number): void {
  const refuse = (field: string, message: string) =>
    new AppError('bad_request', `${field}: ${message}.`, { fields: { [field]: message } });
  if (readinessItem(item) === null) throw refuse('item', 'there is no such item in the readiness lists');
  if (expiresAtMs <= nowMs) throw refuse('expiresAtMs', 'the day it ends must lie ahead');
  if (expiresAtMs > nowMs + MAX_SIGNOFF_DAYS * DAY_MS) {
    throw refuse('expiresAtMs', `a sign-off is good for ${MAX_SIGNOFF_DAYS} days at most`);
  }
}

/** Stores a sign-off; the same one sent again is the one that is there. Throws `bad_request` for no item or a bad day. */
export async function createSignoff(
  signoff: NewSignoff,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<ReadinessSignoff> {
  refuseUnfit(signoff, nowMs);
  return database.write(async (transaction) => {
    const present = await transaction.readinessSignoff.findUnique({ where: { id: signoff.id } });
    if (present !== null) {
      const same =
        present.item === signoff.item &&
        present.model === signoff.model &&
        present.reason === signoff.reason &&
        present.authorId === identity.id &&
        present.withdrawnAtMs === null;
      if (!same) throw new AppError('conflict', 'A sign-off with this id says something else, or was withdrawn.');
      return toSignoff(present, nowMs);
    }
    const row = await transaction.readinessSignoff.create({
      data: {
        id: signoff.id,
        item: signoff.item,
        model: signoff.model,
        reason: signoff.reason,
        authorId: identity.id,
        authorName: identity.name,
        signedAtMs: BigInt(nowMs),
        expiresAtMs: BigInt(signoff.expiresAtMs),
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'readiness.sign',
      subject: subjectOf(row.id),
      before: null,
      after: auditedOf(row),
      atMs: nowMs,
    });
    return toSignoff(row, nowMs);
  });
}

/** Withdraws a sign-off; doing it twice is no fault. Throws `not_found` for one that never was. */
export async function withdrawSignoff(
  { id }: { id: string },
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<void> {
  await database.write(async (transaction) => {
    const row = await transaction.readinessSignoff.findUnique({ where: { id } });
    if (row === null) throw new AppError('not_found', 'There is no such sign-off.');
    if (row.withdrawnAtMs !== null) return;
    const { count } = await transaction.readinessSignoff.updateMany({
      where: { id, withdrawnAtMs: null },
      data: { withdrawnAtMs: BigInt(nowMs), withdrawnByName: identity.name },
    });
    if (count === 0) return;
    await recordAudit(transaction, {
      actor: identity,
      action: 'readiness.withdraw',
      subject: subjectOf(id),
      before: auditedOf(row),
      after: null,
      atMs: nowMs,
    });
  });
}
