import 'server-only';
import type { IncidentRole as RoleRow } from '@/generated/sqlite/client';
import { IncidentRole, type IncidentRoleEnd, type NewIncidentRole } from '@/lib/contracts/incident-role';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { touchIncident } from './append';
import { findIncident, rootOf } from './find';
import { toMs } from './row';

/** One person's turn at a role. `toMs` null: it goes on. Throws for a role that the contract does not name. */
export const toRole = (row: RoleRow): IncidentRole => ({
  id: row.id,
  role: IncidentRole.shape.role.parse(row.role),
  person: row.person,
  fromMs: Number(row.fromMs),
  toMs: toMs(row.toMs),
});

/** Gives a role to somebody; where only one can have it, the turn of the one before ends. The same id again changes nothing. */
export async function takeRole(
  role: NewIncidentRole,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<IncidentRole> {
  return database.write(async (transaction) => {
    const incident = await rootOf(transaction, await findIncident(transaction, role.incidentId));
    await touchIncident(transaction, incident.id);
    const present = await transaction.incidentRole.findUnique({ where: { id: role.id } });
    if (present !== null) {
      if (present.incidentId === incident.id && present.person === role.person) return toRole(present);
      throw new AppError('conflict', 'Another role has this id already. Send it once more with a new one.');
    }
    const fromMs = BigInt(role.fromMs ?? nowMs);
    const same = { incidentId: incident.id, role: role.role, toMs: null };
    const before = role.role === 'expert' ? [] : await transaction.incidentRole.findMany({ where: same });
    for (const held of before) {
      // Nobody's turn ends before it began, whatever the clocks say.
      const toMs = fromMs > held.fromMs ? fromMs : held.fromMs;
      await transaction.incidentRole.update({ where: { id: held.id }, data: { toMs } });
    }
    const row = await transaction.incidentRole.create({
      data: { id: role.id, incidentId: incident.id, role: role.role, person: role.person, fromMs },
    });
    await record(transaction, { before: before[0] ?? null, after: row, identity, nowMs });
    return toRole(row);
  });
}

/** Ends somebody's turn. Ended already: nothing happens. */
export async function endRole(
  end: IncidentRoleEnd,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<IncidentRole> {
  return database.write(async (transaction) => {
    const incident = await findIncident(transaction, end.incidentId);
    await touchIncident(transaction, incident.id);
    const before = await transaction.incidentRole.findUnique({ where: { id: end.roleId } });
    if (before === null) throw new AppError('not_found', 'There is no such role.');
    if (before.toMs !== null) return toRole(before);
    const toMs = BigInt(end.toMs ?? nowMs);
    if (toMs < before.fromMs) throw new AppError('bad_request', 'toMs: a turn cannot end before it began.');
    const after = await transaction.incidentRole.update({ where: { id: before.id }, data: { toMs } });
    await record(transaction, { before, after, identity, nowMs });
    return toRole(after);
  });
}

async function record(
  transaction: Transaction,
  change: { before: RoleRow | null; after: RoleRow; identity: Identity; nowMs: number },
): Promise<void> {
  await recordAudit(transaction, {
    actor: change.identity,
    action: 'incident.role',
    subject: `incident:${change.after.incidentId}`,
    before: change.before === null ? null : toRole(change.before),
    after: toRole(change.after),
    atMs: change.nowMs,
  });
}
