import { BATCH_JOB_NAME, BATCH_STAGES, type BatchJobs } from './batch-jobs';
import { FeatureColumns } from './cell-metrics';
import { churnAmountFactor, isOutage } from './conditions';
import { CounterColumn } from './histogram-columns';
import { CELLS, FEATURES, MODELS } from './models';
import { keyOf, Random } from './random';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import type { Column, SeriesTable } from './series-table';

/** What the fleet's Prometheus scrapes. */
export const TARGETS = [
  { job: 'fraud-api', instance: 'fraud-api-7d9f:9100' },
  { job: 'recommender', instance: 'recommender-7d9f:9100' },
  { job: 'churn-batch', instance: 'churn-batch-7d9f:9100' },
  { job: 'gateway', instance: 'gateway-7d9f:9100' },
  { job: 'feature-store', instance: 'feature-store-7d9f:9121' },
] as const;

const LABEL_DELAY_MS = 300_000;
const HOUR_MS = 3_600_000;
const BACKLOG_ROWS_PER_MINUTE = 900;

/** True while the target answers its scrapes: the feature store does not during its outage. */
export const isTargetUp = (job: string, atMs: number, scenario: Scenario): boolean =>
  (job !== 'feature-store' || !isOutage(atMs, scenario)) && (job !== 'gateway' || !scenario.faults.has('dead target'));

/** When the newest label of a model had arrived at a time: every five minutes, but for churn_scorer's that stopped. */
export function labelReceivedMs(model: string, atMs: number, scenario: Scenario): number {
  const newest = Math.floor(atMs / LABEL_DELAY_MS) * LABEL_DELAY_MS;
  if (model === 'reco' && scenario.faults.has('stale labels')) return Math.min(newest, scenario.startMs - 30 * HOUR_MS);
  return model === 'churn_scorer' ? Math.min(newest, scenario.churnLabelsStopMs) : newest;
}

/** Rows that wait in a feature pipeline. */
export function backlogRows(
  pipeline: string,
  atMs: number,
  { seed, scenario }: { seed: number; scenario: Scenario },
): number {
  const random = new Random(keyOf(seed, atMs / WINDOW_MS, pipeline === 'churn_features' ? 11 : 12));
  const grown = pipeline === 'churn_features' ? Math.max(0, atMs - scenario.backlogStartMs) / 60_000 : 0;
  return Math.round(600 + 400 * random.next() + grown * BACKLOG_ROWS_PER_MINUTE);
}

/** PSI of a feature's true distribution against its baseline over the histogram's bins. */
function trueDrift(featureIndex: number, factor: number): number {
  const feature = FEATURES[featureIndex];
  if (feature === undefined) return 0;
  const shares = (scale: number): number[] => {
    const below = [...feature.bounds.map((bound) => feature.shape.shareBelow(bound / scale)), 1];
    return below.map((share, i) => Math.max(share - (below[i - 1] ?? 0), 1e-4));
  };
  const expected = shares(feature.scale);
  return shares(feature.scale * factor).reduce((sum, actual, i) => {
    const before = expected[i] ?? 1e-4;
    return sum + (actual - before) * Math.log(actual / before);
  }, 0);
}

/** The series that belong to no version: freshness of labels, batch work, backlogs, targets, processes. */
export class FleetMetrics {
  private readonly labelReceived: { model: string; column: Column }[];
  private readonly up: { job: string; column: Column }[];
  private readonly memory: Column[];
  private readonly cpu: CounterColumn[];
  private readonly backlog: { pipeline: string; column: Column }[];
  private readonly duration: Column[];
  private readonly rows: CounterColumn[];
  private readonly lastSuccess: Column;
  private readonly batchFeatures: FeatureColumns[];
  private readonly drift: { feature: number; column: Column }[];
  private lastJob: { endMs: number; startMs: number; stageMs: readonly number[] } | null;

  constructor(
    table: SeriesTable,
    private readonly world: { seed: number; scenario: Scenario },
    private readonly jobs: BatchJobs,
    firstMs: number,
  ) {
    this.labelReceived = MODELS.map(({ name }) => ({
      model: name,
      column: table.column({ __name__: 'label_last_received_timestamp_seconds', model_name: name }),
    }));
    this.up = TARGETS.map((target) => ({ job: target.job, column: table.column({ __name__: 'up', ...target }) }));
    this.memory = TARGETS.map((target) => table.column({ __name__: 'process_resident_memory_bytes', ...target }));
    this.cpu = TARGETS.map((target) => new CounterColumn(table, 'process_cpu_seconds_total', { ...target }));
    this.backlog = ['churn_features', 'fraud_features'].map((pipeline) => ({
      pipeline,
      column: table.column({ __name__: 'feature_pipeline_backlog_rows', pipeline }),
    }));
    const job = { job_name: BATCH_JOB_NAME };
    this.duration = BATCH_STAGES.map((stage) =>
      table.column({ __name__: 'batch_job_duration_seconds', ...job, stage }),
    );
    this.rows = BATCH_STAGES.map((stage) => new CounterColumn(table, 'batch_rows_total', { ...job, stage }));
    this.lastSuccess = table.column({ __name__: 'batch_job_last_success_timestamp_seconds', ...job });
    const churn = CELLS.find(({ model }) => model.name === 'churn_scorer');
    const labels = { model_name: 'churn_scorer', model_version: churn?.version ?? '' };
    this.batchFeatures = FEATURES.map((feature) => new FeatureColumns(table, { ...labels, source: 'batch' }, feature));
    this.drift = FEATURES.map(({ name }, feature) => ({
      feature,
      column: table.column({ __name__: 'feature_drift_score', ...labels, feature: name, method: 'psi' }),
    }));
    this.lastJob = jobs.endedIn(firstMs - 2 * HOUR_MS, firstMs).at(-1) ?? null;
  }

  /** Writes the samples of a scrape; jobs count when they end. */
  scrape(scrapeMs: number): void {
    const { scenario } = this.world;
    for (const { model, column } of this.labelReceived) column.set(labelReceivedMs(model, scrapeMs, scenario) / 1000);
    for (const { job, column } of this.up) column.set(isTargetUp(job, scrapeMs, scenario) ? 1 : 0);
    const random = new Random(keyOf(this.world.seed, scrapeMs / WINDOW_MS, 13));
    for (const column of this.memory) column.set(Math.round((380 + 25 * random.next()) * 1_048_576));
    for (const counter of this.cpu) {
      counter.add((WINDOW_MS / 1000) * (0.25 + 0.1 * random.next()));
      counter.scrape();
    }
    for (const { pipeline, column } of this.backlog) column.set(backlogRows(pipeline, scrapeMs, this.world));
    for (const job of this.jobs.endedIn(scrapeMs - WINDOW_MS, scrapeMs)) {
      this.lastJob = job;
      for (const counter of this.rows) counter.add(job.rows);
      this.jobs.readRows(job, (feature, value) => this.batchFeatures[feature]?.observe(value));
    }
    for (const counter of this.rows) counter.scrape();
    for (const feature of this.batchFeatures) feature.scrape();
    if (this.lastJob === null) return;
    const { startMs, endMs, stageMs } = this.lastJob;
    this.lastSuccess.set(endMs / 1000);
    for (const [stage, column] of this.duration.entries()) column.set((stageMs[stage] ?? 0) / 1000);
    // The job that scores the rows also says how far they are from training.
    for (const { feature, column } of this.drift) {
      column.set(trueDrift(feature, feature === 0 ? churnAmountFactor(startMs, scenario) : 1));
    }
  }
}
