import type { VerdictKind } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { GuardDecision, GuardPolicy } from '@/lib/contracts/rollout';
import { formatDuration } from './format';

/** What a guard makes of verdicts that come one after another. Pure: clock, storage and schedule are its caller's. */

/** Evaluations this many intervals apart are not in a row any more. */
const LONGEST_GAP_INTERVALS = 3;

/** What an evaluation found. Null: no such version, or no data. */
export interface GuardLook {
  atMs: number;
  champion: string | null;
  challenger: string | null;
  dataEndMs: number | null;
  /** How exactly `dataEndMs` is known: the length of a time cell. */
  resolutionMs: number;
  verdict: VerdictKind;
}

/** What is remembered of the evaluation before. */
export interface GuardMemory {
  atMs: number;
  champion: string | null;
  challenger: string | null;
  /** Violations in a row. */
  run: number;
  /** Newest data that was counted in this run; null: none. */
  countedDataEndMs: number | null;
}

/** What else bears on acting. */
export interface GuardSurroundings {
  killed: boolean;
  /** Whether it acted on these two versions already, since it was last made ready; in dry run: whether it recorded so. */
  hasActed: boolean;
  /** When it last acted on this model in this mode; null: never. */
  lastActionAtMs: number | null;
}

export interface GuardOutcome {
  decision: GuardDecision;
  run: number;
  countedDataEndMs: number | null;
}

type Limits = Pick<GuardPolicy, 'intervalMs' | 'violations' | 'armed' | 'cooldownMs' | 'maxAgeMs'>;

const BROKEN = { run: 0, countedDataEndMs: null };

/** The run that an evaluation may continue: none when the versions are others, time went back, or there is a hole. */
function continued(memory: GuardMemory | null, look: GuardLook, intervalMs: number): Omit<GuardOutcome, 'decision'> {
  if (memory === null) return BROKEN;
  const isSamePair = memory.champion === look.champion && memory.challenger === look.challenger;
  const gapMs = look.atMs - memory.atMs;
  const isInRow = gapMs > 0 && gapMs <= LONGEST_GAP_INTERVALS * intervalMs;
  return isSamePair && isInRow ? { run: memory.run, countedDataEndMs: memory.countedDataEndMs } : BROKEN;
}

/**
 * What one evaluation leads to.
 *
 * Only "roll back" counts, on data no older than the policy allows, whose end moved by an interval since what was
 * counted last. Seen data neither counts nor ends a run. Anything else ends it: promote, wait, not enough data, doubt,
 * stale data, other versions, a hole in time. With enough in a row it acts, unless it is killed, acted on these versions
 * already, acted on the model within the cooldown, or is not armed.
 */
export function decideGuard(
  memory: GuardMemory | null,
  look: GuardLook,
  policy: Limits,
  { killed, hasActed, lastActionAtMs }: GuardSurroundings,
): GuardOutcome {
  if (look.verdict !== 'roll-back') return { decision: 'nothing', ...BROKEN };
  const { dataEndMs, champion, challenger } = look;
  const isFresh = dataEndMs !== null && look.atMs - dataEndMs <= policy.maxAgeMs + look.resolutionMs;
  if (!isFresh || champion === null || challenger === null) return { decision: 'stale', ...BROKEN };
  const before = continued(memory, look, policy.intervalMs);
  if (before.countedDataEndMs !== null && dataEndMs - before.countedDataEndMs < policy.intervalMs) {
    return { decision: 'not-new', ...before };
  }
  const after = { run: before.run + 1, countedDataEndMs: dataEndMs };
  const decision = ((): GuardDecision => {
    if (after.run < policy.violations) return 'counted';
    if (killed) return 'killed';
    if (hasActed) return 'already-acted';
    if (lastActionAtMs !== null && look.atMs - lastActionAtMs < policy.cooldownMs) return 'cooldown';
    return policy.armed ? 'act' : 'dry-run';
  })();
  return { decision, ...after };
}

/** Newest data of the side that has less of it; null where a side has none: then nothing can be said of either. */
export function dataEndOf({ champion, challenger }: CompareInputs): number | null {
  if (champion?.lastMs == null || challenger?.lastMs == null) return null;
  return Math.min(champion.lastMs, challenger.lastMs);
}

/** What a guard looks at, of the inputs of a verdict. */
export const lookOf = (inputs: CompareInputs, verdict: VerdictKind): GuardLook => ({
  atMs: inputs.endMs,
  champion: inputs.champion?.version ?? null,
  challenger: inputs.challenger?.version ?? null,
  dataEndMs: dataEndOf(inputs),
  resolutionMs: inputs.cells?.stepMs ?? 0,
  verdict,
});

/** The newest instant of a guard's grid whose data has arrived: scrapes up to it take `settleMs` to be readable. */
export const dueInstant = (nowMs: number, intervalMs: number, settleMs: number): number =>
  Math.floor((nowMs - settleMs) / intervalMs) * intervalMs;

/** When the instant after `lastMs` is due, milliseconds since the epoch. */
export const nextDueMs = (lastMs: number, intervalMs: number, settleMs: number): number =>
  (Math.floor(lastMs / intervalMs) + 1) * intervalMs + settleMs;

const VERDICT_WORDS: Readonly<Record<VerdictKind, string>> = {
  'roll-back': 'roll back',
  promote: 'promote',
  wait: 'wait',
  'not-enough-data': 'not enough data',
  'in-doubt': 'in doubt',
};

/** What a guard did and why, in one sentence. */
export function decidedSentence(
  { decision, run }: GuardOutcome,
  { verdict, challenger, dataEndMs, atMs }: GuardLook,
  policy: Limits,
): string {
  const row = run > policy.violations ? `${run} in a row` : `${run} of ${policy.violations} in a row`;
  switch (decision) {
    case 'nothing':
      return `The verdict is “${VERDICT_WORDS[verdict]}”, which is no violation.`;
    case 'stale':
      return dataEndMs === null
        ? 'Roll back, but there is no newest data to tell how old it is: in doubt, so it does not count.'
        : `Roll back, but the newest data is ${formatDuration(atMs - dataEndMs)} old: in doubt, so it does not count.`;
    case 'not-new':
      return `Roll back, on data that was counted already: still ${row}.`;
    case 'counted':
      return `Roll back: violation ${row}.`;
    case 'killed':
      return `Roll back, ${row}; the kill switch is thrown, so nothing is done.`;
    case 'cooldown':
      return `Roll back, ${row}; it acted on this model less than ${formatDuration(policy.cooldownMs)} ago, so it waits.`;
    case 'already-acted':
      return `Roll back, ${row}; it ${policy.armed ? 'acted on' : 'recorded what it would do about'} these two versions already.`;
    case 'dry-run':
      return `Roll back, ${row}: armed, it would roll back ${challenger} now. It is in dry run and calls nothing.`;
    case 'act':
      return `Roll back, ${row}: it asks for ${challenger} to be rolled back.`;
  }
}
