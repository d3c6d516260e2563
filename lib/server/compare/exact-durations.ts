import 'server-only';
import type { CompareInputs, ExactQuantile } from '@/lib/contracts/compare-inputs';
import { alwaysValidZ } from '@/lib/domain/always-valid';
import { HOUR_MS, MINUTE_MS } from '@/lib/domain/time';
import type { Config } from '../config';
import type { LokiClient } from '../loki/client';
import { countByField, quantileByField } from '../loki/duration-queries';
import type { Parts } from './parts';

/** Lines of more than this cost more than a page may: the newest part of the window is read. */
const LONGEST_MS = HOUR_MS;
const MIN_LINES = 100;
const GRID_MS = 5 * MINUTE_MS;

/**
 * P95 of both versions from the durations that the log lines carry, with the interval of order statistics; for where the
 * histogram cannot tell. The newest hour of the window at most. Null without such lines.
 */
export async function readExactP95(
  loki: LokiClient,
  config: Config,
  parts: Parts,
  asked: { model: string; champion: string; challenger: string; startMs: number; endMs: number; factor: number },
  signal: AbortSignal,
): Promise<CompareInputs['exactP95']> {
  const { logFields } = config.signals;
  const fields = {
    model: logFields.model_name ?? 'model_name',
    version: logFields.model_version ?? 'model_version',
    latency: logFields.latency_ms ?? 'latency_ms',
  };
  // On a grid, so that a live page does not read an hour of lines anew each minute.
  const snapped = Math.floor(asked.endMs / GRID_MS) * GRID_MS;
  const endMs = snapped - asked.startMs > LONGEST_MS ? snapped : asked.endMs;
  const startMs = Math.max(asked.startMs, endMs - LONGEST_MS);
  const labels = await parts.take('other', 'labels of log streams', loki.labels({ startMs, endMs }, signal));
  if (labels === null) return null;
  const query = {
    model: asked.model,
    versions: [asked.champion, asked.challenger],
    fields,
    hasModelLabel: labels.includes(fields.model),
    windowMs: endMs - startMs,
  };
  const counted = await parts.take(
    'other',
    'log lines with a duration',
    loki.instant(countByField(query), endMs, signal),
  );
  const of = (samples: typeof counted, version: string): number | null =>
    samples?.find(({ labels: own }) => own.compare_version === version)?.value ?? null;
  const counts = [of(counted, asked.champion) ?? 0, of(counted, asked.challenger) ?? 0] as const;
  const fewest = Math.min(...counts);
  if (fewest < MIN_LINES) return null;
  const q = 0.95;
  // One multiplier for both sides, that of the smaller: wider than needed for the larger, never too narrow.
  const half = alwaysValidZ(fewest) * Math.sqrt((asked.factor * q * (1 - q)) / fewest);
  const quantiles = [Math.max(0, q - half), q, Math.min(1, q + half)] as const;
  const [low, middle, high] = await Promise.all(
    quantiles.map((quantile) =>
      parts.take(
        'other',
        `exact durations, quantile ${quantile.toFixed(4)}`,
        loki.instant(quantileByField(query, quantile), endMs, signal),
      ),
    ),
  );
  const side = (version: string, count: number): ExactQuantile | null => {
    const value = of(middle ?? null, version);
    const from = of(low ?? null, version);
    const to = of(high ?? null, version);
    return value === null || from === null || to === null ? null : { value, low: from, high: to, count };
  };
  const champion = side(asked.champion, counts[0]);
  const challenger = side(asked.challenger, counts[1]);
  return champion === null || challenger === null ? null : { champion, challenger, startMs, endMs };
}
