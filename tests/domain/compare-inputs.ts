import type { CompareInputs, Histogram, SideCounts } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { NOTHING_READ } from '@/lib/domain/compare-inputs';

export const START_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE_MS = 60_000;

export const POLICY: ComparePolicy = {
  maxP95IncreaseRatio: 0.2,
  maxErrorIncrease: 0.005,
  maxQualityDrop: 0.02,
  minRequests: 1_000,
  minMinutes: 10,
  challengerShare: null,
};

const BOUNDS = [10, 25, 50, 75, 100, 150, 200, 250, 300, 500, 1_000];

/** A histogram of n requests spread evenly from 0 to `maxMs`: P95 is 0.95 · maxMs. */
export function evenHistogram(n: number, maxMs: number, bounds: readonly number[] = BOUNDS): Histogram {
  return {
    upperBounds: [...bounds],
    cumulative: [...bounds.map((bound) => n * Math.min(1, bound / maxMs)), n],
  };
}

export interface Told {
  version?: string;
  requestsPerMinute: number;
  errorRatio: number | null;
  maxMs: number | null;
}

/** Inputs of two versions that ran side by side for so many minutes, every minute alike. */
export function compareInputs(
  minutes: number,
  champion: Told,
  challenger: Told,
  more: Partial<CompareInputs> = {},
): CompareInputs {
  const endMs = START_MS + minutes * MINUTE_MS;
  const side = (told: Told, role: 'champion' | 'challenger'): SideCounts => {
    const requests = told.requestsPerMinute * minutes;
    return {
      version: told.version ?? (role === 'champion' ? '2.3.0' : '2.4.0'),
      role,
      startMs: START_MS,
      endMs,
      requests,
      errors: told.errorRatio === null ? null : requests * told.errorRatio,
      latency: told.maxMs === null ? null : evenHistogram(requests, told.maxMs),
      firstMs: requests > 0 ? START_MS : null,
      lastMs: requests > 0 ? endMs : null,
    };
  };
  const cells = (told: Told) => {
    const fill = (value: number | null) => Array.from({ length: minutes }, () => value);
    return {
      requests: fill(told.requestsPerMinute),
      errors: fill(told.errorRatio === null ? null : told.requestsPerMinute * told.errorRatio),
      above: fill(told.requestsPerMinute * 0.05),
    };
  };
  return {
    model: 'fraud_detector',
    mode: 'versions',
    startMs: START_MS,
    endMs,
    splitMs: null,
    scrapeIntervalMs: 15_000,
    champion: side(champion, 'champion'),
    challenger: side(challenger, 'challenger'),
    ...NOTHING_READ,
    cells: {
      startMs: START_MS + MINUTE_MS,
      stepMs: MINUTE_MS,
      aboveBoundMs: 200,
      champion: cells(champion),
      challenger: cells(challenger),
    },
    faults: [],
    ...more,
  };
}

/** A healthy pair: 400 and 100 requests a minute for six hours, challenger a little faster across a bucket. */
export const healthy = (more: Partial<CompareInputs> = {}): CompareInputs =>
  compareInputs(
    360,
    { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 245 },
    { requestsPerMinute: 100, errorRatio: 0.006, maxMs: 180 },
    more,
  );
