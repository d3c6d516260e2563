import 'server-only';
import type { CompareTrace, CompareTraces } from '@/lib/contracts/compare';
import type { CompareTracesParams } from '@/lib/contracts/compare-params';
import { stageOfName, stagesOfTree } from '@/lib/domain/trace-stages';
import { buildTree } from '@/lib/domain/trace-tree';
import { Gather } from '../gather';
import type { TempoClient } from '../tempo/client';
import type { TraceHit } from '../tempo/search';
import type { Span } from '../tempo/spans';
import { anyOf, duration, spanset } from '../tempo/traceql';
import { type SpanNames, spanNames } from '../trace-search/names';
import { openTempo } from '../trace-search/open';

/** Examples of each side. */
const EXAMPLES = 3;
/** How far from P95 an example may lie. */
const NEAR = { low: 0.9, high: 1.15 };

/** Example traces of both sides near their P95, each with the time of its inference span. */
export async function readTraces(params: CompareTracesParams, signal: AbortSignal): Promise<CompareTraces> {
  const tempo = openTempo();
  const names = spanNames();
  const gather = new Gather(signal);
  const { startMs, endMs, splitMs } = params;
  const side = (version: string, nearMs: number | undefined, range: { startMs: number; endMs: number }) =>
    gather.part(`example traces of ${version}`, () =>
      examplesOf({ tempo, names, gather, signal }, { model: params.model, version, nearMs, ...range }),
    );
  const [champion, challenger] = await Promise.all([
    side(params.champion, params.championMs, { startMs, endMs: splitMs ?? endMs }),
    side(params.challenger, params.challengerMs, { startMs: splitMs ?? startMs, endMs }),
  ]);
  return { champion: champion ?? [], challenger: challenger ?? [], gaps: gather.gaps, why: gather.why };
}

interface Reading {
  tempo: TempoClient;
  names: SpanNames;
  gather: Gather;
  signal: AbortSignal;
}

async function examplesOf(
  { tempo, names, gather, signal }: Reading,
  asked: { model: string; version: string; nearMs: number | undefined; startMs: number; endMs: number },
): Promise<CompareTrace[]> {
  const own = [anyOf(names.model, [asked.model]), anyOf(names.version, [asked.version])];
  const search = (bounds: readonly string[], purpose: string) =>
    gather.need(
      purpose,
      tempo.search(
        spanset([...own, ...bounds]),
        { startMs: asked.startMs, endMs: asked.endMs, limit: EXAMPLES * 4, mostRecent: true },
        signal,
      ),
    );
  const near =
    asked.nearMs === undefined
      ? []
      : [
          `traceDuration >= ${duration(asked.nearMs * NEAR.low)}`,
          `traceDuration <= ${duration(asked.nearMs * NEAR.high)}`,
        ];
  let hits: TraceHit[] = near.length === 0 ? [] : await search(near, `traces of ${asked.version} near its P95`);
  if (hits.length === 0) hits = await search([], `traces of ${asked.version}`);
  const nearest = hits
    .toSorted(
      (a, b) =>
        Math.abs(a.durationMs - (asked.nearMs ?? a.durationMs)) -
          Math.abs(b.durationMs - (asked.nearMs ?? b.durationMs)) ||
        b.startMs - a.startMs ||
        (a.traceId < b.traceId ? -1 : 1),
    )
    .slice(0, EXAMPLES);
  const read = await Promise.all(
    nearest.map((hit) =>
      gather.part(`the spans of trace ${hit.traceId}`, async (): Promise<CompareTrace> => {
        const around = { startMs: hit.startMs, endMs: hit.startMs + hit.durationMs };
        const { spans } = await gather.need(`trace ${hit.traceId}`, tempo.trace(hit.traceId, { around }, signal));
        const infer = inferenceOf(spans);
        const root = spans.find(({ parentSpanId }) => parentSpanId === null);
        return {
          traceId: hit.traceId,
          startMs: hit.startMs,
          durationMs: root?.durationMs ?? hit.durationMs,
          inferMs: infer?.durationMs ?? null,
          inferSpanId: infer?.spanId ?? null,
          failed: root === undefined ? null : root.statusCode === 'error',
        };
      }),
    ),
  );
  return read.filter((one) => one !== null);
}

/** The span that infers: of several in a row the longest, never one that only frames other stages. */
function inferenceOf(spans: readonly Span[]): Span | null {
  const tree = buildTree(
    spans.map(({ spanId, parentSpanId, startMs, durationMs }) => ({
      spanId,
      parentSpanId: parentSpanId ?? '',
      startNs: startMs * NS_PER_MS,
      durationNs: durationMs * NS_PER_MS,
    })),
  );
  const stages = stagesOfTree(tree, (index) => stageOfName(spans[index]?.name ?? ''));
  const inferring = spans.filter((_, index) => stages[index] === 'infer');
  return inferring.reduce<Span | null>(
    (best, one) => (best === null || one.durationMs > best.durationMs ? one : best),
    null,
  );
}

const NS_PER_MS = 1e6;
