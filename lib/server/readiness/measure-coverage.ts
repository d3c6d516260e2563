import 'server-only';
import type { Coverage, CoverageOf } from '@/lib/domain/readiness-traces';
import { MINUTE_MS } from '@/lib/domain/time';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import { boundOf, toMs } from '../fleet/counts';
import type { Gather } from '../gather';
import type { LokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { failedLinesQuery } from '../loki/error-queries';
import { slowLinesQuery } from '../loki/readiness-queries';
import { quantilesQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { boundsQuery } from '../slos/sli';
import { modelConfigOf } from '../telemetry';
import type { TempoClient } from '../tempo/client';
import { fieldNames, fieldOf, jsonLine } from './measure-logs';
import { MAX_MODELS_LOOKED_INTO, type Scope } from './scope';

/** Requests of each kind that are looked up, of each model. */
const LOOKED_UP = 25;
/** A tail sampler waits before it keeps a trace: the newest requests have none yet. */
const SETTLING_MS = MINUTE_MS;
const TRACE_ID = /^[0-9a-f]{1,32}$/i;

/** Upper bounds of the latency buckets by model, milliseconds, ascending, without the open one. */
export async function readBounds(scope: Scope, gather: Gather): Promise<Map<string, number[]>> {
  const { map, prometheus } = scope.telemetry;
  const query = boundsQuery(map);
  const answer = await gather.take(
    'bounds of the latency buckets',
    query === null ? null : prometheus.instant(query, scope.endMs, scope.signal),
  );
  const factor = map.latency.kind === 'histogram' ? UNIT_MS[map.latency.unit] : 1;
  const bounds = new Map<string, number[]>();
  for (const { labels } of answer ?? []) {
    const model = labels[map.modelLabel] ?? '';
    const bound = toMs(boundOf(labels.le), factor);
    if (Number.isFinite(bound)) bounds.set(model, [...(bounds.get(model) ?? []), bound]);
  }
  for (const own of bounds.values()) own.sort((a, b) => a - b);
  return bounds;
}

/** What counts as slow of each model, milliseconds: its objective, or the bound of the bucket that holds P99. */
async function slowBounds(scope: Scope, bounds: ReadonlyMap<string, number[]>, gather: Gather) {
  const { map, prometheus, config } = scope.telemetry;
  const windowMs = scope.endMs - scope.startMs;
  const query = quantilesQuery(map, [0.99], { fn: 'rate', windowMs, model: null, byVersion: false });
  const answer = await gather.take(
    'P99 of latency',
    query === null ? null : prometheus.instant(query, scope.endMs, scope.signal),
  );
  const factor = map.latency.kind === 'none' ? 1 : UNIT_MS[map.latency.unit];
  return (model: string): number | null => {
    const objectives = modelConfigOf(config, model)?.slos.flatMap(({ kind, thresholdMs }) =>
      kind === 'latency' && thresholdMs !== null ? [thresholdMs] : [],
    );
    if (objectives !== undefined && objectives.length > 0) return Math.max(...objectives);
    const p99 = answer?.find(({ labels }) => labels[map.modelLabel] === model)?.value ?? null;
    if (p99 === null) return null;
    const own = bounds.get(model) ?? [];
    return own.find((bound) => bound >= p99 * factor) ?? own.at(-1) ?? Math.ceil(p99 * factor);
  };
}

/** Failed and slow requests of each model as its logs have them, and how many of their traces Tempo holds. */
export async function measureCoverage(
  { loki, tempo }: { loki: LokiClient; tempo: TempoClient },
  scope: Scope,
  bounds: ReadonlyMap<string, number[]>,
  gather: Gather,
): Promise<CoverageOf[]> {
  const { startMs, signal, telemetry } = scope;
  const endMs = Math.max(startMs + 1, scope.endMs - SETTLING_MS);
  const fields = fieldNames(telemetry.config.signals);
  const [labels, slowOf] = await Promise.all([
    gather.take('names of stream labels', loki.labels({ startMs, endMs }, signal)),
    slowBounds(scope, bounds, gather),
  ]);
  if (labels === null) return [];
  const hasModelLabel = labels.includes(fields.model);
  const of = async (model: string, kind: 'failed' | 'slow', query: string): Promise<Coverage | null> => {
    const page = await gather.take(
      `${LOOKED_UP} ${kind} requests of ${model}`,
      loki.logs(query, { startMs, endMs, limit: LOOKED_UP }, signal),
    );
    return page === null
      ? null
      : lookUp(tempo, { model, kind, entries: page.entries, traceId: fields.traceId }, signal, gather);
  };
  return Promise.all(
    scope.models.slice(0, MAX_MODELS_LOOKED_INTO).map(async (model): Promise<CoverageOf> => {
      const slowMs = slowOf(model);
      const asked = { model, fields, hasModelLabel };
      const [failed, slow] = await Promise.all([
        of(model, 'failed', failedLinesQuery(asked)),
        slowMs === null ? null : of(model, 'slow', slowLinesQuery({ ...asked, slowMs })),
      ]);
      return { model, failed, slow, slowMs };
    }),
  );
}

async function lookUp(
  tempo: TempoClient,
  asked: { model: string; kind: string; entries: readonly LogEntry[]; traceId: string },
  signal: AbortSignal,
  gather: Gather,
): Promise<Coverage | null> {
  const { model, kind, entries, traceId } = asked;
  const known = entries.flatMap((entry) => {
    const id = fieldOf(entry, jsonLine(entry.line), traceId) ?? '';
    return TRACE_ID.test(id) ? [{ id, atMs: entry.timeMs }] : [];
  });
  let isTold = false;
  const looked = await gather.part(`traces of ${kind} requests of ${model}`, () =>
    Promise.all(
      known.map(async ({ id, atMs }) => {
        try {
          const around = { startMs: atMs - MINUTE_MS, endMs: atMs + MINUTE_MS };
          const answer = await tempo.trace(id, { around }, signal);
          if (!isTold) gather.why.push(whyOf(answer, `one of ${known.length} lookups of ${kind} requests of ${model}`));
          isTold = true;
          return true;
        } catch (error) {
          if (error instanceof AppError && error.code === 'not_found') return false;
          throw error;
        }
      }),
    ),
  );
  if (looked === null) return null;
  return { sampled: entries.length, withoutId: entries.length - known.length, traced: looked.filter(Boolean).length };
}
