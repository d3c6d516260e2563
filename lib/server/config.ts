import 'server-only';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceKind } from '@/lib/contracts/error';
import type { TokenPermission } from '@/lib/contracts/permission';
import type { GuardPolicy } from '@/lib/contracts/rollout';
import type { IncidentsConfig } from './config/incidents';
import { parseConfig } from './config/parse';
import { ConfigError } from './config/problems';
import type { SyntheticConfig } from './config/synthetic';
import type { Webhooks } from './config/webhooks';
import type { RedactionRule } from './redaction/defaults';

/** One telemetry source as configured, secrets resolved. */
export interface SourceConfig {
  /** Shown to people: "Prometheus", "Loki prod". Unique. */
  name: string;
  kind: SourceKind;
  /** Base address without a trailing slash; the client adds the API path. */
  url: string;
  /** Authorization, tenant (`X-Scope-OrgID`) and other headers, from configuration only. */
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  maxConcurrent: number;
  maxAnswerBytes: number;
  /** Grafana's address and data source uid for "open in Grafana"; null when not configured. */
  explore: { grafanaUrl: string; datasourceUid: string } | null;
}

export interface PrometheusConfig extends SourceConfig {
  kind: 'prometheus';
  /** How often targets are scraped; a rate window is never shorter than four of these. */
  scrapeIntervalMs: number;
}

export interface TempoConfig extends SourceConfig {
  kind: 'tempo';
  /** Bytes read of one trace; one may be far larger than any other answer. */
  maxTraceBytes: number;
}

/** What a preset or an override can be told about; the telemetry contract's rows. */
export type SignalName =
  | 'requests'
  | 'errors'
  | 'latency'
  | 'featureFetch'
  | 'stageTime'
  | 'inFlight'
  | 'role'
  | 'featureValue'
  | 'featureCategory'
  | 'featureMissing'
  | 'featureObserved'
  | 'predictionScore'
  | 'predictions'
  | 'featureBaseline'
  | 'featureDriftScore'
  | 'outcomes'
  | 'labelFreshness'
  | 'batchDuration'
  | 'batchRows'
  | 'batchLastSuccess'
  | 'pipelineBacklog'
  | 'segments'
  | 'inputTokens'
  | 'outputTokens';

/** What the configuration says differently from the preset; an absent field keeps the preset's. */
export interface SignalOverride {
  metric?: string;
  type?: 'counter' | 'histogram' | 'native_histogram' | 'summary' | 'gauge';
  unit?: 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds';
  /** Role of a label (model, version, status, feature, stage, …) to the label's name in the metric. */
  labels?: Record<string, string>;
  /** Values of the status label that mean a failed request. */
  errorValues?: string[];
}

export interface SignalsConfig {
  /** `auto` lets the console detect which serving stack the Prometheus holds. */
  preset: string;
  overrides: Partial<Record<SignalName, SignalOverride>>;
  /** Label of the model's name; null keeps the preset's. */
  modelLabel: string | null;
  /** Labels to take the version from, the first present wins; empty keeps the preset's chain. */
  versionLabels: string[];
  /** Names in log lines and streams that differ from the contract (`model_version: ver`); keys are the contract's. */
  logFields: Record<string, string>;
  /** Names of span attributes that differ from the contract; keys are the contract's. */
  spanAttributes: Record<string, string>;
}

export interface SloConfig {
  name: string;
  kind: 'availability' | 'latency' | 'freshness' | 'quality';
  /** Share of good events or time, 0 to 1, both excluded. */
  objective: number;
  windowMs: number;
  /** Bound of a good request (latency) or of the age of labels (freshness); null for the other kinds. */
  thresholdMs: number | null;
  /** What a quality objective measures; null for the other kinds. */
  measure: 'accuracy' | 'precision' | 'recall' | null;
  /** The batch job whose last success is to be fresh (freshness); null: the labels of the model. */
  job: string | null;
  /** Who answers for it, and what to do when it burns; null: nobody said, neither here nor for the model. */
  owner: string | null;
  runbook: string | null;
}

/** When a challenger may be promoted and when it must go. */
export interface PolicyConfig {
  /** 0.2: P95 may rise by at most a fifth. */
  maxP95IncreaseRatio: number;
  /** Percentage points by which the error share may rise at most. */
  maxErrorIncreasePoints: number;
  minRequests: number;
  minMinutes: number;
  maxQualityDropPoints: number;
  /** The challenger's configured share of the traffic, 0 to 1; null when nobody said, and then the split is not checked. */
  challengerShare: number | null;
  guard: GuardPolicy;
}

