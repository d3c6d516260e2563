import { keyOf, Random } from '@/lab/fleet/random';
import type { CompareInputs, Histogram, SideCells, SideCounts } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import type { GuardPolicy } from '@/lib/contracts/rollout';
import { judge } from '@/lib/domain/compare';
import { NOTHING_READ } from '@/lib/domain/compare-inputs';
import { decideGuard, type GuardMemory, lookOf } from '@/lib/domain/guard';
import { type Buckets, histogramQuantile } from '@/lib/domain/histogram';

/**
 * Rollouts that never happened, minute by minute: counts are drawn, then the console's own functions decide. Nothing of
 * the statistics is repeated here.
 */

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 21);
/** Latency is log-logistic: median and shape give a P95 of 231 ms. */
const MEDIAN_MS = 120;
const SHAPE = 4.5;
const BOUNDS_MS = [5, 10, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 1_000, 2_500];
const ALL_BOUNDS_MS = [...BOUNDS_MS, Number.POSITIVE_INFINITY];
/** Minutes at which a verdict that cannot be "roll back" is asked for all the same: it must not be one. */
const PROBE_EVERY = 480;

export interface Scenario {
  runs: number;
  minutes: number;
  requestsPerMinute: number;
  challengerShare: number;
  errorRatio: number;
  /** How many times as often as the champion the challenger fails. */
  errorFactor: number;
  /** How many times as long a request takes on the challenger. */
  latencyFactor: number;
  /** Common trouble: traffic swings over the day, and in some minutes both versions fail ten times as often. */
  isRough?: boolean;
  policy: ComparePolicy;
  guard: Pick<GuardPolicy, 'intervalMs' | 'violations' | 'maxAgeMs'>;
}

export interface Run {
  /** Minutes since the challenger's first traffic; null: never. */
  firedAfterMinutes: number | null;
  /** Ids of the measures beyond their limits when it fired. */
  beyond: readonly string[];
  /** How often the console's own judgement was asked for. */
  judged: number;
}

/** Every run of a scenario; the same seed gives the same runs. */
export const simulate = (scenario: Scenario, seed: number): Run[] =>
  Array.from({ length: scenario.runs }, (_, run) => simulateOne(scenario, new Random(keyOf(seed, run))));

function simulateOne(scenario: Scenario, random: Random): Run {
  const champion = new Side('1.0.0', 'champion', random, 1 - scenario.challengerShare, 1, 1);
  const { challengerShare, errorFactor, latencyFactor, policy } = scenario;
  const challenger = new Side('2.0.0', 'challenger', random, challengerShare, errorFactor, latencyFactor);
  const guard = { ...scenario.guard, armed: true, cooldownMs: 0 };
  const everyMinutes = guard.intervalMs / MINUTE_MS;
  let judged = 0;
  let memory: GuardMemory | null = null;
  for (let minute = 1; minute <= scenario.minutes; minute += 1) {
    const swing = scenario.isRough === true ? 1 + 0.6 * Math.sin((2 * Math.PI * minute) / 1_440) : 1;
    const trouble = scenario.isRough === true && random.next() < 0.02 ? 10 : 1;
    for (const side of [champion, challenger]) {
      side.advance(scenario.requestsPerMinute * swing, Math.min(1, scenario.errorRatio * trouble));
    }
    if (minute % everyMinutes !== 0) continue;
    const canBeBeyond = mayBeBeyond(champion, challenger, policy);
    if (!canBeBeyond && minute % PROBE_EVERY !== 0) {
      // Whatever the verdict is, it is no violation, and that ends a run.
      memory = null;
      continue;
    }
    judged += 1;
    const inputs = inputsOf(champion, challenger, minute);
    const { verdict, measures } = judge(inputs, policy);
    if (verdict.kind === 'roll-back' && !canBeBeyond) throw new Error('a verdict was skipped that was "roll back"');
    const look = lookOf(inputs, verdict.kind);
    const { decision, run, countedDataEndMs } = decideGuard(memory, look, guard, UNTOUCHED);
    if (decision === 'act') {
      const beyond = measures.filter(({ state }) => state === 'beyond').map(({ id }) => id);
      return { firedAfterMinutes: minute, beyond, judged };
    }
    memory = { ...look, run, countedDataEndMs };
  }
  return { firedAfterMinutes: null, beyond: [], judged };
}

const UNTOUCHED = { killed: false, hasActed: false, lastActionAtMs: null };

/**
 * Whether a measure's estimate lies beyond its limit at all. An interval wholly beyond contains its estimate, so anything
 * else cannot be "roll back" and need not be judged: most minutes of a quiet day.
 */
