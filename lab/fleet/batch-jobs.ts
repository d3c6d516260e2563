import { churnAmountFactor, isOutage } from './conditions';
import type { Ids } from './ids';
import { FEATURES } from './models';
import { keyOf, Random } from './random';
import type { Scenario } from './scenario';
import { BIG_TRACE_ID, BIG_TRACE_SPANS, WINDOW_MS } from './scenario';

export const BATCH_JOB_NAME = 'churn_hourly_scoring';
export const BATCH_STAGES = ['extract', 'score', 'load'] as const;
const HOUR_MS = 3_600_000;
const ROWS_PER_JOB = 8000;
/** Cell number of batch jobs in ids: above every cell of requests. */
const BATCH_CELL = 15;

/** One run of the hourly batch job of churn_scorer. */
export interface BatchJob {
  startMs: number;
  endMs: number;
  /** Durations in the order of BATCH_STAGES, milliseconds; their sum is endMs − startMs. */
  stageMs: readonly [number, number, number];
  rows: number;
  traceId: string;
  spans: number;
}

/** The hourly jobs: when each ran, what it read and how its trace is called. */
export class BatchJobs {
  constructor(
    private readonly seed: number,
    private readonly scenario: Scenario,
    private readonly ids: Ids,
  ) {}

  /** The job that starts `hour` hours after the one of the scenario; negative before it. */
  job(hour: number): BatchJob {
    const startMs = this.scenario.batchJobStartMs + hour * HOUR_MS;
    const random = new Random(keyOf(this.seed, BATCH_CELL, hour + 100_000));
    const slowness = isOutage(startMs, this.scenario) ? 3 : 1;
    const stageMs = [
      Math.round((38_000 + random.normal() * 4000) * slowness),
      Math.round(205_000 + random.normal() * 12_000),
      Math.round(24_000 + random.normal() * 2000),
    ] as const;
    const isBig = hour === 0;
    return {
      startMs,
      endMs: startMs + stageMs[0] + stageMs[1] + stageMs[2],
      stageMs,
      rows: ROWS_PER_JOB + Math.round(random.normal() * 200),
      traceId: isBig ? BIG_TRACE_ID : this.ids.traceId({ cell: BATCH_CELL, window: startMs / WINDOW_MS, index: 0 }),
      spans: isBig ? BIG_TRACE_SPANS : 40,
    };
  }

  /** Jobs that ended in startMs ≤ t < endMs, oldest first. */
  endedIn(startMs: number, endMs: number): BatchJob[] {
    return this.between(startMs, endMs).filter((job) => job.endMs >= startMs && job.endMs < endMs);
  }

  /** Jobs that ran at some moment of startMs ≤ t < endMs, oldest first. */
  between(startMs: number, endMs: number): BatchJob[] {
    const first = Math.floor((startMs - this.scenario.batchJobStartMs) / HOUR_MS) - 1;
    const last = Math.floor((endMs - this.scenario.batchJobStartMs) / HOUR_MS);
    const jobs: BatchJob[] = [];
    for (let hour = first; hour <= last; hour++) {
      const job = this.job(hour);
      if (job.endMs >= startMs && job.startMs < endMs) jobs.push(job);
    }
    return jobs;
  }

  /** The job of a trace id, or null. Whether it has ended is not said. */
  ofTrace(traceId: string): BatchJob | null {
    if (traceId === BIG_TRACE_ID) return this.job(0);
    const place = this.ids.placeOfTrace(traceId);
    if (place === null || place.cell !== BATCH_CELL) return null;
    const hour = (place.window * WINDOW_MS - this.scenario.batchJobStartMs) / HOUR_MS;
    const job = Number.isInteger(hour) ? this.job(hour) : null;
    return job?.traceId === traceId ? job : null;
  }

  /** Hands over every feature value that a job read, drifted as the online ones are; NaN is missing. */
  readRows(job: BatchJob, observe: (feature: number, value: number) => void): void {
    const random = new Random(keyOf(this.seed, BATCH_CELL, job.startMs / WINDOW_MS, 2));
    const amountFactor = churnAmountFactor(job.startMs, this.scenario);
    for (let row = 0; row < job.rows; row++) {
      for (let f = 0; f < FEATURES.length; f++) {
        const feature = FEATURES[f];
        if (feature === undefined) continue;
        const value = feature.shape.at(random.next()) * feature.scale * (f === 0 ? amountFactor : 1);
        observe(f, random.next() < feature.missingShare ? Number.NaN : Math.round(value * 1000) / 1000);
      }
    }
  }
}
