import 'server-only';
import type { ExemplarDot } from '@/lib/contracts/model';
import { bucketsQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { versionOf } from './labels';
import type { ModelPanel } from './model-panel';

const MAX_EXEMPLARS = 300;

/** Exemplars of a model's latency that lead to a trace: of each slice of the range the slowest, at most 300. */
export async function readExemplars(
  { telemetry, gather }: ModelPanel,
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<ExemplarDot[]> {
  const { map, prometheus } = telemetry;
  const query = bucketsQuery(map, { fn: 'rate', windowMs: 300_000, model, byVersion: false });
  if (query === null || map.latency.kind !== 'histogram') return [];
  const factor = UNIT_MS[map.latency.unit];
  const found = await gather.take('exemplars', prometheus.exemplars(query, { startMs, endMs }, signal));
  const slowest = new Map<number, ExemplarDot>();
  for (const { seriesLabels, traceId, timeMs, value } of found ?? []) {
    if (traceId === null || value === null || timeMs < startMs || timeMs > endMs) continue;
    const slice = Math.min(MAX_EXEMPLARS - 1, Math.floor(((timeMs - startMs) / (endMs - startMs)) * MAX_EXEMPLARS));
    const valueMs = value * factor;
    if ((slowest.get(slice)?.valueMs ?? -1) >= valueMs) continue;
    slowest.set(slice, { atMs: timeMs, valueMs, traceId, version: versionOf(map, seriesLabels) });
  }
  return [...slowest.values()].sort((a, b) => a.atMs - b.atMs);
}