function mayBeBeyond(champion: Side, challenger: Side, policy: ComparePolicy): boolean {
  if (Math.min(champion.requests, challenger.requests) < policy.minRequests) return false;
  const difference = challenger.errors / challenger.requests - champion.errors / champion.requests;
  if (difference > policy.maxErrorIncrease) return true;
  const p95 = histogramQuantile(champion.buckets(), 0.95).value ?? 0;
  const other = histogramQuantile(challenger.buckets(), 0.95).value ?? 0;
  return other - p95 > policy.maxP95IncreaseRatio * p95;
}

const shareBelow = (ms: number, factor: number): number => 1 / (1 + (ms / (MEDIAN_MS * factor)) ** -SHAPE);

class Side {
  requests = 0;
  errors = 0;
  readonly cumulative: number[] = Array.from({ length: BOUNDS_MS.length + 1 }, () => 0);
  readonly cells: { requests: number[]; errors: number[]; within: number[][] } = {
    requests: [],
    errors: [],
    within: [],
  };
  private readonly bucketShares: readonly number[];

  constructor(
    readonly version: string,
    readonly role: 'champion' | 'challenger',
    private readonly random: Random,
    private readonly share: number,
    private readonly errorFactor: number,
    latencyFactor: number,
  ) {
    const cumulative = [...BOUNDS_MS.map((bound) => shareBelow(bound, latencyFactor)), 1];
    this.bucketShares = cumulative.map((upper, i) => upper - (cumulative[i - 1] ?? 0));
  }

  /** One minute of requests of both versions together, of which a part failed. */
  advance(requestsPerMinute: number, errorRatio: number): void {
    const within: number[] = [];
    let requests = 0;
    for (const [i, share] of this.bucketShares.entries()) {
      requests += this.random.poisson(requestsPerMinute * this.share * share);
      within.push(requests);
      this.cumulative[i] = (this.cumulative[i] ?? 0) + requests;
    }
    const errors = failuresOf(this.random, requests, Math.min(1, errorRatio * this.errorFactor));
    this.requests += requests;
    this.errors += errors;
    this.cells.requests.push(requests);
    this.cells.errors.push(errors);
    this.cells.within.push(within);
  }

  counts(endMs: number): SideCounts {
    return {
      version: this.version,
      role: this.role,
      startMs: START_MS,
      endMs,
      requests: this.requests,
      errors: this.errors,
      latency: this.histogram(),
      firstMs: START_MS,
      lastMs: endMs,
    };
  }

  buckets = (): Buckets => ({ upperBounds: ALL_BOUNDS_MS, cumulative: this.cumulative });

  private histogram = (): Histogram => ({ upperBounds: BOUNDS_MS, cumulative: [...this.cumulative] });

  cellsAbove(bound: number): SideCells {
    const { requests, errors, within } = this.cells;
    return { requests, errors, above: within.map((own, i) => (requests[i] ?? 0) - (own[bound] ?? 0)) };
  }
}

/** Binomial count by the lengths of the runs of successes between failures: exact, and quick while failures are rare. */
function failuresOf(random: Random, requests: number, ratio: number): number {
  if (!(ratio > 0)) return 0;
  if (ratio >= 1) return requests;
  const perRun = Math.log1p(-ratio);
  let failures = -1;
  for (let at = 0; at <= requests; failures += 1) at += 1 + Math.floor(Math.log(1 - random.next()) / perRun);
  return failures;
}

/** What the console would have read at the end of this minute. */
function inputsOf(champion: Side, challenger: Side, minute: number): CompareInputs {
  const endMs = START_MS + minute * MINUTE_MS;
  // The bound of the bucket that holds the champion's P95, from below, as the console takes it.
  const p95 = BOUNDS_MS.findIndex((_, i) => (champion.cumulative[i] ?? 0) >= 0.95 * champion.requests);
  const bound = Math.max(0, p95 - 1);
  return {
    model: 'simulated',
    mode: 'versions',
    startMs: START_MS,
    endMs,
    splitMs: null,
    scrapeIntervalMs: 15_000,
    champion: champion.counts(endMs),
    challenger: challenger.counts(endMs),
    ...NOTHING_READ,
    cells: {
      startMs: START_MS + MINUTE_MS,
      stepMs: MINUTE_MS,
      aboveBoundMs: BOUNDS_MS[bound] ?? null,
      champion: champion.cellsAbove(bound),
      challenger: challenger.cellsAbove(bound),
    },
    faults: [],
  };
}
