import 'server-only';
import type { ExplainTrace } from '@/lib/contracts/traces';
import type { Why } from '@/lib/contracts/why';
import { type FactSpan, type TraceFacts, traceFacts } from '@/lib/domain/explainer-facts';
import { stageOfName } from '@/lib/domain/trace-stages';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import type { Attributes } from '../tempo/attributes';
import { unscoped } from '../tempo/catalog';
import type { TempoClient } from '../tempo/client';
import type { Span } from '../tempo/spans';
import { attribute } from '../tempo/traceql';
import type { SpanNames } from './names';

/** Traces read of either side at most. */
export const MAX_SIDE = 100;
/** Traces read at once, under the source's own limit. */
const AT_ONCE = 6;
/** Failures before the first success after which nothing more is tried. */
const MAX_VAIN = 8;
/** "Why" lines of single traces kept. */
const MAX_WHY = 3;

export interface SampleRead {
  facts: TraceFacts[];
  /** Traces that could not be read, and the first reason. */
  failed: number;
  failure: string | null;
  why: Why[];
}

/** At most `most` of a list, evenly spread over it, in its order. */
export function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)]).flatMap((one) =>
    one === undefined ? [] : [one],
  );
}

/** Reads traces a few at a time and keeps of each what it is compared by. Stops when the signal does. */
export async function readSample(
  tempo: TempoClient,
  traces: readonly ExplainTrace[],
  names: SpanNames,
  onRead: (read: number) => void,
  signal: AbortSignal,
): Promise<SampleRead> {
  const byPlace: (TraceFacts | null)[] = traces.map(() => null);
  const why: Why[] = [];
  let next = 0;
  let read = 0;
  let succeeded = 0;
  let failure: AppError | null = null;
  // One that gives up takes the others with it.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);

  const readOne = async (place: number, { traceId, startMs, traceDurationMs, selected }: ExplainTrace) => {
    const around = { startMs, endMs: startMs + traceDurationMs };
    const answer = await tempo.trace(traceId, { around }, either);
    if (why.length < MAX_WHY) why.push(whyOf(answer, `trace ${traceId}, one of those read`));
    byPlace[place] = traceFacts(
      { traceId, selected, spans: toFactSpans(answer.value.spans) },
      { isModelSpan: hasModel(names), isStage: (name) => stageOfName(name) !== null },
    );
    succeeded += 1;
  };
  const worker = async () => {
    for (;;) {
      either.throwIfAborted();
      const place = next;
      next += 1;
      const trace = traces[place];
      if (trace === undefined) return;
      try {
        await readOne(place, trace);
      } catch (error) {
        if (either.aborted || !(error instanceof AppError)) throw error;
        failure ??= error;
        if (succeeded === 0 && read + 1 >= Math.min(MAX_VAIN, traces.length)) throw failure;
      }
      read += 1;
      onRead(read);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, traces.length) }, worker));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  const facts = byPlace.filter((one) => one !== null);
  const firstFailure: AppError | null = failure;
  return { facts, failed: traces.length - facts.length, failure: messageOf(firstFailure), why };
}

const messageOf = (error: AppError | null): string | null => error?.message ?? null;

const hasModel =
  ({ model }: SpanNames) =>
  (span: FactSpan): boolean => {
    const name = unscoped(model);
    return span.attributes.has(`span.${name}`) || span.attributes.has(`resource.${name}`);
  };

function toFactSpans(spans: readonly Span[]): FactSpan[] {
  const baseNs = BigInt(spans[0]?.startNs ?? '0');
  // Spans of a service share one resource: its text is made once.
  const resources = new Map<Attributes, [string, string][]>();
  const named = (scope: 'span' | 'resource', attributes: Attributes): [string, string][] =>
    Object.entries(attributes).flatMap(([name, value]): [string, string][] => {
      if (value === null || name === '') return [];
      try {
        return [[attribute(scope, name), String(value)]];
      } catch {
        return [];
      }
    });
  return spans.map((span) => {
    let resource = resources.get(span.resource);
    if (resource === undefined) {
      resource = named('resource', span.resource);
      resources.set(span.resource, resource);
    }
    return {
      spanId: span.spanId,
      parentSpanId: span.parentSpanId ?? '',
      startNs: Number(BigInt(span.startNs) - baseNs),
      durationNs: Math.round(span.durationMs * 1e6),
      name: span.name,
      attributes: new Map([...resource, ...named('span', span.attributes)]),
    };
  });
}
