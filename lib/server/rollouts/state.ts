import 'server-only';
import type { GuardMode, GuardState, GuardStates, GuardSwitch } from '@/lib/contracts/rollout';
import { nextDueMs } from '@/lib/domain/guard';
import { guardAnswer } from '@/lib/domain/guard-answer';
import { type Config, getConfig } from '../config';
import { DEFAULT_POLICY } from '../config/parse';
import { type Database, db } from '../db';
import { modelConfigOf } from '../telemetry';
import { settleMsOf } from './loop';
import { EVERY_MODEL, lastAction, listEvaluations, scopeOf, toSwitch } from './store';

/** Evaluations a state carries: enough for a strip, without the cost of a page. */
const RECENT = 24;

/** The switch of every model; null: never moved. */
async function readSwitch(
  scope: string,
  database: Database,
): Promise<{ shown: GuardSwitch; rearmedAtMs: number | null } | null> {
  const row = await database.read((client) => client.guardSwitch.findUnique({ where: { scope } }));
  if (row === null) return null;
  return { shown: toSwitch(row), rearmedAtMs: row.rearmedAtMs === null ? null : Number(row.rearmedAtMs) };
}

/** What a guard may do now, by its configuration and the switches. */
export const modeOf = (policy: { enabled: boolean; armed: boolean }, killed: boolean): GuardMode =>
  !policy.enabled ? 'off' : killed ? 'killed' : policy.armed ? 'armed' : 'dry-run';

/** One model's guard as it stands; `off` for a model the configuration does not name. */
export async function guardState(
  model: string,
  { nowMs, database = db(), config = getConfig() }: { nowMs: number; database?: Database; config?: Config },
): Promise<GuardState> {
  const policy = modelConfigOf(config, model)?.policy.guard ?? DEFAULT_POLICY.guard;
  const [everyone, own, { evaluations }, action] = await Promise.all([
    readSwitch(EVERY_MODEL, database),
    readSwitch(scopeOf(model), database),
    listEvaluations({ model, limit: RECENT }, database),
    lastAction(model, database),
  ]);
  const thrown = [everyone, own].find((one) => one?.shown.killed)?.shown ?? null;
  const mode = modeOf(policy, thrown !== null);
  const newest = evaluations[0] ?? null;
  const settleMs = settleMsOf(config);
  const dueMs = newest === null ? nowMs : nextDueMs(newest.atMs, policy.intervalMs, settleMs);
  return {
    model,
    mode,
    policy: { ...policy, webhooks: [...policy.webhooks] },
    answer: guardAnswer({ model, mode, policy, newest, thrown, action, nowMs }),
    ownSwitch: own?.shown ?? null,
    run: newest?.run ?? 0,
    nextDueMs: mode === 'off' ? null : Math.max(dueMs, nowMs),
    evaluations,
    lastAction: action,
    rearmedAtMs: own?.rearmedAtMs ?? null,
  };
}

/** Every guard that the configuration switches on. */
export async function guardStates({
  nowMs,
  database = db(),
}: {
  nowMs: number;
  database?: Database;
}): Promise<GuardStates> {
  const config = getConfig();
  const guarded = config.models.filter(({ policy }) => policy.guard.enabled);
  const [everyone, guards] = await Promise.all([
    readSwitch(EVERY_MODEL, database),
    Promise.all(guarded.map(({ name }) => guardState(name, { nowMs, database, config }))),
  ]);
  return { globalSwitch: everyone?.shown ?? null, guards, publicUrl: config.server.publicUrl };
}
