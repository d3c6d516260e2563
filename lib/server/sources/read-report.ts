import 'server-only';
import type { SourcesReport } from '@/lib/contracts/source';
import { getConfig, type SignalsConfig } from '../config';
import { AppError } from '../errors';
import { CONTRACT, CONTRACT_SIGNALS } from '../signals/contract';
import { missingContract } from '../signals/missing';
import { signalMapOf } from '../signals/resolve-map';
import type { SignalMap } from '../signals/signal-map';
import { openTelemetry } from '../telemetry';
import { sourcesHealth } from './health';

/** Settings → Sources: how each source answers, the signal map in force, and what it cannot give. */
export async function readSourcesReport(nowMs: number): Promise<SourcesReport> {
  const config = getConfig();
  const [sources, found] = await Promise.all([
    sourcesHealth(nowMs),
    openTelemetry(nowMs).catch((error: unknown) => {
      // A Prometheus that is down, or none, is what this page is for: the map is then the preset's, unproven.
      if (error instanceof AppError) return error;
      throw error;
    }),
  ]);
  const failure = found instanceof AppError ? found : null;
  const map = found instanceof AppError ? unproven(config.signals) : found.map;
  const known = failure === null;
  const { preset } = map;
  return {
    sources,
    preset: {
      id: preset.id,
      product: preset.product,
      foundBy: known ? map.foundBy : 'assumed, since the Prometheus could not be asked',
    },
    alsoFound: map.alsoFound.map(({ id, product }) => ({ id, product })),
    signals: [
      ...presetSignals(map, config.signals, known),
      ...CONTRACT_SIGNALS.map((name) => {
        const { metric, labels, present, series, origin } = map.contract[name];
        return {
          signal: name,
          metric,
          labels: [...new Set(Object.values(labels))],
          present: known ? present : null,
          series: known ? series : null,
          origin,
        };
      }),
    ],
    missing: known
      ? [
          ...map.missing,
          ...CONTRACT_SIGNALS.filter((name) => !map.contract[name].present).map((name) =>
            missingContract(CONTRACT[name].title, name, map.contract[name].metric),
          ),
        ]
      : [{ signal: 'all of Prometheus', reason: failure.message, remedy: null }],
    configPath: config.file,
  };
}

const unproven = (signals: SignalsConfig): SignalMap => signalMapOf({ series: new Map(), labelsOf: () => [] }, signals);

type SignalLine = SourcesReport['signals'][number];

function presetSignals(map: SignalMap, { overrides }: SignalsConfig, known: boolean): SignalLine[] {
  const version = map.version.kind === 'none' ? [] : [map.version.label];
  const labels = [map.modelLabel, ...version];
  const lacks = (signal: string) => map.missing.some((one) => one.signal === signal);
  const origin = (name: 'requests' | 'errors' | 'latency' | 'inFlight') =>
    overrides[name] === undefined ? ('preset' as const) : ('configuration' as const);
  const { errors, latency } = map;
  return [
    {
      signal: 'requests',
      metric: map.requests?.metric ?? null,
      labels,
      present: known ? !lacks('requests') : null,
      series: known ? map.held.requests : null,
      origin: origin('requests'),
    },
    {
      signal: 'errors',
      metric:
        errors.kind === 'metric' ? errors.metric : errors.kind === 'label' ? (map.requests?.metric ?? null) : null,
      labels: errors.kind === 'label' ? [...labels, errors.label] : labels,
      present: known ? !lacks('errors') && !lacks('requests') : null,
      series: known ? map.held.errors : null,
      origin: origin('errors'),
    },
    {
      signal: 'latency',
      metric: latency.kind === 'none' ? null : latency.kind === 'mean' ? latency.sum : latency.metric,
      labels,
      present: known ? latency.kind === 'mean' || !lacks('latency quantiles') : null,
      series: known ? map.held.latency : null,
      origin: origin('latency'),
    },
    {
      signal: 'inFlight',
      metric: map.inFlight?.metric ?? overrides.inFlight?.metric ?? map.preset.inFlight,
      labels: map.inFlight?.hasModel ? labels : [],
      present: known ? map.inFlight !== null : null,
      series: known ? map.held.inFlight : null,
      origin: origin('inFlight'),
    },
  ];
}
