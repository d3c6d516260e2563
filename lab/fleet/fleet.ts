import { BatchJobs } from './batch-jobs';
import type { FleetFault } from './faults';
import { FleetLogStore } from './fleet-log-store';
import { FleetMetricStore } from './fleet-metric-store';
import { FleetTraceStore } from './fleet-trace-store';
import { type Scenario, type Story, scenarioOf, WINDOW_MS } from './scenario';
import { World } from './world';

export interface FleetOptions {
  /** Same seed and start, same world. */
  seed: number;
  /** How far back the world goes from its start, milliseconds. */
  historyMs: number;
  /** The lab's start, milliseconds since the epoch: what the story is told around. */
  startMs: number;
  /** The present. It moves on by itself in the lab and stands still in tests. */
  now: () => number;
  /** The demo's story unless said otherwise. */
  story?: Story;
  /** What is wrong with the telemetry itself; nothing unless said otherwise. */
  faults?: readonly FleetFault[];
}

/**
 * A simulated fleet of ML services: metrics, logs and traces of the same requests. All three are functions of seed, start
 * and the present; only metrics are kept, as running totals.
 */
export class Fleet {
  readonly scenario: Scenario;
  readonly world: World;
  readonly jobs: BatchJobs;
  readonly metrics: FleetMetricStore;
  readonly logs: FleetLogStore;
  readonly traces: FleetTraceStore;

  constructor({ seed, historyMs, startMs, now, story = 'demo', faults = [] }: FleetOptions) {
    this.scenario = scenarioOf(startMs, { story, faults });
    const bornMs = Math.floor((this.scenario.startMs - historyMs) / WINDOW_MS) * WINDOW_MS;
    // Logs and traces reach as far back as metrics do: from birth until the oldest kept window moves on.
    const firstMs = (): number => Math.max(bornMs, Math.floor((now() - historyMs) / WINDOW_MS) * WINDOW_MS);
    this.world = new World(seed, this.scenario, now, firstMs);
    this.jobs = new BatchJobs(seed, this.scenario, this.world.ids);
    this.metrics = new FleetMetricStore(this.world, this.jobs, { firstMs: bornMs, historyMs });
    this.logs = new FleetLogStore(this.world, this.jobs);
    this.traces = new FleetTraceStore(this.world, this.jobs);
    this.metrics.advance();
  }
}
