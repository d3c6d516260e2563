import 'server-only';
import { randomUUID } from 'node:crypto';
import { isCheckDue } from '@/lib/domain/synthetic';
import { HOUR_MS, MINUTE_MS } from '@/lib/domain/time';
import { LeaseLost } from '../background/lease';
import type { BackgroundLoop, LoopContext } from '../background/loop';
import { type Config, getConfig } from '../config';
import type { SyntheticConfig } from '../config/synthetic';
import { log } from '../log';
import { followRun, type Prober, waitFor } from './follow';
import {
  createRun,
  forgetRuns,
  lastScheduledMs,
  listRunning,
  MAX_RUNNING,
  newRun,
  type StoredRun,
  saveRun,
} from './store';

export const SYNTHETIC_LOOP = 'synthetic-checks';

/** How often it looks whether a check is due or was asked for, milliseconds. */
const EVERY_MS = 1_000;
/** The same where no model has a check: only a restart brings one. */
const IDLE_MS = MINUTE_MS;
const LEASE_TTL_MS = 15_000;
const FORGET_EVERY_MS = HOUR_MS;

export interface CheckedModel {
  model: string;
  check: SyntheticConfig;
}

/** The models that are checked. */
export const checkedModels = (config: Config): CheckedModel[] =>
  config.models.flatMap(({ name, synthetic }) => (synthetic === null ? [] : [{ model: name, check: synthetic }]));

/**
 * Host and port that a check is sent to: all the browser may see of its address, whose path or query may hold a key.
 */
export const hostOf = ({ url }: SyntheticConfig): string => new URL(url).host;

/**
 * Sends every check on time, and follows each through the telemetry, by one process of all that share the database. A
 * run is stored before it is sent; the next process goes on looking for what the last one sent.
 */
export function syntheticLoop({
  config = getConfig,
  now = Date.now,
  clock = () => performance.now(),
  wait = waitFor,
  everyMs = EVERY_MS,
  leaseTtlMs = LEASE_TTL_MS,
}: {
  config?: () => Config;
  now?: () => number;
  clock?: Prober['clock'];
  wait?: Prober['wait'];
  everyMs?: number;
  leaseTtlMs?: number;
} = {}): BackgroundLoop {
  const followed = new Set<string>();
  let forgottenAtMs = Number.NEGATIVE_INFINITY;

  const follow = (run: StoredRun, check: SyntheticConfig, context: LoopContext): void => {
    if (followed.has(run.id)) return;
    followed.add(run.id);
    const { database, guard, signal } = context;
    followRun(run, check, { config, now, clock, wait, database, guard, signal })
      .catch((error: unknown) => {
        // Whoever holds the lease next goes on with it.
        if (signal.aborted || error instanceof LeaseLost) return;
        log.error({ model: run.model, run: run.id, err: error }, `A check of ${run.model} could not be followed.`);
      })
      .finally(() => followed.delete(run.id));
  };

  return {
    name: SYNTHETIC_LOOP,
    runs: 'one',
    intervalMs: everyMs,
    leaseTtlMs,
    async run(context) {
      const models = checkedModels(config());
      const running = await listRunning(context.database);
      if (models.length === 0 && running.length === 0) return IDLE_MS;
      for (const run of running) {
        const check = models.find(({ model }) => model === run.model)?.check;
        if (check === undefined) await giveUp(run, now(), context);
        else follow(run, check, context);
      }
      for (const { model, check } of models) {
        if (running.filter((run) => run.model === model).length >= MAX_RUNNING) continue;
        const nowMs = Math.round(now());
        if (!isCheckDue(await lastScheduledMs(model, context.database), check.intervalMs, nowMs)) continue;
        const host = hostOf(check);
        const run = newRun({ id: randomUUID(), model, origin: 'schedule', askedByName: null, askedAtMs: nowMs, host });
        await context.database.write(async (transaction) => {
          await context.guard(transaction);
          await createRun(transaction, run);
        });
        follow(run, check, context);
      }
      if (now() - forgottenAtMs >= FORGET_EVERY_MS) {
        await context.database.write(async (transaction) => {
          await context.guard(transaction);
          await forgetRuns(
            transaction,
            models.map(({ model }) => model),
            Math.round(now()),
          );
        });
        forgottenAtMs = now();
      }
      return everyMs;
    },
  };
}

/** Ends a run whose check is configured no more. */
async function giveUp(run: StoredRun, nowMs: number, { database, guard }: LoopContext): Promise<void> {
  const signals = run.signals.map((one) =>
    one.state === 'waiting'
      ? { ...one, state: 'unknown' as const, detail: 'The check was taken out of the configuration meanwhile.' }
      : one,
  );
  await database.write(async (transaction) => {
    await guard(transaction);
    await saveRun(transaction, { ...run, signals, settledAtMs: Math.round(nowMs), outcome: 'unknown' });
  });
}
