const family = (type: string, help: string, unit = '') => ({ type, help, unit });

/** Metric family → type, help and unit, as the fleet's targets expose them (OpenMetrics: counters without `_total`). */
export const METRIC_FAMILIES: ReadonlyMap<string, { type: string; help: string; unit: string }> = new Map([
  ['inference_requests', family('counter', 'Predictions answered, by status.')],
  ['inference_segment_requests', family('counter', 'Predictions answered, by user segment and status.')],
  ['inference_latency_seconds', family('histogram', 'Time from request to answer.', 'seconds')],
  ['feature_fetch_seconds', family('histogram', 'Time to fetch features, by source.', 'seconds')],
  ['model_stage_seconds', family('histogram', 'Time of each stage of a prediction.', 'seconds')],
  ['in_flight_requests', family('gauge', 'Requests being answered.')],
  ['model_info', family('gauge', 'Deployed versions and their role.')],
  ['feature_value', family('histogram', 'Values of numeric input features.')],
  ['feature_category', family('counter', 'Values of categorical input features.')],
  ['feature_missing', family('counter', 'Input features that were missing.')],
  ['feature_observed', family('counter', 'Input features that were looked at, missing ones included.')],
  ['prediction_score', family('histogram', 'Scores that the model gave.')],
  ['predictions', family('counter', 'Predictions by label.')],
  ['feature_baseline_bucket', family('gauge', 'Cumulative counts of the training set, by upper bound.')],
  ['feature_baseline_count', family('gauge', 'Rows of the training set.')],
  ['feature_drift_score', family('gauge', 'Drift of the last batch against training.')],
  ['prediction_outcomes', family('counter', 'Predictions whose label arrived, by cohort and outcome.')],
  ['label_last_received_timestamp_seconds', family('gauge', 'When the newest label arrived.', 'seconds')],
  ['batch_job_duration_seconds', family('gauge', 'Duration of the last run, by stage.', 'seconds')],
  ['batch_rows', family('counter', 'Rows that batch jobs went through, by stage.')],
  ['batch_job_last_success_timestamp_seconds', family('gauge', 'When the job last succeeded.', 'seconds')],
  ['feature_pipeline_backlog_rows', family('gauge', 'Rows that wait in the pipeline.')],
  ['process_resident_memory_bytes', family('gauge', 'Resident memory size in bytes.', 'bytes')],
  ['process_cpu_seconds', family('counter', 'Total user and system CPU time spent in seconds.', 'seconds')],
]);
