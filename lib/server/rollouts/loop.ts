import 'server-only';
import { dueInstant, nextDueMs } from '@/lib/domain/guard';
import { HOUR_MS } from '@/lib/domain/time';
import { recordAudit } from '../audit/store';
import { LeaseLost } from '../background/lease';
import type { BackgroundLoop, LoopContext } from '../background/loop';
import { policyOf } from '../compare/read-compare';
import { type Config, getConfig } from '../config';
import { log } from '../log';
import { GUARD_ACTOR, GUARD_LOOP } from './act';
import { evaluateGuard, type Guarded } from './evaluate';
import { forgetEvaluations } from './store';

/** How often it looks whether something is due, milliseconds, when nothing says sooner. */
const EVERY_MS = 15_000;
const SOONEST_MS = 500;
const LEASE_TTL_MS = 30_000;
const FORGET_EVERY_MS = HOUR_MS;

/** The models whose guard is on, each with its policies. */
export const guardedModels = (config: Config): Guarded[] =>
  config.models
    .filter(({ policy }) => policy.guard.enabled)
    .map(({ name, policy }) => ({
      model: name,
      guard: policy.guard,
      policy: policyOf(config, name),
      publicUrl: config.server.publicUrl,
    }));

/** How long after an instant its scrapes have surely arrived, milliseconds. */
export const settleMsOf = (config: Config): number => config.sources.prometheus[0]?.scrapeIntervalMs ?? 0;

/**
 * Evaluates every guard at each instant of its grid, by one process of all that share the database. What is due is read
 * from what is stored, so that a restart goes on where the last process stopped; instants that were missed stay missed.
 */
export function guardLoop({
  config = getConfig,
  now = Date.now,
}: {
  config?: () => Config;
  now?: () => number;
} = {}): BackgroundLoop {
  let forgottenAtMs = Number.NEGATIVE_INFINITY;
  return {
    name: GUARD_LOOP,
    runs: 'one',
    intervalMs: EVERY_MS,
    leaseTtlMs: LEASE_TTL_MS,
    async run(context) {
      const current = config();
      const settleMs = settleMsOf(current);
      const models = guardedModels(current);
      let failure: unknown = null;
      for (const guarded of models) {
        if (context.signal.aborted) break;
        try {
          await evaluateDue(guarded, { context, settleMs, nowMs: now() });
        } catch (error) {
          if (context.signal.aborted || error instanceof LeaseLost) throw error;
          log.error({ model: guarded.model, err: error }, `The guard of ${guarded.model} could not be evaluated.`);
          // The guards of other models have their turn before the loop backs off.
          failure ??= error;
        }
      }
      if (failure !== null) throw failure;
      if (now() - forgottenAtMs >= FORGET_EVERY_MS) {
        await forget(context, now() - current.guard.keepEvaluationsMs, now());
        forgottenAtMs = now();
      }
      const dueMs = models.map(({ guard }) =>
        nextDueMs(dueInstant(now(), guard.intervalMs, settleMs), guard.intervalMs, settleMs),
      );
      const waitMs = Math.min(EVERY_MS, ...dueMs.map((atMs) => atMs - now()));
      return Math.max(SOONEST_MS, waitMs);
    },
  };
}

async function evaluateDue(
  guarded: Guarded,
  { context, settleMs, nowMs }: { context: LoopContext; settleMs: number; nowMs: number },
): Promise<void> {
  const atMs = dueInstant(nowMs, guarded.guard.intervalMs, settleMs);
  const { database, signal, guard } = context;
  const newer = await database.read((client) =>
    client.guardEvaluation.count({ where: { model: guarded.model, atMs: { gte: BigInt(atMs) } } }),
  );
  if (newer > 0) return;
  await evaluateGuard(guarded, atMs, { database, signal, fence: guard, nowMs });
}

async function forget({ database, guard }: LoopContext, beforeMs: number, nowMs: number): Promise<void> {
  await database.write(async (transaction) => {
    await guard(transaction);
    const count = await forgetEvaluations(transaction, beforeMs);
    if (count === 0) return;
    await recordAudit(transaction, {
      actor: GUARD_ACTOR,
      action: 'guard.retention',
      subject: 'guard:*',
      before: null,
      after: { removed: count, beforeMs },
      atMs: nowMs,
    });
  });
}
