import 'server-only';
import { sloPromise } from '@/lib/domain/slo-promise';
import type { ModelConfig, SloConfig } from '../config';
import { boundOf, toMs } from '../fleet/counts';
import type { Gather } from '../gather';
import { UNIT_MS } from '../signals/preset';
import type { Telemetry } from '../telemetry';
import { boundProblem, boundsQuery, type Sli, sliOf } from './sli';

/** An objective of the configuration over what this Prometheus holds. Without an `sli` there is a `problem`; with one there may be. */
export interface Objective {
  id: string;
  model: ModelConfig;
  slo: SloConfig;
  promise: string;
  sli: Sli | null;
  problem: string | null;
}

const objectiveId = (model: string, slo: string): string => `${model}/${slo}`;

/**
 * Every objective of the configuration, with what it counts. A threshold that is no bound of the model's buckets is
 * refused with the bounds named; where the bounds cannot be asked it is taken as it is.
 */
export async function readObjectives(
  telemetry: Telemetry,
  asked: { endMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<Objective[]> {
  const { config, map, prometheus } = telemetry;
  const hasLatency = config.models.some(({ slos }) => slos.some(({ kind }) => kind === 'latency'));
  const query = hasLatency ? boundsQuery(map) : null;
  const answer =
    query === null
      ? null
      : await gather.take('bounds of the latency buckets', prometheus.instant(query, asked.endMs, asked.signal));
  const factor = map.latency.kind === 'histogram' ? UNIT_MS[map.latency.unit] : 1;
  const bounds = new Map<string, Set<number>>();
  for (const { labels } of answer ?? []) {
    const model = labels[map.modelLabel] ?? '';
    const own = bounds.get(model) ?? new Set<number>();
    own.add(toMs(boundOf(labels.le), factor));
    bounds.set(model, own);
  }
  return config.models.flatMap((model) =>
    model.slos.map((slo): Objective => {
      const own = { id: objectiveId(model.name, slo.name), model, slo, promise: sloPromise(slo) };
      const { sli, problem } = sliOf(map, model.name, slo);
      if (sli === null) return { ...own, sli, problem };
      const refused =
        slo.kind === 'latency' && map.latency.kind === 'histogram'
          ? boundProblem(map.latency.metric, slo.thresholdMs ?? 0, [...(bounds.get(model.name) ?? [])])
          : null;
      return { ...own, sli: refused === null ? sli : null, problem: refused ?? problem };
    }),
  );
}
