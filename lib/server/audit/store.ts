import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Identity } from '../auth/identity';
import type { Transaction } from '../db';
import { nextLink } from './chain';

/** Everything that is recorded: noun, dot, verb. */
export type AuditAction =
  | 'note.create'
  | 'note.edit'
  | 'note.remove'
  | 'request.replay'
  | 'synthetic.run'
  | 'guard.evaluate'
  | 'guard.dry-run'
  | 'guard.act'
  | 'guard.kill'
  | 'guard.release'
  | 'guard.rearm'
  | 'guard.retention'
  | 'evidence.create'
  | 'incident.declare'
  | 'incident.edit'
  | 'incident.status'
  | 'incident.entry'
  | 'incident.role'
  | 'incident.task'
  | 'incident.link'
  | 'incident.unlink'
  | 'incident.alerts'
  | 'incident.context'
  | 'checklist.begin'
  | 'checklist.answer'
  | 'postmortem.edit'
  | 'postmortem.section'
  | 'postmortem.review'
  | 'postmortem.action'
  | 'alert.deliver'
  | 'alert.replay'
  | 'silence.create'
  | 'silence.change'
  | 'silence.end'
  | 'audit.erase'
  | 'webhook.replay'
  | 'baseline.create'
  | 'baseline.remove'
  | 'readiness.sign'
  | 'readiness.withdraw'
  | 'investigation.create'
  | 'investigation.edit'
  | 'investigation.cell'
  | 'investigation.attach';

export interface AuditRecord {
  actor: Pick<Identity, 'id' | 'name'>;
  /** What was done: noun, dot, verb. */
  action: AuditAction;
  /** What it was done to: noun, colon, id. */
  subject: string;
  /** The state before and after; null where there was nothing. */
  before: object | null;
  after: object | null;
  atMs: number;
}

/**
 * Writes who did what, in the transaction of the change itself: there is no change without its row and no row without
 * its change. The entry takes its place in the chain, which locks the chain until the transaction ends: call it late.
 * `subject` is hashed and never erased, so it holds an id and never a name or a text.
 */
export async function recordAudit(transaction: Transaction, record: AuditRecord): Promise<void> {
  const entry = {
    id: randomUUID(),
    atMs: BigInt(record.atMs),
    actorId: storable(record.actor.id),
    actorName: storable(record.actor.name),
    action: record.action,
    subject: storable(record.subject),
    before: record.before === null ? null : storable(JSON.stringify(record.before)),
    after: record.after === null ? null : storable(JSON.stringify(record.after)),
  };
  await transaction.auditEntry.create({ data: { ...entry, ...(await nextLink(transaction, entry)) } });
}

/** What is hashed must be what the database gives back: it stores no half of a surrogate pair, PostgreSQL no character 0. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

/** Whether an action was ever recorded of a subject. */
export async function hasHappened(
  transaction: Transaction,
  { action, subject }: Pick<AuditRecord, 'action' | 'subject'>,
): Promise<boolean> {
  return (await transaction.auditEntry.count({ where: { action, subject } })) > 0;
}
