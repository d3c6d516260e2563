import 'server-only';
import type { GuardSwitch as SwitchRow } from '@/generated/sqlite/client';
import type { GuardRearm, KillSwitchChange } from '@/lib/contracts/rollout';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { GUARD_LOOP, withdraw } from './act';
import { EVERY_MODEL, scopeOf, toSwitch } from './store';

interface Who {
  identity: Pick<Identity, 'id' | 'name'>;
  nowMs: number;
}

/** The switches that bear on a model. */
export interface Switches {
  killed: boolean;
  /** How often somebody made the guard ready again; part of what makes an action the same one. */
  rearms: number;
}

const auditedOf = ({ killed, reason, rearms }: SwitchRow): object => ({ killed, reason, rearms });

/** The state of a model's switches; of those never moved, not killed. */
export async function readSwitches(client: Pick<Transaction, 'guardSwitch'>, model: string): Promise<Switches> {
  const rows = await client.guardSwitch.findMany({ where: { scope: { in: [EVERY_MODEL, scopeOf(model)] } } });
  return {
    killed: rows.some(({ killed }) => killed),
    rearms: rows.find(({ scope }) => scope === scopeOf(model))?.rearms ?? 0,
  };
}

/** Throws a kill switch, which takes back what is not delivered yet, or takes it back. Throws `conflict` when somebody moved it since it was on screen. */
export async function moveSwitch(
  { model, killed, reason, revision }: KillSwitchChange,
  who: Who,
  database: Database = db(),
): Promise<void> {
  await database.write(async (transaction) => {
    // An evaluation holds this row from its first statement to its commit: one that began before is waited for, so that
    // what it asked for is taken back below; one that comes after reads the switch as it stands then.
    await transaction.lease.updateMany({ where: { name: GUARD_LOOP }, data: { name: GUARD_LOOP } });
    await change(transaction, { scope: scopeOf(model), revision }, who, {
      action: killed ? 'guard.kill' : 'guard.release',
      reason,
      edit: () => ({ killed }),
    });
    if (!killed) return;
    const told = `Not sent any more: ${who.identity.name} threw the kill switch.`;
    await withdraw(transaction, { model, reason: told }, who.nowMs);
  });
}

/** Lets a guard act once more on the same two versions. Throws `conflict` when its switch was moved since. */
export async function rearm(
  { model, reason, revision }: GuardRearm,
  who: Who,
  database: Database = db(),
): Promise<void> {
  await database.write((transaction) =>
    change(transaction, { scope: scopeOf(model), revision }, who, {
      action: 'guard.rearm',
      reason,
      edit: (row) => ({ rearms: (row?.rearms ?? 0) + 1, rearmedAtMs: BigInt(who.nowMs) }),
    }),
  );
}

async function change(
  transaction: Transaction,
  { scope, revision }: { scope: string; revision: number },
  { identity, nowMs }: Who,
  {
    action,
    reason,
    edit,
  }: {
    action: 'guard.kill' | 'guard.release' | 'guard.rearm';
    reason: string;
    edit: (row: SwitchRow | null) => { killed?: boolean; rearms?: number; rearmedAtMs?: bigint };
  },
): Promise<void> {
  const before = await transaction.guardSwitch.findUnique({ where: { scope } });
  if ((before?.revision ?? 0) !== revision) throw moved(before);
  const data = { ...edit(before), reason, atMs: BigInt(nowMs), actorId: identity.id, actorName: identity.name };
  if (before === null) await transaction.guardSwitch.create({ data: { scope, killed: false, ...data } });
  else {
    const where = { scope, revision };
    const { count } = await transaction.guardSwitch.updateMany({ where, data: { ...data, revision: revision + 1 } });
    // Between the two, PostgreSQL lets others write.
    if (count !== 1) throw moved(await transaction.guardSwitch.findUnique({ where: { scope } }));
  }
  const after = await transaction.guardSwitch.findUniqueOrThrow({ where: { scope } });
  await recordAudit(transaction, {
    actor: identity,
    action,
    subject: scope === EVERY_MODEL ? 'guard:*' : `guard:${scope.slice('model:'.length)}`,
    before: before === null ? null : auditedOf(before),
    after: auditedOf(after),
    atMs: nowMs,
  });
}

function moved(row: SwitchRow | null): AppError {
  const now = row === null ? null : toSwitch(row);
  const state = now === null ? 'was never moved' : `is ${now.killed ? 'thrown' : 'not thrown'} now, by ${now.by}`;
  return new AppError(
    'conflict',
    `Somebody moved this switch in the meantime: it ${state}. Look again before you do.`,
    {
      fields: { revision: String(now?.revision ?? 0) },
    },
  );
}
