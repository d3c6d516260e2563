import 'server-only';
import type { SignalName } from '../config';

/** Signals that the contract names the same whatever serves the model; requests, errors and latency come from a preset. */
export type ContractSignal = Exclude<
  SignalName,
  'requests' | 'errors' | 'latency' | 'inFlight' | 'inputTokens' | 'outputTokens'
>;

export interface ContractEntry {
  /** What it is called where it is missed. */
  title: string;
  metric: string;
  type: 'counter' | 'gauge' | 'histogram';
  /** Role of a label to its name. */
  labels: Readonly<Record<string, string>>;
}

const MODEL = { model: 'model_name', version: 'model_version' };

export const CONTRACT: Readonly<Record<ContractSignal, ContractEntry>> = {
  featureFetch: {
    title: 'feature fetch time',
    metric: 'feature_fetch_seconds',
    type: 'histogram',
    labels: { ...MODEL, source: 'source' },
  },
  stageTime: {
    title: 'time by stage',
    metric: 'model_stage_seconds',
    type: 'histogram',
    labels: { ...MODEL, stage: 'stage' },
  },
  role: { title: 'roles', metric: 'model_info', type: 'gauge', labels: { ...MODEL, role: 'role' } },
  featureValue: {
    title: 'numeric inputs',
    metric: 'feature_value',
    type: 'histogram',
    labels: { ...MODEL, feature: 'feature' },
  },
  featureCategory: {
    title: 'categorical inputs',
    metric: 'feature_category_total',
    type: 'counter',
    labels: { ...MODEL, feature: 'feature', category: 'category' },
  },
  featureMissing: {
    title: 'missing inputs',
    metric: 'feature_missing_total',
    type: 'counter',
    labels: { ...MODEL, feature: 'feature' },
  },
  featureObserved: {
    title: 'observed inputs',
    metric: 'feature_observed_total',
    type: 'counter',
    labels: { ...MODEL, feature: 'feature' },
  },
  predictionScore: { title: 'scores', metric: 'prediction_score', type: 'histogram', labels: MODEL },
  predictions: {
    title: 'predictions by label',
    metric: 'predictions_total',
    type: 'counter',
    labels: { ...MODEL, label: 'label' },
  },
  featureBaseline: {
    title: 'training baseline',
    metric: 'feature_baseline_bucket',
    type: 'gauge',
    labels: { ...MODEL, feature: 'feature' },
  },
  featureDriftScore: {
    title: 'input drift',
    metric: 'feature_drift_score',
    type: 'gauge',
    labels: { ...MODEL, feature: 'feature', method: 'method' },
  },
  outcomes: {
    title: 'outcomes',
    metric: 'prediction_outcomes_total',
    type: 'counter',
    labels: { ...MODEL, cohort: 'cohort', outcome: 'outcome' },
  },
  labelFreshness: {
    title: 'label age',
    metric: 'label_last_received_timestamp_seconds',
    type: 'gauge',
    labels: { model: 'model_name' },
  },
  batchDuration: {
    title: 'batch duration',
    metric: 'batch_job_duration_seconds',
    type: 'gauge',
    labels: { job: 'job_name', stage: 'stage' },
  },
  batchRows: {
    title: 'batch rows',
    metric: 'batch_rows_total',
    type: 'counter',
    labels: { job: 'job_name', stage: 'stage' },
  },
  batchLastSuccess: {
    title: 'last success of batch jobs',
    metric: 'batch_job_last_success_timestamp_seconds',
    type: 'gauge',
    labels: { job: 'job_name' },
  },
  pipelineBacklog: {
    title: 'pipeline backlog',
    metric: 'feature_pipeline_backlog_rows',
    type: 'gauge',
    labels: { pipeline: 'pipeline' },
  },
  segments: {
    title: 'requests by segment',
    metric: 'inference_segment_requests_total',
    type: 'counter',
    labels: { ...MODEL, segment: 'user_segment', status: 'status' },
  },
};

export const CONTRACT_SIGNALS = Object.keys(CONTRACT).filter((name): name is ContractSignal => name in CONTRACT);
