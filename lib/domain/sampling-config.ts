import type { SamplingChoice } from './sampling';

/** What the collector must be made large enough for. */
export interface CollectorLoad {
  /** Requests of all models per second; null: not measured. */
  readonly requestsPerSecond: number | null;
  /** The slowest model's P99; null: not measured. */
  readonly p99Ms: number | null;
}

const LEAST_WAIT_S = 10;
const LEAST_TRACES = 1_000;

/** A percentage without the dust of binary fractions. */
const percent = (ratio: number): string => String(Number((ratio * 100).toPrecision(10)));

/** How long a trace is waited for before it is decided about: ten seconds, or twice the P99 of the slowest model. */
export const decisionWaitS = ({ p99Ms }: CollectorLoad): number =>
  Math.max(LEAST_WAIT_S, Math.ceil((2 * (p99Ms ?? 0)) / 1000));

/** Traces that are held at once: those begun during the wait, twice over for peaks. */
export const heldTraces = (load: CollectorLoad, { headRatio }: SamplingChoice): number =>
  Math.max(LEAST_TRACES, Math.ceil(2 * (load.requestsPerSecond ?? 0) * headRatio * decisionWaitS(load)));

/**
 * An OpenTelemetry Collector's configuration of a choice (tail_sampling processor of collector-contrib), with the
 * environment of the services for the head rate. Only numbers of the choice go into it.
 */
export function collectorYaml(choice: SamplingChoice, load: CollectorLoad): string {
  const { headRatio, restRatio, keepsErrors, slowMs } = choice;
  const policies = [
    ...(keepsErrors
      ? ['      - name: errors', '        type: status_code', '        status_code: { status_codes: [ERROR] }']
      : []),
    ...(slowMs === null
      ? []
      : [
          '      - name: slow',
          '        type: latency',
          `        latency: { threshold_ms: ${Math.max(1, Math.round(slowMs))} }`,
        ]),
    '      - name: rest',
    '        type: probabilistic',
    `        probabilistic: { sampling_percentage: ${percent(restRatio)} }`,
  ];
  const expected = Math.max(1, Math.ceil((load.requestsPerSecond ?? 0) * headRatio));
  return `${[
    '# Head: what services begin at all. Set in the environment of each of them:',
    '#   OTEL_TRACES_SAMPLER=parentbased_traceidratio',
    `#   OTEL_TRACES_SAMPLER_ARG=${Number(headRatio.toPrecision(10))}`,
    '# Tail: what the collector keeps of it, once a trace is over. A trace is kept when any policy says so.',
    '# All spans of a trace must reach the same collector: put the loadbalancing exporter (routing_key: traceID) before several.',
    'receivers:',
    '  otlp:',
    '    protocols: { grpc: { endpoint: 0.0.0.0:4317 }, http: { endpoint: 0.0.0.0:4318 } }',
    'processors:',
    '  tail_sampling:',
    `    decision_wait: ${decisionWaitS(load)}s`,
    `    num_traces: ${heldTraces(load, choice)}`,
    `    expected_new_traces_per_sec: ${expected}`,
    '    policies:',
    ...policies,
    '  batch: {}',
    'exporters:',
    '  otlp/tempo:',
    '    endpoint: tempo:4317',
    '    tls: { insecure: true } # within the cluster; else set ca_file',
    'service:',
    '  pipelines:',
    '    traces:',
    '      receivers: [otlp]',
    '      processors: [tail_sampling, batch]',
    '      exporters: [otlp/tempo]',
  ].join('\n')}\n`;
}
