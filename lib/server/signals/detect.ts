import 'server-only';
import type { Why } from '@/lib/contracts/why';
import { HOUR_MS } from '@/lib/domain/time';
import { whyOf } from '../answer';
import type { PrometheusConfig, SignalsConfig } from '../config';
import { processWide } from '../process-wide';
import type { PrometheusClient } from '../prometheus/client';
import { metricSelector, presenceQuery } from '../prometheus/signal-queries';
import { PRESETS } from './preset';
import { namesToAsk, signalMapOf, spellingsOf } from './resolve-map';
import type { SignalMap } from './signal-map';

/** How long a map is trusted before the Prometheus is asked again. */
const KEEP_MS = 60_000;

export interface Detected {
  map: SignalMap;
  why: Why[];
}

interface Kept {
  atMs: number;
  detected: Promise<Detected>;
}

/**
 * The signal map of a Prometheus, asked with one query for the names and one small one for the labels of each request
 * metric found; kept for a minute and shared. A failure is not kept.
 */
export function detectSignals(
  client: PrometheusClient,
  asked: { source: PrometheusConfig; signals: SignalsConfig; nowMs: number },
): Promise<Detected> {
  const kept = processWide('signals.maps', () => new Map<string, Kept>());
  const key = JSON.stringify([asked.source.name, asked.source.url, asked.signals]);
  const known = kept.get(key);
  if (known !== undefined && Math.abs(asked.nowMs - known.atMs) < KEEP_MS) return known.detected;
  // Not the reader's signal: others wait for the same map, and one who leaves must not take it from them.
  const detected = detect(client, asked.signals, asked.nowMs, AbortSignal.timeout(asked.source.timeoutMs));
  kept.set(key, { atMs: asked.nowMs, detected });
  detected.catch(() => {
    if (kept.get(key)?.detected === detected) kept.delete(key);
  });
  return detected;
}

async function detect(
  client: PrometheusClient,
  signals: SignalsConfig,
  nowMs: number,
  signal: AbortSignal,
): Promise<Detected> {
  const names = await client.instant(presenceQuery(namesToAsk(signals)), nowMs, signal);
  const series = new Map(names.value.map(({ labels, value }) => [labels.__name__ ?? '', value ?? 0]));
  const wanted = metricsWithLabels(signals).filter((metric) => series.has(metric));
  const labels = new Map(
    await Promise.all(
      wanted.map(async (metric) => {
        const match = [metricSelector(metric)];
        const answer = await client.labels({ startMs: nowMs - HOUR_MS, endMs: nowMs, match }, signal);
        return [metric, answer.value] as const;
      }),
    ),
  );
  const map = signalMapOf({ series, labelsOf: (metric) => labels.get(metric) ?? [] }, signals);
  return { map, why: [whyOf(names, 'which metrics are there')] };
}

/** Metrics whose labels decide something: where versions and models are told, and which of two stacks it is. */
function metricsWithLabels({ overrides }: SignalsConfig): string[] {
  const names = new Set(['target_info']);
  for (const preset of PRESETS) {
    for (const name of [...preset.detect, preset.requests?.metric ?? ''].flatMap(spellingsOf)) names.add(name);
    if (preset.inFlight !== null) names.add(preset.inFlight);
  }
  for (const own of [overrides.requests?.metric, overrides.inFlight?.metric]) {
    if (own !== undefined) for (const name of spellingsOf(own)) names.add(name);
  }
  return [...names];
}
