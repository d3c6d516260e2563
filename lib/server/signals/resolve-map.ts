import 'server-only';
import type { SignalsConfig } from '../config';
import { regexAnyOf } from '../prometheus/promql';
import { CONTRACT, CONTRACT_SIGNALS, type ContractSignal } from './contract';
import { missingErrorLabel, missingErrors, missingLatency, missingRequests, missingVersion } from './missing';
import { type DurationUnit, type ErrorsBy, PRESETS, type Preset, type TokenCounter } from './preset';
import type { PresetSignal, ResolvedLatency, ResolvedSignal, SignalMap } from './signal-map';
import { type VersionSource, versionSourceOf } from './version-source';

/** What a Prometheus holds now, as far as the map asks. */
export interface Holdings {
  /** Metric name → series that carry it. */
  series: ReadonlyMap<string, number>;
  /** Labels of a metric; empty when it is not there or could not be asked. */
  labelsOf(metric: string): readonly string[];
}

/** Names a metric may be exposed under: clients of some languages append `_total` to counters, others do not. */
export const spellingsOf = (metric: string): string[] =>
  metric.endsWith('_total') ? [metric, metric.slice(0, -'_total'.length)] : [metric, `${metric}_total`];

const spelled = (holdings: Holdings, metric: string): string =>
  spellingsOf(metric).find((name) => holdings.series.has(name)) ?? metric;

const isThere = (holdings: Holdings, metric: string): boolean =>
  spellingsOf(metric).some((name) => holdings.series.has(name));

/** Where the model's name is looked for when the metrics themselves do not carry it. */
const MODEL_LABELS = ['model_name', 'model', 'service_name', 'service', 'app', 'job'];

/** Decides the map of a Prometheus from what it holds; the configuration wins over what was found. */
export function signalMapOf(holdings: Holdings, config: SignalsConfig): SignalMap {
  const found = PRESETS.filter((preset) => isFound(preset, holdings));
  const named = PRESETS.find(({ id }) => id === config.preset);
  const [windsock] = PRESETS;
  const preset = named ?? found[0] ?? windsock;
  if (preset === undefined) throw new Error('the table of presets is empty');
  const foundBy =
    named !== undefined
      ? 'set in the configuration'
      : found[0] === undefined
        ? 'assumed, since no known request metric is there'
        : `found by ${foundMetric(found[0], holdings)}`;

  const { overrides } = config;
  const requests = requestsOf(preset, holdings, config);
  const labels = requests === null ? [] : holdings.labelsOf(requests.metric);
  const modelLabel =
    config.modelLabel ??
    overrides.requests?.labels?.model ??
    preset.modelLabel ??
    MODEL_LABELS.find((label) => labels.includes(label)) ??
    'job';
  const version = versionSourceOf(
    {
      configured: [
        ...config.versionLabels,
        ...(overrides.requests?.labels?.version ? [overrides.requests.labels.version] : []),
      ],
      preset: preset.versionLabel,
      hasModelPrefix: preset.versionHasModelPrefix,
    },
    { labels, targetInfoLabels: holdings.labelsOf('target_info') },
  );
  const errors = errorsOf(preset, holdings, config);
  const latency = latencyOf(preset, holdings, config);
  const inFlight = inFlightOf(preset, holdings, config, modelLabel, version);
  const base = { preset, foundBy, modelLabel, version, requests, errors, latency, inFlight };
  return {
    ...base,
    held: heldBy(base, holdings),
    alsoFound: found.filter(({ id }) => id !== preset.id),
    only: overrides.requests?.metric === undefined ? preset.only : [],
    tokens: tokensOf(preset, holdings, config),
    contract: contractOf(holdings, config),
    missing: [
      ...missingRequests(preset, requests !== null && isThere(holdings, requests.metric), requests?.metric ?? null),
      ...missingErrors(errors, errors.kind === 'metric' && !isThere(holdings, errors.metric)),
      ...missingErrorLabel(errors, requests?.metric ?? '', labels),
      ...missingLatency(preset, latency, hasLatency(latency, holdings)),
      ...missingVersion(version),
    ],
  };
}

