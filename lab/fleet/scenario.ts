import type { FleetFault } from './faults';

/**
 * What happens in the simulated fleet, and when. Every instant is relative to the lab's start, so the story is fresh
 * whenever the lab starts. This table is the only place where the story is told; the rest of the fleet reads it.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The length of a window of the world and the scrape interval of its Prometheus. */
export const WINDOW_MS = 30_000;

/** Instants in milliseconds since the epoch; all are multiples of WINDOW_MS. */
export interface Scenario {
  /** The lab's start, rounded down to a window. */
  startMs: number;
  /** fraud_detector 2.3.0 becomes champion with all of the traffic; 2.2.0, champion until here, ends. */
  fraudPromotionMs: number;
  /** The feature store (Redis) is out: fetches take five times as long and time out, worst in fraud_detector. */
  outageStartMs: number;
  outageEndMs: number;
  /** The last label for churn_scorer arrives; its quality is blind from here on. */
  churnLabelsStopMs: number;
  /** reco 2.4.0, challenger, takes half of the traffic: it is faster and fails no more often. */
  recoRolloutMs: number;
  /** The input `amount` of churn_scorer begins to drift, and has drifted in full at the second instant. */
  driftStartMs: number;
  driftFullMs: number;
  /** fraud_detector 2.4.0, challenger, takes a fifth of the traffic: slower inference, three times the errors. */
  fraudRolloutMs: number;
  /** The backlog of the pipeline `churn_features` begins to grow, and never stops. */
  backlogStartMs: number;
  /** Redis failed over to a distant replica: fetches take three times as long, and it goes on. */
  failoverStartMs: number;
  /** The hourly batch job of churn_scorer starts at this instant and every full hour before and after it. */
  batchJobStartMs: number;
  /** Whether the gateway prints its health checks as plain text with colours, as a console logger does. */
  gatewayPrintsText: boolean;
  /** What is wrong with the telemetry itself; empty but in tests. */
  faults: ReadonlySet<FleetFault>;
}

/** The demo's story, or a fleet in which nothing happens: no outage, no drift, no rollout, labels that arrive. */
export type Story = 'demo' | 'healthy';

/** Share of fraud_detector's traffic that 2.4.0 takes after `fraudRolloutMs`, and 2.3.0 before `fraudPromotionMs`. */
export const FRAUD_CHALLENGER_SHARE = 0.2;
/** Share of reco's traffic that 2.4.0 takes after `recoRolloutMs`. */
export const RECO_CHALLENGER_SHARE = 0.5;
/** What the median of churn_scorer's `amount` is multiplied by once it has drifted: a PSI of about 0.35. */
export const DRIFT_FACTOR = 2;
/** Trace of the batch job that ran about an hour before the start: 10,000 spans under a fixed id. */
export const BIG_TRACE_ID = 'c4a11ab1eba7c4000000000000010000';
export const BIG_TRACE_SPANS = 10_000;

/** When what never happens would: past any present, and still a date. */
const NEVER_MS = 40 * 366 * 24 * HOUR_MS;

/** The instants of the story for a lab that starts at startMs (milliseconds since the epoch). */
export function scenarioOf(
  startMs: number,
  { story = 'demo', faults = [] }: { story?: Story; faults?: readonly FleetFault[] } = {},
): Scenario {
  const start = Math.floor(startMs / WINDOW_MS) * WINDOW_MS;
  const demo = demoOf(start, new Set(faults));
  if (story === 'demo') return demo;
  const never = start + NEVER_MS;
  return {
    ...demo,
    outageStartMs: never,
    outageEndMs: never,
    churnLabelsStopMs: never,
    recoRolloutMs: never,
    driftStartMs: never,
    driftFullMs: never + HOUR_MS,
    fraudRolloutMs: never,
    backlogStartMs: never,
    failoverStartMs: never,
    gatewayPrintsText: false,
  };
}

function demoOf(start: number, faults: ReadonlySet<FleetFault>): Scenario {
  return {
    startMs: start,
    fraudPromotionMs: start - 60 * HOUR_MS,
    outageStartMs: start - 50 * HOUR_MS,
    outageEndMs: start - 50 * HOUR_MS + 25 * MINUTE_MS,
    churnLabelsStopMs: start - 30 * HOUR_MS,
    recoRolloutMs: start - 20 * HOUR_MS,
    driftStartMs: start - 10 * HOUR_MS,
    driftFullMs: start - 8 * HOUR_MS,
    fraudRolloutMs: start - 6 * HOUR_MS,
    backlogStartMs: start - 3 * HOUR_MS,
    failoverStartMs: start - 20 * MINUTE_MS,
    batchJobStartMs: start - 66 * MINUTE_MS,
    gatewayPrintsText: true,
    faults,
  };
}

/** The story in sentences with their instants, oldest first, for the lab's front page. */
export function storyOf(scenario: Scenario): readonly { atMs: number; text: string }[] {
  return [
    { atMs: scenario.fraudPromotionMs, text: 'fraud_detector 2.3.0 becomes champion, 2.2.0 ends' },
    { atMs: scenario.outageStartMs, text: 'feature store (Redis) out: slow fetches, FeatureStoreTimeout' },
    { atMs: scenario.outageEndMs, text: 'feature store back' },
    { atMs: scenario.churnLabelsStopMs, text: 'last label for churn_scorer arrives' },
    { atMs: scenario.recoRolloutMs, text: 'reco 2.4.0 takes 50 % as challenger: faster' },
    { atMs: scenario.driftStartMs, text: 'input amount of churn_scorer begins to drift (2 h ramp)' },
    { atMs: scenario.fraudRolloutMs, text: 'fraud_detector 2.4.0 takes 20 % as challenger: slower, more errors' },
    { atMs: scenario.backlogStartMs, text: 'backlog of pipeline churn_features begins to grow' },
    { atMs: scenario.batchJobStartMs, text: `churn batch job whose trace ${BIG_TRACE_ID} has 10,000 spans` },
    { atMs: scenario.failoverStartMs, text: 'Redis failover: feature fetches three times as slow, going on' },
  ];
}
