import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SyntheticSignal } from '@/lib/contracts/synthetic';
import { lookPauseMs, outcomeOf } from '@/lib/domain/synthetic';
import type { HeldLease } from '../background/lease';
import type { Config } from '../config';
import type { SyntheticConfig } from '../config/synthetic';
import type { Database } from '../db';
import { AppError } from '../errors';
import { isLookedFor, lookFor } from './look';
import { sendCheck } from './send';
import { type StoredRun, saveRun } from './store';

export interface Prober {
  config: () => Config;
  now: () => number;
  /** What answers are timed with, milliseconds; never set back. */
  clock: () => number;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  database: Database;
  guard: HeldLease['guard'];
  signal: AbortSignal;
}

/** Pauses in real time. */
export const waitFor: Prober['wait'] = async (ms, signal) => {
  await sleep(ms, undefined, { signal, ref: false });
};

/**
 * Takes a run from where it stands to its end: sends it unless it was sent, then looks for what it left until all of it
 * is found or the wait is over. Every step is stored before the next, so that another process can go on with it; what
 * was sent is never sent again. Throws LeaseLost, and the signal's reason.
 */
export async function followRun(stored: StoredRun, check: SyntheticConfig, prober: Prober): Promise<void> {
  const { database, guard, signal, now } = prober;
  let run = stored;
  const save = async (changed: StoredRun): Promise<void> => {
    await database.write(async (transaction) => {
      await guard(transaction);
      await saveRun(transaction, changed);
    });
    run = changed;
  };
  if (run.sentAtMs === null) {
    // First that it is sent, then the sending: a process that dies in between must not make two requests of one check.
    await save({ ...run, sentAtMs: Math.round(now()) });
    const answer = await sendCheck(check, run, signal, prober.clock);
    await save(answered(run, answer, prober.config()));
  } else if (run.answer === null) {
    const reason = 'The console stopped while it waited for the answer.';
    await save(answered(run, { state: 'lost', status: null, elapsedMs: null, reason, text: null }, prober.config()));
  }
  const sentAtMs = run.sentAtMs ?? now();
  const endMs = sentAtMs + (run.answer?.elapsedMs ?? 0) + check.waitMs;
  for (;;) {
    const waiting = run.signals.filter(({ state }) => state === 'waiting');
    if (waiting.length === 0) break;
    const isLast = now() >= endMs;
    const signals = await Promise.all(
      run.signals.map((one) => (one.state === 'waiting' ? lookOnce(one, { run, sentAtMs, isLast }, prober) : one)),
    );
    await save({ ...run, signals });
    if (signals.every(({ state }) => state !== 'waiting')) break;
    const pauseMs = Math.min(
      ...signals.filter(({ state }) => state === 'waiting').map(({ looks }) => lookPauseMs(looks)),
    );
    await prober.wait(Math.max(1, Math.min(pauseMs, endMs - now())), signal);
  }
  await save({ ...run, settledAtMs: Math.round(now()), outcome: outcomeOf(run.answer, run.signals) });
}

/** A run with its answer; where no request arrived, or no source would hold it, nothing is looked for. */
function answered(run: StoredRun, answer: NonNullable<StoredRun['answer']>, config: Config): StoredRun {
  const signals = run.signals.map((one): SyntheticSignal => {
    if (answer.state === 'unreachable') return { ...one, state: 'off', detail: 'Not looked for: no request arrived.' };
    if (!isLookedFor(config, one.signal)) return { ...one, state: 'off', detail: 'No source for it is configured.' };
    return one;
  });
  return { ...run, answer, signals };
}

async function lookOnce(
  one: SyntheticSignal,
  { run, sentAtMs, isLast }: { run: StoredRun; sentAtMs: number; isLast: boolean },
  prober: Prober,
): Promise<SyntheticSignal> {
  const nowMs = Math.round(prober.now());
  const looks = one.looks + 1;
  const afterMs = () => Math.max(0, Math.round(prober.now() - sentAtMs));
  const answeredAtMs = sentAtMs + (run.answer?.elapsedMs ?? 0);
  try {
    const what = { ...run, sentAtMs, answeredAtMs, nowMs, isGoodAnswer: run.answer?.state === 'ok' };
    const { seen, detail, why } = await lookFor(prober.config(), one.signal, what, prober.signal);
    if (seen) return { ...one, looks, state: 'seen', seenAfterMs: afterMs(), detail, why };
    // As of the asking: while the answer was on its way it may have appeared.
    return { ...one, looks, state: isLast ? 'missing' : 'waiting', notBeforeMs: nowMs - sentAtMs, detail, why };
  } catch (error) {
    if (prober.signal.aborted || !(error instanceof AppError)) throw error;
    return { ...one, looks, state: isLast ? 'unknown' : 'waiting', detail: error.message, why: [] };
  }
}
