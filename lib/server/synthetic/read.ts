import 'server-only';
import type { NewSyntheticRun, SyntheticCheck, SyntheticChecks, SyntheticRun } from '@/lib/contracts/synthetic';
import { expectsText, isCheckOverdue } from '@/lib/domain/synthetic';
import { syntheticAnswer } from '@/lib/domain/synthetic-answer';
import type { Identity } from '../auth/identity';
import { wakeLoop } from '../background/loop';
import { getConfig } from '../config';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { type CheckedModel, checkedModels, hostOf, SYNTHETIC_LOOP } from './loop';
import { askForRun, lastScheduledMs, listRuns, toShown } from './store';

/** Runs in the strip of a model: two hours at one a minute. */
const STRIP_RUNS = 120;

/** Every check with its newest runs. */
export async function readChecks(
  identity: Identity,
  nowMs: number,
  database: Database = db(),
): Promise<SyntheticChecks> {
  const models = checkedModels(getConfig());
  const checks = await Promise.all(models.map((one) => readCheck(one, nowMs, database)));
  return {
    answer: syntheticAnswer(checks, nowMs),
    nowMs,
    checks,
    mayRun: identity.permissions.has('synthetic:run'),
  };
}

async function readCheck({ model, check }: CheckedModel, nowMs: number, database: Database): Promise<SyntheticCheck> {
  const [runs, [settled], [running], lastMs] = await Promise.all([
    listRuns({ model, take: STRIP_RUNS }, database),
    listRuns({ model, take: 1, settled: true }, database),
    listRuns({ model, take: 1, settled: false }, database),
    lastScheduledMs(model, database),
  ]);
  return {
    model,
    host: hostOf(check),
    intervalMs: check.intervalMs,
    waitMs: check.waitMs,
    expects: expectsText(check.expect),
    settled: settled === undefined ? null : toShown(settled),
    running: running === undefined ? null : toShown(running),
    overdue: isCheckOverdue(lastMs, check.intervalMs, nowMs),
    runs: runs
      .map(({ id, askedAtMs, outcome, answer }) => ({ id, askedAtMs, outcome, elapsedMs: answer?.elapsedMs ?? null }))
      .reverse(),
  };
}

/** Asks for a check of a model now. Throws `not_configured` for a model without one. */
export async function runNow(
  asked: NewSyntheticRun,
  who: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<SyntheticRun> {
  const found = checkedModels(getConfig()).find(({ model }) => model === asked.model);
  if (found === undefined) {
    throw new AppError(
      'not_configured',
      `${asked.model} has no check: name its endpoint under models[].synthetic in windsock.yaml.`,
    );
  }
  const run = await askForRun({ ...asked, host: hostOf(found.check) }, who, database);
  // Where another process is the prober, it sees the run within a second.
  wakeLoop(SYNTHETIC_LOOP);
  return run;
}
