import { budgetEndsInMs, budgetLeft, burnRate, errorBudget, MIN_COVERAGE } from './burn';
import { coverageOf, sumValues } from './series';
import type { BurnPair } from './slo-windows';
import { HOUR_MS } from './time';

/** An objective over its window: what was reached, what is left, what state that is. Ratios 0 to 1; null is "not measured". */

type Values = readonly (number | null)[];

/** Events of an objective on a grid; each point counts the step that ends at it. Null: the source has nothing there. */
export interface SloCells {
  startMs: number;
  stepMs: number;
  total: Values;
  bad: Values;
}

export interface SloBudget {
  /** Good events ÷ all; null under 90 % coverage or without events. */
  attainment: number | null;
  /** 1 untouched, 0 spent, negative overspent. */
  leftRatio: number | null;
  coverageRatio: number;
  total: number | null;
  bad: number | null;
}

/** Attainment and budget over the objective's whole window. */
export function sloBudget(cells: SloCells, objective: number): SloBudget {
  const total = sumValues(cells.total);
  const bad = total === null ? null : sumValues(cells.bad);
  const coverageRatio = coverageOf(cells.total);
  const leftRatio = budgetLeft({ errors: bad, requests: total, objective, coverageRatio });
  const attainment = leftRatio === null || total === null || bad === null ? null : 1 - bad / total;
  return { attainment, leftRatio, coverageRatio, total, bad };
}

/**
 * Share of the window's budget that was not yet spent at each point: it begins near 1 and ends at what is left. The
 * budget is that of all events of the window, so a burn rate of 1 throughout ends at 0. Null before the first event and
 * where nothing was measured.
 */
export function budgetOverTime(cells: SloCells, objective: number): (number | null)[] {
  const total = sumValues(cells.total);
  const allowed = total === null ? 0 : total * errorBudget(objective);
  let spent = 0;
  return cells.total.map((count, at) => {
    const bad = cells.bad[at] ?? null;
    if (bad !== null) spent += bad;
    return count === null || !(allowed > 0) ? null : 1 - spent / allowed;
  });
}

/** A stretch of time in which the budget was spent faster than it lasts. */
export interface EatenStretch {
  startMs: number;
  endMs: number;
  bad: number;
  /** Of all bad events of the window, 0 to 1. */
  share: number;
  /** Of the window's budget; over 1 when this stretch alone spent more than all of it. */
  budgetShare: number;
}

const MAX_STRETCHES = 5;
const MIN_STRETCH_SHARE = 0.01;

/** The stretches that ate most of the budget, the greediest first: neighbouring cells that burnt over 1. */
export function eatenStretches(cells: SloCells, objective: number): EatenStretch[] {
  const all = sumValues(cells.bad) ?? 0;
  const total = sumValues(cells.total) ?? 0;
  const allowed = total * errorBudget(objective);
  if (!(all > 0) || !(allowed > 0)) return [];
  const stretches: EatenStretch[] = [];
  let open: { from: number; to: number; bad: number } | null = null;
  const close = () => {
    if (open === null) return;
    const { from, to, bad } = open;
    stretches.push({
      startMs: cells.startMs + (from - 1) * cells.stepMs,
      endMs: cells.startMs + to * cells.stepMs,
      bad,
      share: bad / all,
      budgetShare: bad / allowed,
    });
    open = null;
  };
  for (let at = 0; at < cells.total.length; at += 1) {
    const bad = cells.bad[at] ?? 0;
    const count = cells.total[at] ?? 0;
    const burnt = count > 0 ? burnRate(bad / count, objective) : null;
    if (burnt !== null && burnt > 1) {
      if (open === null) open = { from: at, to: at, bad: 0 };
      open.to = at;
      open.bad += bad;
    } else close();
  }
  close();
  return stretches
    .filter(({ share }) => share >= MIN_STRETCH_SHARE)
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_STRETCHES);
}

/** A pair of windows as measured. Coverage is that of the lesser window; null where the source tells none (recordings). */
export interface PairReading {
  pair: BurnPair;
  longBurn: number | null;
  shortBurn: number | null;
  coverageRatio: number | null;
}

export type SloState = 'page' | 'ticket' | 'ok' | 'no data';

