import 'server-only';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { SeriesSet } from '@/lib/contracts/series';
import { emptySet } from '@/lib/domain/series';
import { halvesOf, perRequest } from '@/lib/domain/stages';
import { counterQuery, rateOfSum } from '../prometheus/signal-queries';
import { CONTRACT } from '../signals/contract';
import { missingContract } from '../signals/missing';
import { UNIT_MS } from '../signals/preset';
import type { ModelPanel } from './model-panel';

interface StagesRead {
  set: SeriesSet;
  missing: readonly MissingSignal[];
  halves: (splitMs: number) => { before: Record<string, number | null>; after: Record<string, number | null> };
}

/**
 * Mean time per request by stage. From the stage histogram where there is one; else feature fetch against the rest of
 * the latency. Every sum comes before its ratio.
 */
export async function readStages(
  { telemetry, gather, missing, stepMs, windowMs }: ModelPanel,
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<StagesRead> {
  const { prometheus, map } = telemetry;
  const { stageTime, featureFetch } = map.contract;
  const from = stageTime.present ? stageTime : featureFetch.present ? featureFetch : null;
  const { latency } = map;
  const sums =
    latency.kind === 'histogram'
      ? { sum: `${latency.metric}_sum`, count: `${latency.metric}_count` }
      : latency.kind === 'mean'
        ? { sum: latency.sum, count: latency.count }
        : null;
  if (from === null || sums === null) {
    const { title, metric } = CONTRACT.stageTime;
    return {
      set: emptySet({ startMs, endMs }, stepMs),
      missing: sums === null ? missing : [missingContract(title, 'stageTime', metric)],
      halves: () => ({ before: {}, after: {} }),
    };
  }
  const range = { startMs, endMs, stepMs };
  const modelLabel = from.labels.model ?? 'model_name';
  const keep = from === stageTime ? [from.labels.stage ?? 'stage'] : [];
  const stageQuery = rateOfSum(from.metric, keep.length === 0 ? [modelLabel] : keep, {
    windowMs,
    matchers: [{ label: modelLabel, op: '=', value: model }],
  });
  const asked = { fn: 'rate', windowMs, model, byVersion: false } as const;
  const ask = (query: string) => prometheus.range(query, range, signal);
  const [spent, whole, count] = await Promise.all([
    gather.need('time in stages', ask(stageQuery)),
    gather.take('time of whole requests', ask(counterQuery(map, sums.sum, asked))),
    gather.need('requests', ask(counterQuery(map, sums.count, asked))),
  ]);
  const unitMs = latency.kind === 'none' ? 1 : UNIT_MS[latency.unit];
  const scaled = (values: readonly (number | null)[], factor: number) =>
    values.map((value) => (value === null ? null : value * factor));
  const requests = count.series[0]?.values ?? [];
  const wholeMs = whole?.series[0] === undefined ? null : scaled(whole.series[0].values, unitMs);
  const stages: SeriesSet = {
    ...spent,
    series: spent.series.map(({ labels, values }) => ({
      labels: { stage: keep.length === 0 ? 'feature_fetch' : (labels[keep[0] ?? ''] ?? '') },
      // The contract's stage metrics are in seconds.
      values: scaled(values, UNIT_MS.seconds),
    })),
  };
  const set = perRequest(stages, requests, wholeMs);
  return { set, missing: [], halves: (splitMs) => halvesOf(set, requests, splitMs) };
}
