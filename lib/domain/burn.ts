/** Error budgets and burn rates of objectives. Ratios are 0 to 1; null is "not measured". */

/** Under this share of a window measured, the objective is "no data" and says nothing. */
export const MIN_COVERAGE = 0.9;

/** Burn rate from which a budget of any window is gone in days: the paging factor of the SRE workbook, chapter 5. */
export const FAST_BURN_RATE = 14.4;
/** Burn rate over which a budget does not last its window. */
export const SUSTAINABLE_BURN_RATE = 1;

/** What may fail: 1 − objective. */
export const errorBudget = (objective: number): number => 1 - objective;

/**
 * Burn rate = error ratio ÷ budget. 1 spends the budget in exactly its window; unbounded above. Null when the error
 * ratio is not measured or the objective leaves no budget.
 */
export function burnRate(errorRatio: number | null, objective: number): number | null {
  const budget = errorBudget(objective);
  if (errorRatio === null || !(budget > 0)) return null;
  return errorRatio / budget;
}

/**
 * Budget left over the objective's window: 1 untouched, 0 spent, negative overspent. `coverageRatio` is the measured
 * share of the window; under MIN_COVERAGE the answer is null, and so is it without requests or a budget.
 */
export function budgetLeft(window: {
  errors: number | null;
  requests: number | null;
  objective: number;
  coverageRatio: number;
}): number | null {
  const { errors, requests, objective, coverageRatio } = window;
  if (errors === null || requests === null || !(requests > 0) || coverageRatio < MIN_COVERAGE) return null;
  const burnt = burnRate(errors / requests, objective);
  return burnt === null ? null : 1 - burnt;
}

/**
 * Milliseconds until the budget is spent at this burn rate; 0 when it is spent already, null when it lasts beyond the
 * window or is not measured.
 */
export function budgetEndsInMs(state: {
  leftRatio: number | null;
  burnRate: number | null;
  windowMs: number;
}): number | null {
  const { leftRatio, burnRate: rate, windowMs } = state;
  if (leftRatio === null || rate === null) return null;
  if (leftRatio <= 0) return 0;
  if (!(rate > SUSTAINABLE_BURN_RATE)) return null;
  return (leftRatio / rate) * windowMs;
}
