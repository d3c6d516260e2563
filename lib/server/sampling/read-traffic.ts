import 'server-only';
import type { SampledModel, SamplingTraffic } from '@/lib/contracts/sampling';
import { histogramQuantile, totalOf } from '@/lib/domain/histogram';
import { meanAndDeviation, otlpSpanBytes } from '@/lib/domain/sampling';
import { type Counts, countsBy } from '../fleet/counts';
import { modelOf } from '../fleet/labels';
import { Gather } from '../gather';
import { bucketsQuery, errorsQuery, requestsQuery } from '../prometheus/signal-queries';
import { spanAttributeOf } from '../requests/story-queries';
import { openTelemetry, type Telemetry } from '../telemetry';
import { type TempoClient, tempoClient } from '../tempo/client';
import { attribute, condition, matches, spanset } from '../tempo/traceql';

/** Models whose traces are measured, the busiest first, and traces of each. */
const MAX_MODELS = 8;
const TRACES_EACH = 8;

interface Range {
  startMs: number;
  endMs: number;
}

/** Traffic, errors, latency and size of traces of a range, by model. */
export async function readSamplingTraffic(
  range: Range,
  { signal, nowMs }: { signal: AbortSignal; nowMs: number },
): Promise<SamplingTraffic> {
  const telemetry = await openTelemetry(nowMs);
  const gather = new Gather(signal);
  const counts = await readCounts(telemetry, range, gather, signal);
  gather.needSomething();
  const busiest = [...counts]
    .sort(([, a], [, b]) => (b.requests ?? 0) - (a.requests ?? 0))
    .filter(([model]) => model !== '');
  const [source] = telemetry.config.sources.tempo;
  const tempo = source === undefined ? null : tempoClient(source);
  const models = await Promise.all(
    busiest.map(async ([model, counted], index): Promise<SampledModel> => {
      const isMeasured = tempo !== null && index < MAX_MODELS;
      const sizes = isMeasured ? await readSizes(telemetry, tempo, { ...range, model }, gather, signal) : [];
      return { ...toTraffic(model, counted, range), ...toSizes(sizes) };
    }),
  );
  const notes = [
    'Traces are measured as they are stored now: errors and slow requests may be more among them than among requests, and have more or fewer spans.',
    'Bytes are those of OTLP protobuf before compression, without what a batch shares; Tempo compresses its blocks to a fraction of that.',
    ...(tempo === null ? ['No Tempo is configured, so that the size of a trace is not measured.'] : []),
    ...(busiest.length > MAX_MODELS ? [`Traces are measured of the ${MAX_MODELS} busiest models only.`] : []),
  ];
  return { ...range, models, notes, gaps: gather.gaps, why: gather.why };
}

async function readCounts(
  { map, prometheus }: Telemetry,
  { startMs, endMs }: Range,
  gather: Gather,
  signal: AbortSignal,
): Promise<Map<string, Counts>> {
  const asked = { fn: 'increase' as const, windowMs: endMs - startMs, model: null, byVersion: false };
  const ask = (purpose: string, query: string | null) =>
    gather.take(purpose, query === null ? null : prometheus.instant(query, endMs, signal));
  const [requests, errors, buckets] = await Promise.all([
    ask('requests by model', requestsQuery(map, asked)),
    ask('failed requests by model', errorsQuery(map, asked)),
    ask('latency by model', bucketsQuery(map, asked)),
  ]);
  return countsBy(map, { requests, errors, buckets }, (labels) => modelOf(map, labels));
}

function toTraffic(model: string, { requests, errors, buckets }: Counts, { startMs, endMs }: Range) {
  const total = buckets === null ? 0 : totalOf(buckets);
  const p99 = buckets === null || total === 0 ? null : histogramQuantile(buckets, 0.99);
  return {
    model,
    requests,
    requestsPerSecond: requests === null ? null : (requests * 1000) / (endMs - startMs),
    errorRatio: requests === null || errors === null || requests === 0 ? null : Math.min(1, errors / requests),
    latency:
      buckets === null || total === 0
        ? []
        : buckets.upperBounds.map((bound, index) => ({
            upperMs: Number.isFinite(bound) ? bound : null,
            share: (buckets.cumulative[index] ?? 0) / total,
          })),
    p99Ms: p99?.value ?? null,
  };
}

/** Spans and bytes of the newest traces of a model's requests. Batch jobs have no request id, and are left out. */
async function readSizes(
  { config }: Telemetry,
  tempo: TempoClient,
  { model, ...range }: Range & { model: string },
  gather: Gather,
  signal: AbortSignal,
): Promise<{ spans: number; bytes: number }[]> {
  const name = spanAttributeOf(config.signals);
  const query = spanset([
    condition(attribute('any', name('model_name')), '=', model),
    matches(attribute('any', name('request_id')), '=~', '.+'),
  ]);
  const asked = { ...range, limit: TRACES_EACH, mostRecent: true };
  const hits = (await gather.take(`traces of ${model}`, tempo.search(query, asked, signal))) ?? [];
  const traces = await Promise.all(
    hits.map(({ traceId, startMs, durationMs }) => {
      const around = { startMs, endMs: startMs + durationMs };
      return gather.take(`size of a trace of ${model}`, tempo.trace(traceId, { around }, signal));
    }),
  );
  return traces.flatMap((trace) =>
    trace === null
      ? []
      : [{ spans: trace.spans.length, bytes: trace.spans.reduce((sum, span) => sum + otlpSpanBytes(span), 0) }],
  );
}

function toSizes(sizes: readonly { spans: number; bytes: number }[]) {
  const bytes = meanAndDeviation(sizes.map((size) => size.bytes));
  return {
    traces: sizes.length,
    spansPerTrace: meanAndDeviation(sizes.map(({ spans }) => spans)).mean,
    bytesPerTrace: bytes.mean,
    bytesDeviation: bytes.deviation,
  };
}
