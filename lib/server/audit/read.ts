import 'server-only';
import type { AuditEntry as EntryRow } from '@/generated/sqlite/client';
import {
  AUDIT_PAGE,
  type AuditEntry,
  type AuditPage,
  type AuditParams,
  type AuditVerification,
} from '@/lib/contracts/audit';
import { getConfig } from '../config';
import { type Database, db } from '../db';
import { processWide } from '../process-wide';
import { checkpointFile, readCheckpoints } from './checkpoints';
import { isErased, verifyChain } from './verify';

function toEntry(row: EntryRow): AuditEntry {
  const actorErased = row.actorCommitment !== null && row.actorSalt === null;
  return {
    id: row.id,
    sequence: row.sequence,
    atMs: Number(row.atMs),
    actor: actorErased ? null : { id: row.actorId, name: row.actorName },
    action: row.action,
    subject: row.subject,
    before: row.before,
    after: row.after,
    isErased: isErased({ ...row, actorCommitment: null }),
    hash: row.hash,
  };
}

/** Entries of the audit, newest first, by pages. */
export async function listAudit(params: AuditParams, database: Database = db()): Promise<AuditPage> {
  const { before, action, subject, actor } = params;
  const where = {
    sequence: before === undefined ? { not: null } : { lt: before },
    ...(action === undefined ? {} : { action: action.includes('.') ? action : { startsWith: `${action}.` } }),
    ...(subject === undefined ? {} : { subject: subject.endsWith(':') ? { startsWith: subject } : subject }),
    ...(actor === undefined ? {} : { actorId: actor }),
  };
  return database.read(async (client) => {
    const rows = await client.auditEntry.findMany({ where, orderBy: { sequence: 'desc' }, take: AUDIT_PAGE + 1 });
    const actions = await client.auditEntry.groupBy({ by: ['action'], orderBy: { action: 'asc' } });
    const kept = rows.slice(0, AUDIT_PAGE);
    return {
      entries: kept.map(toEntry),
      next: rows.length > AUDIT_PAGE ? (kept.at(-1)?.sequence ?? null) : null,
      actions: actions.map((group) => group.action),
    };
  });
}

/** How long an answer stands in for the next asking, milliseconds: a walk over a long chain takes seconds. */
const FRESH_MS = 15_000;

/** Whether the chain holds, as walked at most 15 s ago. Many who ask at once wait for one walk. */
export async function auditVerification(nowMs: number, database: Database = db()): Promise<AuditVerification> {
  const walks = processWide(
    'audit-walks',
    () => new Map<string, { atMs: number; answer: Promise<AuditVerification> }>(),
  );
  const file = checkpointFile(getConfig());
  const known = walks.get(file);
  if (known !== undefined && nowMs - known.atMs < FRESH_MS && nowMs >= known.atMs) return known.answer;
  const answer = readCheckpoints(file).then((checkpoints) =>
    verifyChain(database, { checkpoints, checkpointFile: file, nowMs }),
  );
  walks.set(file, { atMs: nowMs, answer });
  // A walk that failed is no answer to the next one who asks.
  answer.catch(() => walks.delete(file));
  return answer;
}
