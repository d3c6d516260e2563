import 'server-only';
import { setImmediate as breathe } from 'node:timers/promises';
import type { CompareResult, VerdictKind } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import type { GuardPolicy } from '@/lib/contracts/rollout';
import {
  type BacktestLine,
  type BacktestParams,
  type BacktestStep,
  MAX_BACKTEST_STEPS,
} from '@/lib/contracts/rollout-backtest';
import { judge, withWhatIf } from '@/lib/domain/compare';
import { formatDuration } from '@/lib/domain/format';
import { decideGuard, type GuardMemory, lookOf } from '@/lib/domain/guard';
import { MINUTE_MS } from '@/lib/domain/time';
import { Parts } from '../compare/parts';
import { policyOf } from '../compare/read-compare';
import { LOOK_BACK_MS } from '../compare/window';
import { getConfig } from '../config';
import { DEFAULT_POLICY } from '../config/parse';
import { AppError } from '../errors';
import { openModelPanel } from '../fleet/model-panel';
import { modelConfigOf } from '../telemetry';
import { readBacktestCells } from './backtest-cells';
import { durationsOf } from './backtest-durations';
import { cumulator } from './cumulate';
import { guardSidesOf, readSidesInputs } from './read-inputs';

/** Instants that are read once more as the guard reads them, at most: those that decide. */
const MAX_EXACT = 40;

interface Context {
  signal: AbortSignal;
  nowMs: number;
}

/** What a backtest runs under: as configured, or edited. */
export interface BacktestPlan {
  guard: GuardPolicy;
  policy: ComparePolicy;
}

/** The policies of a backtest. Throws `bad_request` where it would take too many evaluations. */
export function planOf({ model, startMs, endMs, intervalMinutes, violations, ...edit }: BacktestParams): BacktestPlan {
  const config = getConfig();
  const configured = modelConfigOf(config, model)?.policy.guard ?? DEFAULT_POLICY.guard;
  const intervalMs = intervalMinutes === undefined ? configured.intervalMs : intervalMinutes * MINUTE_MS;
  if ((endMs - startMs) / intervalMs > MAX_BACKTEST_STEPS) {
    const shortest = Math.ceil((endMs - startMs) / MAX_BACKTEST_STEPS / MINUTE_MS);
    throw new AppError(
      'bad_request',
      `That would be more than ${MAX_BACKTEST_STEPS} evaluations. Take an interval of at least ${shortest} min.`,
      {
        fields: { intervalMinutes: `at least ${shortest}` },
      },
    );
  }
  return {
    guard: { ...configured, intervalMs, violations: violations ?? configured.violations, armed: true },
    policy: withWhatIf(policyOf(config, model), edit),
  };
}

/**
 * Runs a guard over past hours. Counts are read once and added up; while the guard has not fired, what they say is a
 * roll back is read again exactly as the guard reads it, so that the instant it fires at is the one it would have fired at.
 */
