import 'server-only';
import type { Job, Jobs } from '@/lib/contracts/fleet';
import type { Sample } from '@/lib/contracts/series';
import { batchState, byState, pipelineState } from '@/lib/domain/jobs';
import { Gather } from '../gather';
import { gaugeQuery, increaseQuery } from '../prometheus/signal-queries';
import type { ResolvedSignal } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';

type ByName = ReadonlyMap<string, number | null>;

/** Batch jobs and feature pipelines at the end of a range; five queries, none for what is not there. */
export async function readJobs(
  { prometheus, map }: Telemetry,
  { startMs, endMs }: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<Jobs> {
  const gather = new Gather(signal);
  const { batchDuration, batchRows, batchLastSuccess, pipelineBacklog } = map.contract;
  const nameLabel = ({ labels }: ResolvedSignal) => labels.job ?? labels.pipeline ?? '';
  const ask = async (purpose: string, of: ResolvedSignal, query: string, atMs: number): Promise<ByName> => {
    const samples = of.present ? await gather.take(purpose, prometheus.instant(query, atMs, signal)) : null;
    return sumBy(samples ?? [], nameLabel(of));
  };
  // Stages of a job are in one gauge each: the greatest of the replicas of a stage, then the sum over stages.
  const stageOf = (of: ResolvedSignal) => [nameLabel(of), of.labels.stage ?? 'stage'];
  const [success, duration, rows, backlog, before] = await Promise.all([
    ask('last success', batchLastSuccess, gaugeQuery(batchLastSuccess.metric, [nameLabel(batchLastSuccess)]), endMs),
    ask('duration by stage', batchDuration, gaugeQuery(batchDuration.metric, stageOf(batchDuration)), endMs),
    ask('rows', batchRows, increaseQuery(batchRows.metric, [nameLabel(batchRows)], endMs - startMs), endMs),
    ask('backlog', pipelineBacklog, gaugeQuery(pipelineBacklog.metric, [nameLabel(pipelineBacklog)]), endMs),
    ask('backlog before', pipelineBacklog, gaugeQuery(pipelineBacklog.metric, [nameLabel(pipelineBacklog)]), startMs),
  ]);
  gather.needSomething();
  const toMs = (seconds: number | null | undefined) => (seconds == null ? null : seconds * 1000);
  const names = [...new Set([...success.keys(), ...duration.keys(), ...rows.keys()])];
  const batch = names.map((name): Job => {
    const lastSuccessMs = toMs(success.get(name));
    return {
      name,
      kind: 'batch',
      ...batchState(lastSuccessMs, endMs),
      lastSuccessMs: lastSuccessMs !== null && lastSuccessMs > 0 ? lastSuccessMs : null,
      durationMs: toMs(duration.get(name)),
      rows: rows.get(name) ?? null,
      backlogRows: null,
    };
  });
  const pipelines = [...backlog].map(
    ([name, backlogRows]): Job => ({
      name,
      kind: 'pipeline',
      ...pipelineState(backlogRows, before.get(name) ?? null),
      lastSuccessMs: null,
      durationMs: null,
      rows: null,
      backlogRows,
    }),
  );
  return { jobs: [...batch, ...pipelines].sort(byState), gaps: gather.gaps, why: gather.why };
}

function sumBy(samples: readonly Sample[], label: string): ByName {
  const sums = new Map<string, number | null>();
  for (const { labels, value } of samples) {
    const name = labels[label] ?? '';
    if (name !== '' && value !== null) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}