function heldBy(
  { requests, errors, latency, inFlight }: Pick<SignalMap, PresetSignal>,
  { series }: Holdings,
): SignalMap['held'] {
  const count = (metric: string | null | undefined) => (metric == null ? null : (series.get(metric) ?? 0));
  const timed =
    latency.kind === 'histogram'
      ? `${latency.metric}_count`
      : latency.kind === 'mean'
        ? latency.sum
        : latency.kind === 'native'
          ? latency.metric
          : null;
  return {
    requests: count(requests?.metric),
    errors: count(errors.kind === 'metric' ? errors.metric : null),
    latency: count(timed),
    inFlight: count(inFlight?.metric),
  };
}

function isFound(preset: Preset, holdings: Holdings): boolean {
  if (!preset.detect.some((metric) => isThere(holdings, metric))) return false;
  if (preset.detectLabel === null) return true;
  return preset.detect.some((metric) =>
    holdings.labelsOf(spelled(holdings, metric)).includes(preset.detectLabel ?? ''),
  );
}

const foundMetric = (preset: Preset, holdings: Holdings): string =>
  spelled(holdings, preset.detect.find((metric) => isThere(holdings, metric)) ?? '');

function requestsOf(preset: Preset, holdings: Holdings, { overrides }: SignalsConfig): SignalMap['requests'] {
  const own = overrides.requests?.metric;
  if (own !== undefined) return { metric: spelled(holdings, own), successOnly: false };
  return preset.requests === null ? null : { ...preset.requests, metric: spelled(holdings, preset.requests.metric) };
}

function errorsOf(preset: Preset, holdings: Holdings, { overrides }: SignalsConfig): ErrorsBy {
  const { errors, requests } = overrides;
  const values = errors?.errorValues ?? requests?.errorValues;
  const label = errors?.labels?.status ?? requests?.labels?.status;
  const pattern = values === undefined ? null : regexAnyOf(values);
  if (errors?.metric !== undefined) {
    return { kind: 'metric', metric: spelled(holdings, errors.metric), label: label ?? null, pattern };
  }
  const { errors: by } = preset;
  if (label !== undefined || pattern !== null) {
    const known = by.kind === 'label' ? by : { label: 'status', op: '=~' as const, value: 'error' };
    if (pattern === null) return { kind: 'label', label: label ?? known.label, op: known.op, value: known.value };
    return { kind: 'label', label: label ?? known.label, op: '=~', value: pattern };
  }
  return by.kind === 'metric' ? { ...by, metric: spelled(holdings, by.metric) } : by;
}

function latencyOf(preset: Preset, holdings: Holdings, { overrides }: SignalsConfig): ResolvedLatency {
  const own = overrides.latency;
  const by = preset.latency;
  const unit = own?.unit ?? (by.kind === 'none' ? 'seconds' : by.unit);
  if (own?.metric !== undefined) {
    const metric = own.metric.replace(/_bucket$/, '');
    if (own.type === 'native_histogram') return { kind: 'native', metric, unit };
    if (own.type === 'summary') return { kind: 'mean', sum: `${metric}_sum`, count: `${metric}_count`, unit };
    return histogramOf(metric, unit, holdings);
  }
  if (by.kind === 'histogram') {
    if (own?.type === 'native_histogram') return { kind: 'native', metric: by.metric, unit };
    return histogramOf(by.metric, unit, holdings);
  }
  if (by.kind === 'mean') {
    return { kind: 'mean', sum: spelled(holdings, by.sum), count: spelled(holdings, by.count), unit };
  }
  return { kind: 'none' };
}

/** A native histogram has no _bucket series; where only it is there, it is what there is to read. */
function histogramOf(metric: string, unit: DurationUnit, holdings: Holdings): ResolvedLatency {
  const isThereToo = holdings.series.has(metric);
  if (isThereToo && !holdings.series.has(`${metric}_bucket`)) return { kind: 'native', metric, unit };
  return { kind: 'histogram', metric, unit, ...(isThereToo ? { hasNative: true } : {}) };
}