export async function runBacktest(
  params: BacktestParams,
  { guard, policy }: BacktestPlan,
  tell: (line: BacktestLine) => void,
  context: Context,
): Promise<void> {
  const { model } = params;
  const { signal } = context;
  const endMs = Math.floor(Math.min(params.endMs, context.nowMs) / guard.intervalMs) * guard.intervalMs;
  const asked = { model, atMs: endMs, champion: params.champion, challenger: params.challenger };
  const sides = await guardSidesOf(asked, async () => null, context);
  const { champion, challenger, startMs: windowStartMs } = sides;
  if (champion === null || challenger === null) {
    throw new AppError(
      'bad_request',
      `${model} has no two versions before the end of this range: there is nothing to compare.`,
    );
  }
  const firstMs = Math.floor(Math.max(params.startMs, windowStartMs) / guard.intervalMs + 1) * guard.intervalMs;
  const count = Math.max(0, Math.floor((endMs - firstMs) / guard.intervalMs) + 1);
  if (count === 0) {
    throw new AppError(
      'bad_request',
      `The two versions were not compared in this range: their window begins at its end or later.`,
    );
  }
  tell({
    type: 'begin',
    champion,
    challenger,
    windowStartMs,
    intervalMs: guard.intervalMs,
    violations: guard.violations,
    policy,
    steps: count,
  });
  const panel = await openModelPanel({ model, startMs: Math.max(0, endMs - LOOK_BACK_MS), endMs }, context);
  const read = await readBacktestCells(panel, { model, champion, challenger, startMs: windowStartMs, endMs }, signal);
  const roleOf = (version: string) => panel.versions.find((one) => one.version === version)?.role ?? ('other' as const);
  const durations = durationsOf(
    { parts: new Parts(panel.gather, signal), spanMs: endMs - firstMs, intervalMs: guard.intervalMs },
    signal,
  );
  const inputsAt = cumulator(read, {
    model,
    startMs: windowStartMs,
    champion: { version: champion, role: roleOf(champion) },
    challenger: { version: challenger, role: roleOf(challenger) },
  });

  let memory: GuardMemory | null = null;
  let firedAtMs: number | null = null;
  let exact = 0;
  const verdicts: Record<VerdictKind, number> = {
    'in-doubt': 0,
    'not-enough-data': 0,
    'roll-back': 0,
    promote: 0,
    wait: 0,
  };
  for (let done = 0; done < count; done += 1) {
    signal.throwIfAborted();
    await breathe();
    const atMs = firstMs + done * guard.intervalMs;
    let inputs: CompareInputs = inputsAt(atMs);
    let result = judge(inputs, policy);
    let from: BacktestStep['from'] = 'cells';
    if (waitsForP95(result)) {
      inputs = { ...inputs, exactP95: await durations.at(inputs) };
      result = judge(inputs, policy);
    }
    if (result.verdict.kind === 'roll-back' && firedAtMs === null && exact < MAX_EXACT) {
      exact += 1;
      inputs = await readSidesInputs({ model, atMs, sides }, context);
      result = judge(inputs, policy);
      from = 'exact';
    }
    const look = lookOf(inputs, result.verdict.kind);
    const outcome = decideGuard(memory, look, guard, {
      killed: false,
      hasActed: firedAtMs !== null,
      lastActionAtMs: null,
    });
    if (outcome.decision === 'act') firedAtMs = atMs;
    memory = { ...look, run: outcome.run, countedDataEndMs: outcome.countedDataEndMs };
    verdicts[result.verdict.kind] += 1;
    const reason = result.verdict.reasons.find(({ decides }) => decides)?.text ?? '';
    const step = { atMs, verdict: result.verdict.kind, decision: outcome.decision, run: outcome.run, reason, from };
    tell({ type: 'step', done: done + 1, of: count, step });
  }
  tell({
    type: 'result',
    firedAtMs,
    firedAfterMs: firedAtMs === null ? null : firedAtMs - windowStartMs,
    verdicts,
    sentence: sentenceOf({ challenger, firedAtMs, windowStartMs, violations: guard.violations, verdicts, count }),
    notes: [
      ...notesOf({ stepMs: read.cells.stepMs, intervalMs: guard.intervalMs, exact }),
      ...durations.notes(),
      'Stage times, outputs, tokens and cost are not measured here: no policy limits them, so they decide nothing.',
    ],
  });
}

/** Whether the verdict hangs on a P95 that the buckets cannot tell; elsewhere exact durations would change nothing. */
const waitsForP95 = ({ verdict, measures }: CompareResult): boolean =>
  verdict.kind === 'wait' && measures.some(({ id, state }) => id === 'p95' && state === 'bucket-too-wide');

function sentenceOf(found: {
  challenger: string;
  firedAtMs: number | null;
  windowStartMs: number;
  violations: number;
  verdicts: Record<VerdictKind, number>;
  count: number;
}): string {
  const { challenger, firedAtMs, windowStartMs, violations, verdicts, count } = found;
  if (firedAtMs !== null) {
    return `The guard would have rolled ${challenger} back ${formatDuration(firedAtMs - windowStartMs)} after its first traffic.`;
  }
  const violated = verdicts['roll-back'];
  if (violated === 0) return `The guard would not have fired: none of ${count} evaluations says roll back.`;
  return `The guard would not have fired: ${violated} of ${count} evaluations say roll back, but never ${violations} in a row on new data.`;
}

function notesOf({ stepMs, intervalMs, exact }: { stepMs: number; intervalMs: number; exact: number }): string[] {
  const notes = [
    `Counts are added up from cells of ${formatDuration(stepMs)}, within a percent of what the guard reads.`,
    'The two versions of the end of the range are taken for all of it.',
  ];
  if (stepMs > intervalMs) notes.push('The cells are longer than the interval, so not every evaluation sees new data.');
  if (exact > 0)
    notes.push(`${exact} evaluations that said roll back were read again exactly as the guard reads them.`);
  if (exact >= MAX_EXACT) notes.push('After that many, the rest are taken from the cells alone.');
  return notes;
}
