import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { ERROR_FACTOR, timeToProveMs, timeToRollBackMs } from '@/lib/domain/decision-clock';
import { type Figures, median, round3 } from './figures';
import { type Run, type Scenario, simulate } from './rollout-simulation';

/** How often the guard acts on rollouts that are known: whether it lets good ones be, and how soon it finds bad ones. */

const SEED = 20_261_121;
const MINUTE_MS = 60_000;
const DAY = 1_440;

/** The limits of a model for which nothing is configured. */
export const DEFAULT_LIMITS: ComparePolicy = {
  maxP95IncreaseRatio: 0.2,
  maxErrorIncrease: 0.005,
  maxQualityDrop: 0.02,
  minRequests: 1_000,
  minMinutes: 10,
  challengerShare: null,
};

/** A healthy rollout on 600 requests a minute with a tenth of them for the challenger, watched every minute. */
export const HEALTHY: Omit<Scenario, 'runs'> = {
  minutes: DAY,
  requestsPerMinute: 600,
  challengerShare: 0.1,
  errorRatio: 0.006,
  errorFactor: 1,
  latencyFactor: 1,
  policy: DEFAULT_LIMITS,
  guard: { intervalMs: MINUTE_MS, violations: 3, maxAgeMs: 5 * MINUTE_MS },
};

export const firedShare = (runs: readonly Run[]): number =>
  runs.filter(({ firedAfterMinutes }) => firedAfterMinutes !== null).length / runs.length;

export const medianMinutes = (runs: readonly Run[]): number =>
  median(runs.flatMap(({ firedAfterMinutes }) => firedAfterMinutes ?? []));

/** What the decision clock says of a scenario, minutes: until a doubling is proven, and until its policy rolls it back. */
export function clockMinutes(scenario: Omit<Scenario, 'runs'>): { doubling: number; rollBack: number } {
  const { requestsPerMinute, challengerShare, errorRatio: baseRatio, errorFactor: factor, policy } = scenario;
  const traffic = { requestsPerMinute, challengerShare, baseRatio };
  return {
    doubling: (timeToProveMs({ ...traffic, factor: ERROR_FACTOR }) ?? Number.NaN) / MINUTE_MS,
    rollBack: (timeToRollBackMs({ ...traffic, factor, policy }) ?? Number.NaN) / MINUTE_MS,
  };
}

const told = ({ requestsPerMinute, challengerShare, errorRatio }: Omit<Scenario, 'runs'>, runs: number): string =>
  `${runs} runs, ${requestsPerMinute} requests/min, ${challengerShare * 100} % to the challenger, champion fails ${errorRatio * 100} %`;

/** Figures of the guard, with the bounds they keep. Seeded: the same every time. */
export function measureRollouts(say: (text: string) => void): Figures {
  const figures: Figures = {};
  const quiet = (key: string, does: string, changes: Partial<Scenario>, limit: number) => {
    const scenario = { ...HEALTHY, runs: 500, ...changes };
    const runs = simulate(scenario, SEED);
    figures[key] = {
      value: round3(firedShare(runs)),
      unit: 'share',
      limit,
      note: `${does}: ${told(scenario, runs.length)}`,
    };
    say(`  ${does}: fired in ${firedShare(runs) * 100} % of ${runs.length}`);
  };
  quiet('guardFiresOnEqualVersions', 'days without a difference', {}, 0.05);
  quiet('guardFiresInRoughTraffic', 'days with swings and common outages', { runs: 200, isRough: true }, 0.05);
  quiet(
    'guardFiresAtTheLimit',
    'four hours exactly at the limit',
    { runs: 100, minutes: 240, errorFactor: 11 / 6 },
    0.05,
  );
  quiet('guardFiresOnHealthyFew', 'days at 50 a minute', { requestsPerMinute: 50 }, 0.01);
  quiet(
    'guardFiresOnHealthyFewHalved',
    'days at 50 a minute, half of them',
    { requestsPerMinute: 50, challengerShare: 0.5 },
    0.01,
  );
  const triple = (errorRatio: number, name: string, everyMinutes = 1) => {
    const guard = { ...HEALTHY.guard, intervalMs: everyMinutes * MINUTE_MS };
    const scenario = { ...HEALTHY, runs: 500, minutes: 6 * 60, errorFactor: 3, errorRatio, guard };
    const runs = simulate(scenario, SEED);
    const { doubling, rollBack } = clockMinutes(scenario);
    const note = `errors × 3, evaluated every ${everyMinutes} min, ${told(scenario, runs.length)}; the clock says ${round3(rollBack)} min, and ${round3(doubling)} min to prove a doubling`;
    figures[`guardMissesTripleErrors${name}`] = {
      value: round3(1 - firedShare(runs)),
      unit: 'share',
      limit: 0.05,
      note,
    };
    figures[`guardTripleErrorsMinutes${name}`] = { value: medianMinutes(runs), unit: 'min, median', note };
    figures[`guardTripleErrorsOverClock${name}`] = {
      value: round3(medianMinutes(runs) / rollBack),
      unit: '× clock',
      limit: 1.5,
      note,
    };
    say(
      `  errors × 3 from ${errorRatio * 100} %: ${firedShare(runs) * 100} %, median ${medianMinutes(runs)} min of ${round3(rollBack)}`,
    );
  };
  triple(0.006, '');
  triple(0.006, 'EveryFive', 5);
  triple(0.01, 'FromOnePercent');
  triple(0.02, 'FromTwoPercent');
  return figures;
}