const hasLatency = (latency: ResolvedLatency, holdings: Holdings): boolean =>
  latency.kind === 'histogram'
    ? holdings.series.has(`${latency.metric}_bucket`)
    : latency.kind === 'native'
      ? holdings.series.has(latency.metric)
      : latency.kind === 'mean' && holdings.series.has(latency.sum);

function inFlightOf(
  preset: Preset,
  holdings: Holdings,
  config: SignalsConfig,
  modelLabel: string,
  version: VersionSource,
): SignalMap['inFlight'] {
  const metric = config.overrides.inFlight?.metric ?? preset.inFlight;
  if (metric === null || !holdings.series.has(metric)) return null;
  const labels = holdings.labelsOf(metric);
  return {
    metric,
    hasModel: labels.includes(modelLabel),
    hasVersion: version.kind === 'label' && labels.includes(version.label),
  };
}

function contractOf(holdings: Holdings, { overrides }: SignalsConfig): SignalMap['contract'] {
  const resolve = (signal: ContractSignal): ResolvedSignal => {
    const own = overrides[signal];
    const entry = CONTRACT[signal];
    const written = own?.metric ?? entry.metric;
    const metric = entry.type === 'counter' ? spelled(holdings, written) : written;
    const bare = holdings.series.get(metric) ?? 0;
    // A native histogram has no _count series.
    const counted = entry.type === 'histogram' ? (holdings.series.get(`${metric}_count`) ?? bare) : bare;
    return {
      signal,
      metric,
      labels: { ...entry.labels, ...own?.labels },
      present: counted > 0,
      hasNative: entry.type === 'histogram' && bare > 0,
      series: counted,
      origin: own === undefined ? 'preset' : 'configuration',
      errorPattern: own?.errorValues === undefined ? null : regexAnyOf(own.errorValues),
    };
  };
  const all = Object.fromEntries(CONTRACT_SIGNALS.map((signal) => [signal, resolve(signal)]));
  return all as Record<ContractSignal, ResolvedSignal>;
}

/** Tokens are told only where both kinds are there: half of them would be a wrong number. */
function tokensOf({ tokens }: Preset, holdings: Holdings, { overrides }: SignalsConfig): SignalMap['tokens'] {
  const of = (own: string | undefined, kind: 'input' | 'output'): TokenCounter | null => {
    if (own !== undefined) return isThere(holdings, own) ? { metric: spelled(holdings, own), only: null } : null;
    const by = tokens?.[kind] ?? null;
    return by === null || !isThere(holdings, by.metric) ? null : { ...by, metric: spelled(holdings, by.metric) };
  };
  const input = of(overrides.inputTokens?.metric, 'input');
  const output = of(overrides.outputTokens?.metric, 'output');
  return input === null || output === null ? null : { input, output };
}

/** Every name that decides a map: asked in one query. */
export function namesToAsk({ overrides }: SignalsConfig): string[] {
  const names = new Set<string>(['target_info']);
  const add = (metric: string | null | undefined) => {
    if (metric) for (const name of spellingsOf(metric)) names.add(name);
  };
  const addHistogram = (metric: string) => {
    for (const name of [metric, `${metric}_bucket`, `${metric}_count`]) names.add(name);
  };
  for (const preset of PRESETS) {
    for (const metric of preset.detect) add(metric);
    add(preset.requests?.metric);
    if (preset.errors.kind === 'metric') add(preset.errors.metric);
    if (preset.latency.kind === 'histogram') addHistogram(preset.latency.metric);
    if (preset.latency.kind === 'mean') for (const name of [preset.latency.sum, preset.latency.count]) add(name);
    if (preset.inFlight !== null) names.add(preset.inFlight);
    add(preset.tokens?.input.metric);
    add(preset.tokens?.output.metric);
  }
  for (const own of [...Object.values(CONTRACT), ...Object.values(overrides)]) {
    if (own?.metric === undefined) continue;
    add(own.metric);
    addHistogram(own.metric);
  }
  return [...names].sort();
}
