import 'server-only';
import type { SyntheticSignalName } from '@/lib/contracts/synthetic';
import type { Why } from '@/lib/contracts/why';
import { judgeCounter } from '@/lib/domain/synthetic';
import { MINUTE_MS } from '@/lib/domain/time';
import { type Answer, whyOf } from '../answer';
import type { Config } from '../config';
import { AppError } from '../errors';
import { lokiClient } from '../loki/client';
import { matcher, selector } from '../prometheus/promql';
import { everyStream, linesByField, linesByText } from '../requests/story-queries';
import { openTelemetry } from '../telemetry';
import { tempoClient } from '../tempo/client';

/** What one look found. */
export interface Look {
  seen: boolean;
  detail: string;
  why: Why[];
}

export interface LookedFor {
  model: string;
  requestId: string;
  traceId: string;
  spanId: string;
  sentAtMs: number;
  answeredAtMs: number;
  isGoodAnswer: boolean;
  nowMs: number;
}

/** Clocks of the console and of what it watches may differ by this much, milliseconds. */
const CLOCK_SKEW_MS = MINUTE_MS;

/** Whether a source that would hold the signal is configured. */
export const isLookedFor = ({ sources }: Config, signal: SyntheticSignalName): boolean =>
  (signal === 'metric' ? sources.prometheus : signal === 'trace' ? sources.tempo : sources.loki).length > 0;

/** Looks once. Throws an AppError when the source does not answer: then nothing is known. */
export const lookFor = (
  config: Config,
  name: SyntheticSignalName,
  what: LookedFor,
  signal: AbortSignal,
): Promise<Look> =>
  name === 'metric'
    ? lookForMetric(what, signal)
    : name === 'trace'
      ? lookForTrace(config, what, signal)
      : lookForLog(config, what, signal);

const boundsOf = ({ sentAtMs, nowMs }: LookedFor) => ({
  startMs: sentAtMs - CLOCK_SKEW_MS,
  endMs: Math.max(nowMs, sentAtMs) + CLOCK_SKEW_MS,
});

async function lookForMetric(what: LookedFor, signal: AbortSignal): Promise<Look> {
  const { map, prometheus } = await openTelemetry(what.nowMs);
  if (map.requests === null) {
    throw new AppError('not_configured', 'Nothing in this Prometheus counts requests: see Settings for its signals.');
  }
  const { metric } = map.requests;
  const series = selector(metric, [
    matcher(map.modelLabel, '=', what.model),
    ...map.only.map(({ label, op, value }) => matcher(label, op, value)),
  ]);
  const why: Why[] = [];
  const ask = async (purpose: string, query: string, atMs: number): Promise<number | null> => {
    const answer = await prometheus.instant(query, atMs, signal);
    why.push(whyOf(answer, purpose));
    return answer.value[0]?.value ?? null;
  };
  const [before, now, scrapedAtS] = await Promise.all([
    ask('requests when the check was sent', `sum(${series})`, what.sentAtMs),
    ask('requests now', `sum(${series})`, what.nowMs),
    ask('newest scrape', `max(timestamp(${series}))`, what.nowMs),
  ]);
  // After the counter: a scrape in between must not show the rise without the exemplar that came with it.
  const exemplar = await hasExemplar();

  async function hasExemplar(): Promise<boolean | null> {
    if (map.latency.kind !== 'histogram' && map.latency.kind !== 'native') return null;
    const name = map.latency.kind === 'histogram' ? `${map.latency.metric}_bucket` : map.latency.metric;
    const query = selector(name, [matcher(map.modelLabel, '=', what.model)]);
    try {
      const answer = await prometheus.exemplars(query, boundsOf(what), signal);
      why.push(whyOf(answer, 'exemplars of its latency'));
      return answer.value.some(({ traceId }) => traceId === what.traceId);
    } catch (error) {
      // Not every flavour has the API of exemplars; the counter alone will do.
      if (signal.aborted || !(error instanceof AppError)) throw error;
      return null;
    }
  }

  const scrapedAtMs = scrapedAtS === null ? null : scrapedAtS * 1000;
  const { answeredAtMs, isGoodAnswer } = what;
  return { ...judgeCounter({ before, now, scrapedAtMs, answeredAtMs, exemplar, metric, isGoodAnswer }), why };
}

async function lookForTrace({ sources }: Config, what: LookedFor, signal: AbortSignal): Promise<Look> {
  const [source] = sources.tempo;
  if (source === undefined) throw new AppError('not_configured', 'No Tempo is configured.');
  try {
    const answer = await tempoClient(source).trace(what.traceId, { around: boundsOf(what) }, signal);
    const { spans } = answer.value;
    const isJoined = spans.some(({ parentSpanId }) => parentSpanId === what.spanId);
    const services = new Set(spans.map(({ serviceName }) => serviceName)).size;
    const counted = `${spans.length} ${spans.length === 1 ? 'span' : 'spans'} of ${services} ${services === 1 ? 'service' : 'services'}`;
    const joined = isJoined
      ? 'go on from the traceparent of the check'
      : 'carry its trace id, though none names its span';
    return { seen: true, detail: `${counted} ${joined}.`, why: [whyOf(answer, 'the trace')] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    const detail = `${source.name} holds no span of it: not exported yet, sampled away in spite of its flag, or traceparent is not taken up.`;
    return { seen: false, detail, why: [] };
  }
}

async function lookForLog({ sources, signals }: Config, what: LookedFor, signal: AbortSignal): Promise<Look> {
  const [source] = sources.loki;
  if (source === undefined) throw new AppError('not_configured', 'No Loki is configured.');
  const loki = lokiClient(source);
  const range = boundsOf(what);
  const labels = await loki.labels(range, signal);
  const every = everyStream(labels.value);
  if (every === null) return { seen: false, detail: `${source.name} holds no streams at all.`, why: [] };
  const ids = [
    { kind: 'request' as const, id: what.requestId },
    { kind: 'trace' as const, id: what.traceId },
  ];
  const why: Why[] = [];
  for (const query of [linesByText(every, ids), linesByField(every, ids, signals)]) {
    if (query === null) continue;
    const answer: Answer<{ entries: { line: string; labels: object; metadata: object }[] }> = await loki.logs(
      query,
      { ...range, limit: 20 },
      signal,
    );
    why.push(whyOf(answer, 'lines with one of its ids'));
    const { entries } = answer.value;
    if (entries.length === 0) continue;
    const texts = entries.map((entry) => JSON.stringify([entry.line, entry.labels, entry.metadata]));
    const holds = (id: string) => texts.some((text) => text.includes(id));
    const [request, trace] = [holds(what.requestId), holds(what.traceId)];
    const carried =
      request && trace ? 'its request id and its trace id' : request ? 'its request id only' : 'its trace id only';
    const lines = entries.length === 1 ? '1 line carries' : `${entries.length} lines carry`;
    return { seen: true, detail: `${lines} ${carried}.`, why };
  }
  return { seen: false, detail: `No line in ${source.name} carries its request id or its trace id.`, why };
}
