import type { Cell, ErrorShares } from './models';
import type { Scenario } from './scenario';
import { DRIFT_FACTOR, FRAUD_CHALLENGER_SHARE, RECO_CHALLENGER_SHARE } from './scenario';

/** What holds for a cell during one window. */
export interface Conditions {
  /** Expected requests per second. */
  requestsPerSecond: number;
  /** Multiplies the time of feature fetches. */
  fetchSlowness: number;
  errors: ErrorShares;
  /** Multiplies the feature `amount`. */
  amountFactor: number;
}

const DAY_MS = 86_400_000;

/** When a cell gets traffic: startMs ≤ t < endMs. */
export function lifeOf(cell: Cell, scenario: Scenario): { startMs: number; endMs: number } {
  const always = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };
  switch (`${cell.model.name} ${cell.version}`) {
    case 'fraud_detector 2.2.0':
      return { ...always, endMs: scenario.fraudPromotionMs };
    case 'fraud_detector 2.4.0':
      return { ...always, startMs: scenario.fraudRolloutMs };
    case 'reco 2.4.0':
      return { ...always, startMs: scenario.recoRolloutMs };
    default:
      return always;
  }
}

/** Roles of a cell over time, oldest first; each holds until the next begins or the cell's life ends. */
export function rolesOf(cell: Cell, scenario: Scenario): { role: 'champion' | 'challenger'; startMs: number }[] {
  const { startMs } = lifeOf(cell, scenario);
  if (cell.model.name === 'fraud_detector' && cell.version === '2.3.0') {
    return [
      { role: 'challenger', startMs },
      { role: 'champion', startMs: scenario.fraudPromotionMs },
    ];
  }
  return [{ role: cell.version === '2.4.0' ? 'challenger' : 'champion', startMs }];
}

/** Share of its model's traffic that a cell has at a time, 0 to 1. */
function trafficShare(cell: Cell, atMs: number, scenario: Scenario): number {
  const { startMs, endMs } = lifeOf(cell, scenario);
  if (atMs < startMs || atMs >= endMs) return 0;
  switch (cell.model.name) {
    case 'fraud_detector': {
      if (atMs < scenario.fraudPromotionMs) {
        return cell.version === '2.3.0' ? FRAUD_CHALLENGER_SHARE : 1 - FRAUD_CHALLENGER_SHARE;
      }
      if (cell.version === '2.4.0') return FRAUD_CHALLENGER_SHARE;
      return atMs < scenario.fraudRolloutMs ? 1 : 1 - FRAUD_CHALLENGER_SHARE;
    }
    case 'reco': {
      if (atMs < scenario.recoRolloutMs) return 1;
      return cell.version === '2.4.0' ? RECO_CHALLENGER_SHARE : 1 - RECO_CHALLENGER_SHARE;
    }
    default:
      return 1;
  }
}

/** True while the feature store is out. */
export const isOutage = (atMs: number, scenario: Scenario): boolean =>
  atMs >= scenario.outageStartMs && atMs < scenario.outageEndMs;

/** What churn_scorer's `amount` is multiplied by at a time: 1 before the drift, then a straight ramp. */
export function churnAmountFactor(atMs: number, scenario: Scenario): number {
  const progress = (atMs - scenario.driftStartMs) / (scenario.driftFullMs - scenario.driftStartMs);
  return 1 + (DRIFT_FACTOR - 1) * Math.min(Math.max(progress, 0), 1);
}

/** The conditions of a cell in the window that begins at atMs. */
export function conditionsOf(cell: Cell, atMs: number, scenario: Scenario): Conditions {
  const { model } = cell;
  // The day's curve is lowest at 03:00 UTC and highest at 15:00.
  const phase = ((atMs % DAY_MS) / DAY_MS - 9 / 24) * 2 * Math.PI;
  const requestsPerSecond =
    model.requestsPerSecond * (1 + model.swing * Math.sin(phase)) * trafficShare(cell, atMs, scenario);
  let fetchSlowness = 1;
  let extraTimeouts = 0;
  const isFraud = model.name === 'fraud_detector';
  if (isOutage(atMs, scenario)) {
    fetchSlowness = 5;
    extraTimeouts = isFraud ? 0.09 : model.name === 'reco' ? 0.025 : 0.01;
  } else if (atMs >= scenario.failoverStartMs) {
    fetchSlowness = 3;
    extraTimeouts = isFraud ? 0.035 : model.name === 'reco' ? 0.004 : 0.002;
  }
  return {
    requestsPerSecond,
    fetchSlowness,
    errors: [cell.errors[0] + extraTimeouts, cell.errors[1], cell.errors[2]],
    amountFactor: model.name === 'churn_scorer' ? churnAmountFactor(atMs, scenario) : 1,
  };
}
