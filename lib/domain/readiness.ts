import type {
  ReadinessCheck,
  ReadinessEvidence,
  ReadinessResult,
  ReadinessScore,
  ReadinessState,
} from '@/lib/contracts/readiness';
import { wilsonInterval } from './comparison';
import { listedFirst } from './listed';
import { CHECK_DEFINITIONS, CHECK_IDS, type CheckId } from './readiness-definitions';

/** Under this many a share that is whole is too little to say so. */
export const MIN_SAMPLE = 20;

/** What a check found; what is not told is of no model and no subject, without evidence and with nothing to mend. */
export const judged = (
  state: ReadinessState,
  cause: string,
  rest: Partial<Omit<ReadinessResult, 'state' | 'cause'>> = {},
): ReadinessResult => ({ model: null, subject: null, evidence: [], remedy: null, ...rest, state, cause });

/** Names that a sentence or a list of evidence bears; the others are counted. */
export const MAX_NAMED = 5;

/** The first names, and how many more: "a, b, c, d, e and 7 more". */
export const named = (names: readonly string[]): string => listedFirst(names, MAX_NAMED);

/** Worst first. */
const RANK: Readonly<Record<ReadinessState, number>> = { fail: 0, watch: 1, unknown: 2, signed: 3, pass: 4 };

/** The worst of several; unknown for none, since nothing looked at is nothing known. */
export const worstState = (states: readonly ReadinessState[]): ReadinessState =>
  states.reduce<ReadinessState | null>(
    (worst, state) => (worst === null || RANK[state] < RANK[worst] ? state : worst),
    null,
  ) ?? 'unknown';

export interface Share {
  good: number;
  n: number;
}

/**
 * Whether a share of a sample reaches a bound.
 *   fail: the whole 95 % Wilson interval lies under the bound; pass: the estimate reaches it; watch: neither is sure.
 * unknown without a sample, and for fewer than MIN_SAMPLE unless they fail for certain.
 */
export function judgeShare({ good, n }: Share, bound: number): ReadinessState {
  const interval = wilsonInterval({ successes: good, total: n });
  if (interval === null) return 'unknown';
  if (interval.high < bound) return 'fail';
  if (n < MIN_SAMPLE) return 'unknown';
  return good / n >= bound ? 'pass' : 'watch';
}

/** A share as evidence, with its sample and interval. */
export function shareEvidence(name: string, { good, n }: Share): ReadinessEvidence {
  const interval = wilsonInterval({ successes: good, total: n });
  return {
    name,
    value: n > 0 ? good / n : null,
    unit: 'ratio',
    n,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

/** A counted number, which has neither sample nor interval. Null: not measured. */
export const countEvidence = (name: string, value: number | null): ReadinessEvidence => ({
  name,
  value,
  unit: 'count',
  n: null,
  low: null,
  high: null,
});

/** Milliseconds, without sample or interval. Null: not measured. */
export const durationEvidence = (name: string, ms: number | null): ReadinessEvidence => ({
  name,
  value: ms,
  unit: 'duration',
  n: null,
  low: null,
  high: null,
});

const byNeed = (a: ReadinessResult, b: ReadinessResult): number =>
  RANK[a.state] - RANK[b.state] || compareText(a.model, b.model) || compareText(a.subject, b.subject);

const compareText = (a: string | null, b: string | null): number => {
  const [left, right] = [a ?? '', b ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** A check of its results, the worst first; unknown without any. */
export function toCheck(id: CheckId, results: readonly ReadinessResult[]): ReadinessCheck {
  return {
    id,
    ...CHECK_DEFINITIONS[id],
    state: worstState(results.map(({ state }) => state)),
    results: results.toSorted(byNeed),
  };
}

/** What fails first, then what weighs most, then by the order of the definitions. */
export function sortChecks(checks: readonly ReadinessCheck[]): ReadinessCheck[] {
  const order: readonly string[] = CHECK_IDS;
  const place = (id: string) => order.indexOf(id);
  return checks.toSorted((a, b) => RANK[a.state] - RANK[b.state] || b.weight - a.weight || place(a.id) - place(b.id));
}

/** What a check says of a model: the worst of its own results and of those that belong to none; null where it has neither. */
export function stateFor(check: ReadinessCheck, model: string): ReadinessState | null {
  const concerning = check.results.filter((result) => result.model === null || result.model === model);
  return concerning.length === 0 ? null : worstState(concerning.map(({ state }) => state));
}

/**
 * Score of a model: weight of what passes ÷ weight of all that concerns it, 0 to 1. What is unknown or only watched has
 * not passed. Null where no check concerns the model.
 */
export function scoreOf(model: string, checks: readonly ReadinessCheck[]): ReadinessScore {
  const score: ReadinessScore = {
    model,
    score: null,
    passedWeight: 0,
    weight: 0,
    pass: 0,
    fail: 0,
    watch: 0,
    unknown: 0,
    failing: [],
  };
  for (const check of checks.toSorted((a, b) => b.weight - a.weight)) {
    const state = stateFor(check, model);
    if (state === null) continue;
    score.weight += check.weight;
    if (state === 'pass' || state === 'signed') {
      score.passedWeight += check.weight;
      score.pass += 1;
    } else score[state] += 1;
    if (state === 'fail') score.failing.push(check.title);
  }
  return { ...score, score: score.weight === 0 ? null : score.passedWeight / score.weight };
}

/** Scores of models, the lowest first; what has none stands first, since nothing is known of it. */
export const scoresOf = (models: readonly string[], checks: readonly ReadinessCheck[]): ReadinessScore[] =>
  models
    .map((model) => scoreOf(model, checks))
    .toSorted((a, b) => (a.score ?? -1) - (b.score ?? -1) || compareText(a.model, b.model));
