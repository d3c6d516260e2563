import 'server-only';
import { type Config, getConfig, type ModelConfig, type PrometheusConfig } from './config';
import { AppError } from './errors';
import { type LokiClient, lokiClient } from './loki/client';
import { type PrometheusClient, prometheusClient } from './prometheus/client';
import { type Detected, detectSignals } from './signals/detect';

/** What a route that measures needs: the client, the map of its signals, and what the configuration says. */
export interface Telemetry extends Detected {
  prometheus: PrometheusClient;
  source: PrometheusConfig;
  config: Config;
}

const missing = (kind: string): AppError =>
  new AppError(
    'not_configured',
    `No ${kind} is configured. Name one under sources.${kind.toLowerCase()} in windsock.yaml.`,
  );

/** The first Prometheus of the configuration with its signal map. Throws `not_configured` without one. */
export async function openTelemetry(nowMs: number): Promise<Telemetry> {
  const config = getConfig();
  const source = config.sources.prometheus[0];
  if (source === undefined) throw missing('Prometheus');
  const prometheus = prometheusClient(source);
  const detected = await detectSignals(prometheus, { source, signals: config.signals, nowMs });
  return { ...detected, prometheus, source, config };
}

/** The first Loki of the configuration; null without one. */
export function openLoki(): LokiClient | null {
  const source = getConfig().sources.loki[0];
  return source === undefined ? null : lokiClient(source);
}

/** Null: the model is known from its metrics alone, and everything of it is a default. */
export const modelConfigOf = (config: Config, model: string): ModelConfig | null =>
  config.models.find(({ name }) => name === model) ?? null;
