import 'server-only';
import { randomUUID } from 'node:crypto';
import type { PostmortemAction as ActionRow } from '@/generated/sqlite/client';
import type { NewPostmortemAction, NewReview, Postmortem, PostmortemActionEdit } from '@/lib/contracts/postmortem';
import { recordAudit } from '../audit/store';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { touchIncident } from '../incidents/append';
import { tellOthers } from '../incidents/declare';
import { storeStatus } from '../incidents/edit';
import { fromMs, statusOf } from '../incidents/row';
import { toAction } from './action-row';
import { textHashOf, toPostmortem } from './read';
import { type By, beginChange, reopenIfApproved } from './store';

/**
 * Judges exactly the text whose hash is named; another text by now is a conflict. An approval of a resolved incident
 * marks it reviewed. The same id again changes nothing.
 */
export async function addReview(
  review: NewReview,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Postmortem> {
  return database.write(async (transaction) => {
    const { incident } = await beginChange(transaction, review.incidentId, nowMs);
    const present = await transaction.postmortemReview.findUnique({ where: { id: review.id } });
    if (present !== null) {
      if (present.incidentId === incident.id && present.byId === identity.id)
        return toPostmortem(transaction, incident);
      throw new AppError('conflict', 'Another review has this id already. Send it once more with a new one.');
    }
    const textHash = await textHashOf(transaction, incident.id);
    if (textHash !== review.textHash) {
      throw new AppError('conflict', 'The text was changed while you read it. Read it again before you judge it.', {
        fields: { textHash },
      });
    }
    const authors = await transaction.postmortemSection.findMany({
      where: { incidentId: incident.id },
      distinct: ['authorId'],
      select: { authorId: true },
    });
    const approves = review.verdict === 'approve';
    if (approves && authors.length === 0) throw new AppError('bad_request', 'There is no text to approve yet.');
    const byOnlyAuthor = authors.length === 1 && authors[0]?.authorId === identity.id;
    await transaction.postmortemReview.create({
      data: {
        id: review.id,
        incidentId: incident.id,
        verdict: review.verdict,
        textHash,
        comment: review.comment,
        byId: identity.id,
        byName: identity.name,
        byOnlyAuthor,
        atMs: BigInt(nowMs),
      },
    });
    await transaction.postmortem.update({
      where: { incidentId: incident.id },
      data: { state: approves ? 'approved' : 'changes_requested', revision: { increment: 1 } },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'postmortem.review',
      subject: `incident:${incident.id}`,
      before: null,
      after: { verdict: review.verdict, textHash, comment: review.comment, byOnlyAuthor },
      atMs: nowMs,
    });
    const more = { verdict: review.verdict, textHash, by: identity.name };
    await tellOthers(transaction, incident, { type: 'postmortem.reviewed', key: `review:${review.id}`, nowMs, more });
    if (approves && statusOf(incident) === 'resolved') {
      const touched = await touchIncident(transaction, incident.id);
      const reason = `${identity.name} approved the postmortem.`;
      const change = { id: randomUUID(), status: 'reviewed' as const, atMs: nowMs, reason };
      await storeStatus(transaction, touched, change, { identity, nowMs });
    }
    return toPostmortem(transaction, incident);
  });
}

async function record(
  transaction: Transaction,
  change: { before: ActionRow | null; after: ActionRow } & By,
): Promise<void> {
  await recordAudit(transaction, {
    actor: change.identity,
    action: 'postmortem.action',
    subject: `incident:${change.after.incidentId}`,
    before: change.before === null ? null : toAction(change.before),
    after: toAction(change.after),
    atMs: change.nowMs,
  });
}

/** Adds an action. The same id again is the action that is there. */
export async function addAction(
  action: NewPostmortemAction,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Postmortem> {
  return database.write(async (transaction) => {
    const { incident } = await beginChange(transaction, action.incidentId, nowMs);
    const present = await transaction.postmortemAction.findUnique({ where: { id: action.id } });
    if (present !== null) {
      if (present.incidentId === incident.id) return toPostmortem(transaction, incident);
      throw new AppError('conflict', 'Another action has this id already. Send it once more with a new one.');
    }
    const after = await transaction.postmortemAction.create({
      data: {
        id: action.id,
        incidentId: incident.id,
        text: action.text,
        kind: action.kind,
        owner: action.owner,
        dueAtMs: fromMs(action.dueAtMs),
        state: 'open',
        link: action.link,
        probe: action.probe === null ? null : JSON.stringify(action.probe),
        createdAtMs: BigInt(nowMs),
      },
    });
    await reopenIfApproved(transaction, incident.id);
    await record(transaction, { before: null, after, identity, nowMs });
    return toPostmortem(transaction, incident);
  });
}

/** Changes an action that is still as its editor saw it. Closing one, or a new owner or date, leaves an approval as it is. */
export async function editAction(
  edit: PostmortemActionEdit,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<Postmortem> {
  return database.write(async (transaction) => {
    const { incident } = await beginChange(transaction, edit.incidentId, nowMs);
    const before = await transaction.postmortemAction.findUnique({ where: { id: edit.actionId } });
    if (before === null || before.incidentId !== incident.id)
      throw new AppError('not_found', 'There is no such action.');
    if (before.revision !== edit.revision) {
      throw new AppError('conflict', 'This action was changed in the meantime.', {
        fields: { text: before.text, state: before.state, revision: String(before.revision) },
      });
    }
    const state = edit.state ?? before.state;
    const judged = await textHashOf(transaction, incident.id);
    const probe = edit.probe === undefined ? before.probe : edit.probe === null ? null : JSON.stringify(edit.probe);
    const after = await transaction.postmortemAction.update({
      where: { id: before.id },
      data: {
        text: edit.text ?? before.text,
        kind: edit.kind ?? before.kind,
        owner: edit.owner === undefined ? before.owner : edit.owner,
        dueAtMs: edit.dueAtMs === undefined ? before.dueAtMs : fromMs(edit.dueAtMs),
        state,
        closedAtMs: state === 'open' ? null : (before.closedAtMs ?? BigInt(nowMs)),
        link: edit.link === undefined ? before.link : edit.link,
        revision: before.revision + 1,
        // What an earlier query said says nothing of another one.
        ...(probe === before.probe ? {} : { probe, checked: null, verifiedAtMs: null, evidenceId: null }),
      },
    });
    if ((await textHashOf(transaction, incident.id)) !== judged) await reopenIfApproved(transaction, incident.id);
    await record(transaction, { before, after, identity, nowMs });
    return toPostmortem(transaction, incident);
  });
}
