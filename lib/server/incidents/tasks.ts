import 'server-only';
import type { IncidentTask as TaskRow } from '@/generated/sqlite/client';
import { IncidentTask, type IncidentTaskEdit, type NewIncidentTask } from '@/lib/contracts/incident-task';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { touchIncident } from './append';
import { findIncident, rootOf } from './find';
import { fromMs, toMs } from './row';

/** A task with times in unix milliseconds. `dueAtMs` null: no date is set; `closedAtMs` null: it is open. */
export const toTask = (row: TaskRow): IncidentTask => ({
  id: row.id,
  text: row.text,
  owner: row.owner,
  dueAtMs: toMs(row.dueAtMs),
  state: IncidentTask.shape.state.parse(row.state),
  createdAtMs: Number(row.createdAtMs),
  createdBy: { id: row.createdById, name: row.createdByName },
  closedAtMs: toMs(row.closedAtMs),
  revision: row.revision,
});

/** Adds a task. The same id again is the task that is there. */
export async function addTask(
  task: NewIncidentTask,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<IncidentTask> {
  return database.write(async (transaction) => {
    const incident = await rootOf(transaction, await findIncident(transaction, task.incidentId));
    const present = await transaction.incidentTask.findUnique({ where: { id: task.id } });
    if (present !== null) {
      if (present.incidentId === incident.id && present.createdById === identity.id) return toTask(present);
      throw new AppError('conflict', 'Another task has this id already. Send it once more with a new one.');
    }
    await touchIncident(transaction, incident.id);
    const row = await transaction.incidentTask.create({
      data: {
        id: task.id,
        incidentId: incident.id,
        text: task.text,
        owner: task.owner,
        dueAtMs: fromMs(task.dueAtMs),
        state: 'open',
        createdAtMs: BigInt(nowMs),
        createdById: identity.id,
        createdByName: identity.name,
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.task',
      subject: `incident:${incident.id}`,
      before: null,
      after: toTask(row),
      atMs: nowMs,
    });
    return toTask(row);
  });
}

/** Changes a task that is still as its editor saw it. */
export async function editTask(
  edit: IncidentTaskEdit,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<IncidentTask> {
  return database.write(async (transaction) => {
    const before = await transaction.incidentTask.findUnique({ where: { id: edit.taskId } });
    if (before === null) throw new AppError('not_found', 'There is no such task.');
    await touchIncident(transaction, before.incidentId);
    const state = edit.state ?? before.state;
    const { count } = await transaction.incidentTask.updateMany({
      where: { id: before.id, revision: edit.revision },
      data: {
        text: edit.text ?? before.text,
        owner: edit.owner === undefined ? before.owner : edit.owner,
        dueAtMs: edit.dueAtMs === undefined ? before.dueAtMs : fromMs(edit.dueAtMs),
        state,
        closedAtMs: state === 'open' ? null : (before.closedAtMs ?? BigInt(nowMs)),
        revision: edit.revision + 1,
      },
    });
    const after = await transaction.incidentTask.findUnique({ where: { id: before.id } });
    if (after === null) throw new AppError('not_found', 'There is no such task.');
    if (count === 0) {
      throw new AppError('conflict', 'This task was changed in the meantime.', {
        fields: { text: after.text, state: after.state, revision: String(after.revision) },
      });
    }
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.task',
      subject: `incident:${after.incidentId}`,
      before: toTask(before),
      after: toTask(after),
      atMs: nowMs,
    });
    return toTask(after);
  });
}