/** Where a logged request can be sent to its model once more. */
export interface ReplayConfig {
  url: string;
  /** Secrets resolved; never shown. */
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  maxAnswerBytes: number;
  /** Without the address checks that keep the console from asking its cloud for credentials. */
  allowLinkLocal: boolean;
}

/** What a tool shows to prove who it is, and what it may then do. */
export interface AccessToken {
  name: string;
  secret: string;
  permissions: readonly TokenPermission[];
}

/** A stand-in for quality while labels are on their way. */
export interface ProxyConfig {
  name: string;
  /** PromQL of one series; `$window` stands for the length of a window. */
  query: string;
  unit: string | null;
  /** Which way is good; null: neither is said. */
  better: 'up' | 'down' | null;
}

export interface ModelConfig {
  name: string;
  champion: string | null;
  challenger: string | null;
  owner: string | null;
  runbook: string | null;
  slos: SloConfig[];
  policy: PolicyConfig;
  proxies: ProxyConfig[];
  /** What a million tokens cost; null: nobody said. */
  cost: { inputPerMillion: number; outputPerMillion: number; currency: string } | null;
  /** Null: replay is off. */
  replay: ReplayConfig | null;
  /** Null: no check is sent. */
  synthetic: SyntheticConfig | null;
}

export interface Config {
  /** Absolute path of the file this came from. */
  file: string;
  server: {
    host: string;
    port: number;
    /** Address people use, without a trailing slash; null when not behind a proxy. */
    publicUrl: string | null;
    /** Host names (lower case, with port if not the usual one) that requests may be sent to, besides loopback. */
    allowedHosts: string[];
  };
  /** A list of each kind, in the order of the file; the first is the default. Empty: not configured. */
  sources: {
    prometheus: PrometheusConfig[];
    loki: SourceConfig[];
    tempo: TempoConfig[];
    alertmanager: SourceConfig[];
  };
  signals: SignalsConfig;
  models: ModelConfig[];
  redaction: { rules: RedactionRule[] };
  /** Which changes are drawn under the charts. */
  events: { firstTraffic: boolean; roleChanges: boolean; alerts: boolean; incidents: boolean; notes: boolean };
  access: { tokens: AccessToken[] };
  guard: { keepEvaluationsMs: number };
  /** Longest silence that may be made here. */
  alerts: { maxSilenceMs: number };
  incidents: IncidentsConfig;
  webhooks: Webhooks;
  audit: {
    /** File of the checkpoints of the audit chain; null: beside the database. */
    checkpoints: string | null;
  };
  database: { url: string };
  /** Sentences about things that work but should not stay so, such as a password in the file. */
  warnings: string[];
}

/** Where people open this console, without a trailing slash: the address configured for them, else where it listens. */
export const consoleUrl = ({ server }: Config): string => server.publicUrl ?? `http://${server.host}:${server.port}`;

/** Where the configuration is read from: WINDSOCK_CONFIG, else `windsock.yaml` in the working directory. Absolute. */
export const configPath = (env: NodeJS.ProcessEnv = process.env): string =>
  resolve(/* turbopackIgnore: true */ env.WINDSOCK_CONFIG || 'windsock.yaml');

/** Reads and parses a configuration file. Throws ConfigError when it is missing or any key is bad. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new ConfigError(file, [
      missing
        ? 'there is no such file; copy windsock.sample.yaml to windsock.yaml and name your sources, or try `npm run demo`'
        : `the file cannot be read (${cause instanceof Error ? cause.message : String(cause)})`,
    ]);
  }
  return parseConfig(text, file, env);
}

// On globalThis because Next.js gives each route bundle its own copy of this module.
const holder = globalThis as typeof globalThis & { windsockConfig?: { key: string; config: Config } };

/** The configuration of this process, parsed at its first use. Throws ConfigError. */
export function getConfig(): Config {
  const key = [configPath(), process.env.DATABASE_URL, process.env.PORT, process.env.WINDSOCK_HOST].join('\n');
  if (holder.windsockConfig?.key !== key) holder.windsockConfig = { key, config: loadConfig(configPath()) };
  return holder.windsockConfig.config;
}
