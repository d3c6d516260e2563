import 'server-only';
import type { PredictionRecord, SimilarRequest, SimilarRequests } from '@/lib/contracts/request-story';
import { formatDuration } from '@/lib/domain/format';
import { type NameOf, toRecord } from '@/lib/domain/request-story-record';
import type { Config } from '../config';
import { Gather } from '../gather';
import { lokiClient } from '../loki/client';
import { tempoClient } from '../tempo/client';
import { type StoryLine, toStoryLine } from './lines';
import { logFieldOf, similarLines, similarTraces, spanAttributeOf } from './story-queries';

/** Windows around the request, one after the other until there are enough. */
const AROUND_MS = [2 * 60_000, 15 * 60_000] as const;
const ENOUGH = 5;
/** Places kept for traced requests where the nearest are not: only a trace can be compared. */
const TRACED = 2;
const MAX_LINES = 400;
const MAX_HITS = 40;

interface Asked {
  record: PredictionRecord;
  /** The line of the record; null where only a trace is known. */
  line: StoryLine | null;
  requestId: string | null;
  traceId: string | null;
  atMs: number;
  nowMs: number;
}

/** Requests of the same model, version and segment that went well, nearest in time. */
export async function readSimilar(config: Config, asked: Asked, signal: AbortSignal): Promise<SimilarRequests> {
  const { record, line } = asked;
  const gather = new Gather(signal);
  const alike = ['model', record.version === null ? null : 'version', record.segment === null ? null : 'segment'];
  const shared = `Same ${alike.filter((one) => one !== null).join(', ')}; status ok`;
  const part = (rows: SimilarRequest[], aroundMs: number) => ({
    rows,
    how: `${shared}; within ${formatDuration(aroundMs)} before and after.`,
    gaps: gather.gaps,
    why: gather.why,
  });
  // Without a model there is nothing to be alike in.
  if (record.model === null) return { rows: [], how: 'No model is named.', gaps: [], why: [] };
  let rows: SimilarRequest[] = [];
  for (const aroundMs of AROUND_MS) {
    const range = { startMs: Math.max(0, asked.atMs - aroundMs), endMs: Math.min(asked.nowMs, asked.atMs + aroundMs) };
    const found =
      line === null
        ? await fromTraces(config, asked, range, gather, signal)
        : await fromLines(config, asked, line, range, gather, signal);
    rows = nearest(found, asked.atMs);
    if (rows.length >= ENOUGH || gather.gaps.length > 0) return part(rows, aroundMs);
  }
  return part(rows, AROUND_MS.at(-1) ?? 0);
}

/** The nearest in time; where none of them was traced, the nearest that were take the last two places. */
function nearest(found: readonly SimilarRequest[], atMs: number): SimilarRequest[] {
  const away = (row: SimilarRequest) => Math.abs(row.atMs - atMs);
  const sorted = [...found].sort((a, b) => away(a) - away(b));
  const isTraced = ({ traceId, sampled }: SimilarRequest) => traceId !== null && sampled !== false;
  const rows = sorted.slice(0, ENOUGH);
  if (rows.some(isTraced)) return rows;
  const traced = sorted.slice(ENOUGH).filter(isTraced).slice(0, TRACED);
  return [...rows.slice(0, ENOUGH - traced.length), ...traced];
}

interface Range {
  startMs: number;
  endMs: number;
}

async function fromLines(
  config: Config,
  asked: Asked,
  line: StoryLine,
  range: Range,
  gather: Gather,
  signal: AbortSignal,
): Promise<SimilarRequest[]> {
  const [source] = config.sources.loki;
  const { model, version, segment } = asked.record;
  const raw = (field: string) => line.rawFields[logFieldOf(config.signals)(field)];
  // As the line itself writes them: a rule may have changed what is shown.
  const texts = [raw('model_version'), raw('user_segment')].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const query = similarLines(line.labels, texts);
  if (source === undefined || query === null) return [];
  const loki = lokiClient(source);
  const middle = Math.floor(asked.atMs);
  const ask = (part: Range, direction: 'backward' | 'forward') =>
    part.startMs < part.endMs
      ? gather.take('lines of similar requests', loki.logs(query, { ...part, limit: MAX_LINES, direction }, signal))
      : null;
  // From the request outwards, so that the nearest are among those that are read.
  const pages = await Promise.all([
    ask({ startMs: Math.floor(range.startMs), endMs: middle }, 'backward'),
    ask({ startMs: middle, endMs: Math.ceil(range.endMs) }, 'forward'),
  ]);
  const name: NameOf = logFieldOf(config.signals);
  const spanName = spanAttributeOf(config.signals);
  const seen = new Set<string>();
  return pages
    .flatMap((page) => page?.entries ?? [])
    .flatMap((entry) => {
      const one = toStoryLine(entry, name);
      const said = toRecord([one], null, name, spanName);
      if (one.requestId === null || one.requestId === asked.requestId || seen.has(one.requestId)) return [];
      if (said.status !== 'ok' || (said.label === null && said.score === null && said.latencyMs === null)) return [];
      if (said.model !== model || said.version !== version || said.segment !== segment) return [];
      seen.add(one.requestId);
      return [
        {
          id: one.requestId,
          traceId: one.traceId,
          sampled: said.sampled,
          atMs: one.atMs,
          latencyMs: said.latencyMs,
          label: said.label,
          score: said.score,
        },
      ];
    });
}

/** Where a request is known by its trace alone, so are those like it. */
async function fromTraces(
  config: Config,
  asked: Asked,
  range: Range,
  gather: Gather,
  signal: AbortSignal,
): Promise<SimilarRequest[]> {
  const [source] = config.sources.tempo;
  const { model, version, segment } = asked.record;
  if (source === undefined || model === null) return [];
  const query = similarTraces({ model, version, segment }, config.signals);
  const hits = await gather.take(
    'similar traces',
    tempoClient(source).search(query, { ...range, limit: MAX_HITS, mostRecent: true }, signal),
  );
  return (hits ?? [])
    .filter(
      ({ traceId, services }) => traceId !== asked.traceId && services.every(({ errorCount }) => errorCount === 0),
    )
    .map(({ traceId, startMs, durationMs }) => ({
      id: traceId,
      traceId,
      sampled: true,
      atMs: startMs,
      latencyMs: durationMs,
      label: null,
      score: null,
    }));
}
