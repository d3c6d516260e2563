import type { READINESS_AREAS } from '@/lib/contracts/readiness';

/*
 * What each check is called, what passes, and how much it counts. The bounds stand in the sentences and nowhere else but
 * in the function that decides.
 */

export const CHECK_IDS = [
  'log-json',
  'log-identity',
  'log-ids',
  'trace-coverage',
  'trace-propagation',
  'targets-up',
  'histograms',
  'bucket-bounds',
  'exemplars',
  'cardinality',
  'runbooks',
  'noisy-alerts',
  'label-freshness',
  'retention',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export interface CheckDefinition {
  area: (typeof READINESS_AREAS)[number];
  title: string;
  definition: string;
  /** 1 to 3: 3 where an incident cannot be investigated without it. */
  weight: number;
}

export const CHECK_DEFINITIONS: Readonly<Record<CheckId, CheckDefinition>> = {
  'log-json': {
    area: 'logs',
    title: 'Log lines are structured',
    definition: 'At least 99 % of the newest lines of each service are JSON objects.',
    weight: 2,
  },
  'log-identity': {
    area: 'logs',
    title: 'Request logs carry model and version',
    definition:
      'At least 99 % of the newest request lines of each service name both, as label, structured metadata or field. A request line is a JSON line with a latency, a prediction, or an event of one.',
    weight: 3,
  },
  'log-ids': {
    area: 'logs',
    title: 'Request logs carry request and trace id',
    definition:
      'At least 99 % of the newest request lines of each service carry both, as structured metadata or field, and the trace id is 1 to 32 hex digits.',
    weight: 3,
  },
  'trace-coverage': {
    area: 'traces',
    title: 'Errors and slow requests have a trace',
    definition:
      'At least 90 % of the sampled failed requests, and of the slow ones, have their trace in Tempo, looked up by the id of their log line. Slow: over the latency objective, or without one over the bucket that holds P99.',
    weight: 3,
  },
  'trace-propagation': {
    area: 'traces',
    title: 'Every service passes the trace on',
    definition:
      'No service that serves requests begins a new trace for a request that has one already (told by the request id on both), and each that logs requests has spans.',
    weight: 3,
  },
  'targets-up': {
    area: 'metrics',
    title: 'Every target is scraped',
    definition: 'No active target of Prometheus is down.',
    weight: 3,
  },
  histograms: {
    area: 'metrics',
    title: 'Quantiles come from histograms',
    definition:
      'Every metric of time that names a model has buckets or is a native histogram. A sum and a count alone give an average, which hides the slow requests; the quantiles of a summary cannot be added up over instances.',
    weight: 3,
  },
  'bucket-bounds': {
    area: 'metrics',
    title: 'Buckets have a bound at each latency objective',
    definition: 'The threshold of every latency objective is a bound of the latency buckets of its model.',
    weight: 2,
  },
  exemplars: {
    area: 'metrics',
    title: 'Latency has exemplars',
    definition:
      'The latency buckets of each model carry exemplars with a trace id, looked at over the last hour of the range.',
    weight: 1,
  },
  cardinality: {
    area: 'metrics',
    title: 'Cardinality is within bounds',
    definition:
      'No label has 10,000 values or more (5,000: watch) and no metric 100,000 series (20,000: watch) in the newest hours.',
    weight: 2,
  },
  runbooks: {
    area: 'alerts',
    title: 'Every alert has a runbook',
    definition: 'Every alerting rule loaded by Prometheus or the Loki ruler has an annotation runbook_url or runbook.',
    weight: 2,
  },
  'noisy-alerts': {
    area: 'alerts',
    title: 'Alerts are not noise',
    definition: 'No alert began to fire more than 7 times in the last 7 days (watch), or 21 times (fail).',
    weight: 1,
  },
  'label-freshness': {
    area: 'labels',
    title: 'Labels arrive',
    definition: 'The newest label of each model is younger than its freshness objective, or than 24 h without one.',
    weight: 2,
  },
  retention: {
    area: 'retention',
    title: 'Retention is known and long enough',
    definition:
      'Each source says how long it keeps its data: metrics as long as the longest objective (14 d without one), logs and traces 7 d.',
    weight: 1,
  },
};
