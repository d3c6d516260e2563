import 'server-only';
import { z } from 'zod';
import { SEVERITIES } from '@/lib/contracts/incident-words';
import { TOKEN_PERMISSIONS } from '@/lib/contracts/permission';
import { cost } from './cost';
import { InboundBlock, IncidentsBlock } from './incidents';
import { block, listOf, oneOf } from './problems';
import { SyntheticBlock } from './synthetic';
import {
  amount,
  count,
  databaseUrl,
  durationMs,
  flag,
  httpUrl,
  objective,
  re2Pattern,
  Secret,
  secretHeaders,
  share,
  sizeBytes,
  telemetryName,
  text,
  webhookUrl,
  webLink,
} from './values';

/** `windsock.yaml` as people write it; `parse.ts` turns it into what the console uses. */

const source = {
  name: text(60).optional(),
  url: httpUrl,
  tenant: text(200).optional(),
  bearerToken: Secret.optional(),
  basicAuth: block({ username: text(200), password: Secret }).optional(),
  headers: secretHeaders.optional(),
  timeout: durationMs(100, 600_000, '100ms to 10m').prefault('30s'),
  maxConcurrent: count(1, 256).default(8),
  maxAnswerSize: sizeBytes(10_000, 500_000_000, '10kB to 500MB').prefault('20MB'),
  explore: block({ grafanaUrl: httpUrl, datasourceUid: text(200) }).optional(),
};

export const SourceBlock = block(source);
export type SourceBlock = z.infer<typeof SourceBlock>;
const PrometheusBlock = block({
  ...source,
  scrapeInterval: durationMs(1_000, 3_600_000, '1s to 1h').prefault('30s'),
});

const TempoBlock = block({
  ...source,
  maxTraceSize: sizeBytes(100_000, 500_000_000, '100kB to 500MB').prefault('256MB'),
});

const PRESETS = [
  'auto',
  'windsock',
  'triton',
  'vllm',
  'sglang',
  'tgi',
  'kserve-python',
  'kserve-llmisvc',
  'seldon-core-2',
  'seldon-core-1',
  'mlserver',
  'bentoml',
  'torchserve',
  'tf-serving',
  'ray-serve',
  'fastapi-instrumentator',
  'otel-http',
  'otel-genai',
  'istio',
  'inference-gateway',
  'litellm',
  'evidently-legacy',
] as const;

const override = block({
  metric: telemetryName.optional(),
  type: oneOf(['counter', 'histogram', 'native_histogram', 'summary', 'gauge']).optional(),
  unit: oneOf(['seconds', 'milliseconds', 'microseconds', 'nanoseconds']).optional(),
  labels: z.record(text(60), telemetryName, { error: 'expected label roles with label names' }).optional(),
  errorValues: z.array(text(100), { error: 'expected a list of label values' }).optional(),
}).optional();

const renames = z.record(text(60), telemetryName, { error: 'expected names of the contract with your names' });

const signals = block({
  preset: oneOf(PRESETS).default('auto'),
  modelLabel: telemetryName.optional(),
  versionLabels: z.array(telemetryName, { error: 'expected a list of label names' }).default([]),
  overrides: block({
    requests: override,
    errors: override,
    latency: override,
    featureFetch: override,
    stageTime: override,
    inFlight: override,
    role: override,
    featureValue: override,
    featureCategory: override,
    featureMissing: override,
    featureObserved: override,
    predictionScore: override,
    predictions: override,
    featureBaseline: override,
    featureDriftScore: override,
    outcomes: override,
    labelFreshness: override,
    batchDuration: override,
    batchRows: override,
    batchLastSuccess: override,
    pipelineBacklog: override,
    segments: override,
    inputTokens: override,
    outputTokens: override,
  }).prefault({}),
  logFields: renames.default({}),
  spanAttributes: renames.default({}),
});

const slo = block({
  name: text(100).optional(),
  kind: oneOf(['availability', 'latency', 'freshness', 'quality']),
  objective,
  window: durationMs(3_600_000, 366 * 86_400_000, '1h to 366d').prefault('30d'),
  threshold: durationMs(1, 366 * 86_400_000, '1ms to 366d').optional(),
  measure: oneOf(['accuracy', 'precision', 'recall']).optional(),
  job: text(200).optional(),
  owner: text(200).optional(),
  runbook: webLink.optional(),
}).superRefine((value, context) => {
  const timed = value.kind === 'latency' || value.kind === 'freshness';
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (timed && value.threshold === undefined) problem('threshold', `expected a duration: kind ${value.kind} needs one`);
  if (!timed && value.threshold !== undefined) problem('threshold', `kind ${value.kind} takes no threshold`);
  if (value.kind === 'quality' && value.measure === undefined) {
    problem('measure', 'expected one of accuracy, precision, recall: kind quality needs one');
  }
  if (value.kind !== 'quality' && value.measure !== undefined)
    problem('measure', `kind ${value.kind} takes no measure`);
  if (value.kind !== 'freshness' && value.job !== undefined) problem('job', `kind ${value.kind} takes no job`);
});