/** Whether both windows burn over the factor and the pair alerts at all. */
export const isFiring = ({ pair, longBurn, shortBurn }: PairReading): boolean =>
  pair.silent === null && longBurn !== null && shortBurn !== null && longBurn > pair.factor && shortBurn > pair.factor;

/** Whether enough of both windows was measured. Recordings tell no coverage: there a value is what there is to go by. */
const isCovered = ({ coverageRatio, longBurn }: PairReading): boolean =>
  coverageRatio === null ? longBurn !== null : coverageRatio >= MIN_COVERAGE;

/**
 * State of an objective: what its worst covered pair asks for. When none asks and a pair that could is measured by less
 * than 90 %, nobody knows: "no data", and the state before it is kept (see `keptState`).
 */
export function sloState(readings: readonly PairReading[]): SloState {
  const covered = readings.filter(isCovered);
  const firing = covered.filter(isFiring).map(({ pair }) => pair.severity);
  if (firing.includes('page')) return 'page';
  if (firing.includes('ticket')) return 'ticket';
  const asked = readings.filter(({ pair }) => decidingPairs(readings.map((one) => one.pair)).includes(pair));
  return asked.every(isCovered) && asked.length > 0 ? 'ok' : 'no data';
}

/** The pairs whose windows must be measured for a state: those that alert; where none does, the fastest tells whether data comes. */
export function decidingPairs(pairs: readonly BurnPair[]): readonly BurnPair[] {
  const alerting = pairs.filter(({ silent }) => silent === null);
  return alerting.length > 0 ? alerting : pairs.slice(0, 1);
}

/**
 * The newest instant at which each of these windows was measured by 90 % or more, from cells of one step that end at
 * the last one; null when there was none. The state of that instant is the one to keep.
 */
export function lastCoveredMs(
  cells: { startMs: number; stepMs: number; total: Values },
  windowsMs: readonly number[],
): number | null {
  const measured = [0];
  for (const value of cells.total) measured.push((measured.at(-1) ?? 0) + (value === null ? 0 : 1));
  const longest = Math.max(0, ...windowsMs.map((ms) => Math.ceil(ms / cells.stepMs)));
  for (let end = cells.total.length; end >= longest && end > 0; end -= 1) {
    const isWhole = windowsMs.every((ms) => {
      const points = Math.max(1, Math.ceil(ms / cells.stepMs));
      return ((measured[end] ?? 0) - (measured[end - points] ?? 0)) / points >= MIN_COVERAGE;
    });
    if (isWhole) return cells.startMs + (end - 1) * cells.stepMs;
  }
  return null;
}

/** Measured share of the newest `windowMs` of cells, 0 to 1; cells before the first count as not measured. */
export function windowCoverage(cells: { stepMs: number; total: Values }, windowMs: number): number {
  const points = Math.max(1, Math.ceil(windowMs / cells.stepMs));
  const newest = cells.total.slice(-points);
  return newest.filter((value) => value !== null).length / points;
}

/** The window whose burn rate is "this pace": long enough to pass over a blip, short enough to be now. */
export const PACE_MS = 6 * HOUR_MS;

/** Milliseconds until the budget is gone at the pace of the last six hours; see `budgetEndsInMs`. */
export function endsInMs(
  readings: readonly PairReading[],
  slo: { leftRatio: number | null; windowMs: number },
): number | null {
  const pace = readings.find(({ pair }) => pair.longMs === PACE_MS)?.longBurn ?? null;
  return budgetEndsInMs({ leftRatio: slo.leftRatio, burnRate: pace, windowMs: slo.windowMs });
}

/** Bad events within a stretch of time: cells that it covers in part count by the covered share. Null: none measured. */
export function badWithin(cells: SloCells, stretch: { startMs: number; endMs: number }): number | null {
  let sum: number | null = null;
  for (const [at, bad] of cells.bad.entries()) {
    if (bad === null) continue;
    const to = cells.startMs + at * cells.stepMs;
    const covered = Math.min(to, stretch.endMs) - Math.max(to - cells.stepMs, stretch.startMs);
    if (covered > 0) sum = (sum ?? 0) + bad * (covered / cells.stepMs);
  }
  return sum;
}
