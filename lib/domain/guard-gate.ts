import type { VerdictKind } from '@/lib/contracts/compare';
import type { GuardEvaluation, GuardMode, GuardPolicy } from '@/lib/contracts/rollout';
import type { FlaggerHook, RolloutGate } from '@/lib/contracts/rollout-gate';
import { formatDuration } from './format';

/** What the pull gate answers. It says "rollback" only when that is sure; whatever else happens, it says to hold. */

/** An evaluation older than this many intervals says nothing about now. */
const OLDEST_INTERVALS = 3;

const GATE_VERDICTS: Readonly<Record<VerdictKind, RolloutGate['verdict']>> = {
  'roll-back': 'roll_back',
  promote: 'promote',
  wait: 'wait',
  'not-enough-data': 'not_enough_data',
  'in-doubt': 'in_doubt',
};

export interface GateAsked {
  model: string;
  /** The version the tool rolls out; null where it did not say. */
  challenger: string | null;
  nowMs: number;
  mode: GuardMode;
  policy: GuardPolicy;
  /** The newest; null: there is none. */
  evaluation: GuardEvaluation | null;
}

/** The gate's answer from the guard's newest evaluation. */
export function gateAnswer({ model, challenger, nowMs, mode, policy, evaluation }: GateAsked): RolloutGate {
  const doubt = (reason: string): RolloutGate => holding({ model, mode, violations: policy.violations, reason });
  if (mode === 'off') {
    return doubt(
      `The guard of ${model} is not switched on: set policy.guard.enabled of this model in the configuration.`,
    );
  }
  if (evaluation === null) return doubt(`The guard of ${model} has not evaluated anything yet.`);
  const ageMs = nowMs - evaluation.atMs;
  if (ageMs > OLDEST_INTERVALS * policy.intervalMs) {
    return doubt(`The newest evaluation is ${formatDuration(ageMs)} old, so it says nothing about now.`);
  }
  const answer: RolloutGate = {
    model,
    champion: evaluation.champion,
    challenger: evaluation.challenger,
    action: 'hold',
    rollback: false,
    promote: false,
    verdict: evaluation.decision === 'stale' ? 'in_doubt' : GATE_VERDICTS[evaluation.verdict],
    reason: evaluation.decision === 'stale' ? evaluation.decided : evaluation.sentence,
    run: evaluation.run,
    violations: policy.violations,
    mode,
    evaluationId: evaluation.id,
    evaluatedAtMs: evaluation.atMs,
    dataEndMs: evaluation.dataEndMs,
  };
  if (challenger !== null && challenger !== evaluation.challenger) {
    const other = evaluation.challenger === null ? 'no challenger' : `the challenger ${evaluation.challenger}`;
    return { ...answer, verdict: 'in_doubt', reason: `The newest evaluation is of ${other}, not of ${challenger}.` };
  }
  if (mode === 'killed') return { ...answer, reason: 'The kill switch is thrown, so nothing is asked for.' };
  if (answer.verdict === 'roll_back') {
    if (evaluation.decision === 'cooldown') return { ...answer, reason: evaluation.decided };
    if (evaluation.run < policy.violations) {
      return {
        ...answer,
        reason: `Violation ${evaluation.run} of ${policy.violations} in a row. ${evaluation.sentence}`,
      };
    }
    return { ...answer, action: 'rollback', rollback: true };
  }
  const { dataEndMs } = evaluation;
  const isFresh = dataEndMs !== null && nowMs - dataEndMs <= policy.maxAgeMs + OLDEST_INTERVALS * policy.intervalMs;
  if (answer.verdict === 'promote' && isFresh) return { ...answer, action: 'promote', promote: true };
  return answer;
}

/** An answer that asks for nothing, in doubt, with the reason. */
export const holding = (about: Pick<RolloutGate, 'model' | 'mode' | 'violations' | 'reason'>): RolloutGate => ({
  ...about,
  champion: null,
  challenger: null,
  action: 'hold',
  rollback: false,
  promote: false,
  verdict: 'in_doubt',
  run: 0,
  evaluationId: null,
  evaluatedAtMs: null,
  dataEndMs: null,
});

/**
 * The HTTP status Flagger understands. Its `rollback` hook rolls back on 200 to 202; the confirm hooks go on at 200 and
 * hold the rollout otherwise. More traffic is let through while nothing speaks against it: waiting needs it.
 */
export function flaggerStatus(hook: FlaggerHook, { rollback, promote, verdict }: RolloutGate): 200 | 409 {
  const isYes = ((): boolean => {
    switch (hook) {
      case 'rollback':
        return rollback;
      case 'confirm-promotion':
        return promote;
      case 'confirm-traffic-increase':
        return verdict === 'promote' || verdict === 'wait' || verdict === 'not_enough_data';
    }
  })();
  return isYes ? 200 : 409;
}