const guard = block({
  enabled: flag.default(false),
  interval: durationMs(60_000, 86_400_000, '1m to 1d').prefault('1m'),
  violations: count(1, 1_000).default(3),
  armed: flag.default(false),
  cooldown: durationMs(60_000, 30 * 86_400_000, '1m to 30d').prefault('1h'),
  maxAge: durationMs(60_000, 86_400_000, '1m to 1d').prefault('5m'),
  webhooks: z.array(text(60), { error: 'expected a list of names of webhook endpoints' }).default([]),
  incident: oneOf(['none', ...SEVERITIES]).default('SEV2'),
}).superRefine((value, context) => {
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (value.interval % 60_000 !== 0) problem('interval', 'expected whole minutes');
  if (value.armed && value.webhooks.length === 0) {
    problem('webhooks', 'expected at least one webhook endpoint: an armed guard without one could do nothing');
  }
});

const policy = block({
  maxP95IncreaseRatio: amount(0, 100).optional(),
  maxErrorIncreasePoints: amount(0, 100).optional(),
  minRequests: count(1, 1_000_000_000).optional(),
  minMinutes: amount(0, 100_000).optional(),
  maxQualityDropPoints: amount(0, 100).optional(),
  challengerShare: share.optional(),
  guard: guard.optional(),
});

const model = block({
  name: text(),
  champion: text(200).optional(),
  challenger: text(200).optional(),
  owner: text(200).optional(),
  runbook: webLink.optional(),
  slos: z.array(slo, { error: 'expected a list of objectives' }).default([]),
  policy: policy.prefault({}),
  cost: cost.optional(),
  proxies: z
    .array(
      block({
        name: text(60),
        query: text(2_000),
        unit: text(20).optional(),
        better: oneOf(['up', 'down']).optional(),
      }),
      { error: 'expected a list of proxies' },
    )
    .max(10, { error: 'expected at most 10 proxies' })
    .default([]),
  replay: block({
    url: httpUrl,
    headers: secretHeaders.optional(),
    timeout: durationMs(100, 60_000, '100ms to 1m').prefault('10s'),
    maxAnswerSize: sizeBytes(1_000, 10_000_000, '1kB to 10MB').prefault('1MB'),
    allowLinkLocal: flag.default(false),
  }).optional(),
  synthetic: SyntheticBlock.optional(),
}).refine((value) => value.champion === undefined || value.champion !== value.challenger, {
  path: ['challenger'],
  error: 'expected another version than the champion',
});

const HOST = /^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i;

export const ConfigFile = block({
  server: block({
    host: text(200).default('127.0.0.1'),
    port: count(1, 65_535).default(3000),
    publicUrl: httpUrl.optional(),
    allowedHosts: z
      .array(text(200).regex(HOST, { error: 'expected a host name such as windsock.example.com' }), {
        error: 'expected a list of host names',
      })
      .default([]),
  }).prefault({}),
  sources: block({
    prometheus: listOf(PrometheusBlock).default([]),
    loki: listOf(SourceBlock).default([]),
    tempo: listOf(TempoBlock).default([]),
    alertmanager: listOf(SourceBlock).default([]),
  }).refine((value) => Object.values(value).some((list) => list.length > 0), {
    error: 'expected at least one source: prometheus, loki, tempo or alertmanager',
  }),
  signals: signals.prefault({}),
  models: z.array(model, { error: 'expected a list of models' }).default([]),
  access: block({
    tokens: z
      .array(
        block({
          name: text(60),
          token: Secret,
          permissions: z.array(oneOf(TOKEN_PERMISSIONS), { error: 'expected a list of permissions' }).min(1, {
            error: 'expected at least one permission',
          }),
        }),
        { error: 'expected a list of tokens' },
      )
      .default([]),
  }).prefault({}),
  redaction: block({
    defaults: flag.default(true),
    rules: z
      .array(block({ name: text(60), pattern: re2Pattern, replacement: z.string().max(200).optional() }), {
        error: 'expected a list of rules',
      })
      .default([]),
  }).prefault({}),
  events: block({
    firstTraffic: flag.default(true),
    roleChanges: flag.default(true),
    alerts: flag.default(true),
    incidents: flag.default(true),
    notes: flag.default(true),
  }).prefault({}),
  // How long what guards found is kept; what they acted on is kept for good.
  guard: block({ keepEvaluations: durationMs(86_400_000, 3_660 * 86_400_000, '1d to 3660d').prefault('30d') }).prefault(
    {},
  ),
  alerts: block({ maxSilence: durationMs(60_000, 366 * 86_400_000, '1m to 366d').prefault('7d') }).prefault({}),
  incidents: IncidentsBlock.prefault({}),
  webhooks: block({
    in: InboundBlock.prefault({}),
    out: z
      .array(
        block({
          name: text(60),
          url: webhookUrl,
          secret: Secret,
          previousSecret: Secret.optional(),
          events: z
            .array(
              text(100).regex(/^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/, {
                error: 'expected a type such as incident.declared, or incident.*',
              }),
              {
                error: 'expected a list of types',
              },
            )
            .min(1, { error: 'expected at least one type, or no list for all' })
            .default(['*']),
          timeout: durationMs(1_000, 60_000, '1s to 1m').prefault('15s'),
          allowLinkLocal: flag.default(false),
        }),
        { error: 'expected a list of endpoints' },
      )
      .default([]),
  }).prefault({}),
  audit: block({ checkpoints: text(4_000).optional() }).prefault({}),
  database: block({ url: databaseUrl.optional() }).prefault({}),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
