import 'server-only';
import type { ReadinessResult } from '@/lib/contracts/readiness';
import { judgeRetention, LEAST_RETENTION_MS, type RetentionFound } from '@/lib/domain/readiness-alerts';
import { parseDurationMs } from '@/lib/domain/time';
import { getConfig, type SourceConfig } from '../config';
import type { Gather } from '../gather';
import { LOKI_RETENTION_PATHS, lokiRetention } from '../loki/retention';
import { prometheusClient } from '../prometheus/client';
import { TEMPO_RETENTION_PATH, tempoRetention } from '../tempo/retention';
import { pageWhy, type Scope } from './scope';

const RUNTIME_PATH = '/api/v1/status/runtimeinfo';

/** "15d", "15d or 512GiB", "336h0m0s"; null where it names no time, as "512GiB" does. */
function keptMsOf(kind: RetentionFound['kind'], written: string | null): number | null {
  const parts = (written ?? '').split(/\s+or\s+/);
  const times = parts.flatMap((part) => parseDurationMs(part) ?? []);
  const [first] = times;
  if (first === undefined) return null;
  // Loki keeps for good what has no period.
  return first === 0 ? (kind === 'loki' ? Number.POSITIVE_INFINITY : null) : first;
}

/** How long each source keeps its data, as it says itself. */
export async function measureRetention({ signal }: Scope, gather: Gather): Promise<ReadinessResult[]> {
  const { sources, models } = getConfig();
  const windows = models.flatMap(({ slos }) => slos.map(({ windowMs }) => windowMs));
  const needed = {
    ...LEAST_RETENTION_MS,
    prometheus: windows.length === 0 ? LEAST_RETENTION_MS.prometheus : Math.max(...windows),
  };
  const ask = async (
    source: SourceConfig,
    kind: RetentionFound['kind'],
    path: string,
    read: () => Promise<string | null>,
  ): Promise<ReadinessResult> => {
    const startedMs = performance.now();
    const written = await gather.part(`retention of ${source.name}`, read);
    gather.why.push(pageWhy(source, path, `retention of ${source.name}`, Math.round(performance.now() - startedMs)));
    return judgeRetention({
      source: source.name,
      kind,
      written,
      keptMs: keptMsOf(kind, written),
      asked: path,
      neededMs: needed[kind],
    });
  };
  return Promise.all([
    ...sources.prometheus.map((source) =>
      ask(source, 'prometheus', RUNTIME_PATH, () => prometheusClient(source).retention(signal)),
    ),
    ...sources.loki.map((source) => ask(source, 'loki', LOKI_RETENTION_PATHS[0], () => lokiRetention(source, signal))),
    ...sources.tempo.map((source) => ask(source, 'tempo', TEMPO_RETENTION_PATH, () => tempoRetention(source, signal))),
  ]);
}
