import 'server-only';
import type { SourceConfig } from '../config';
import { type ClientOptions, fetchCached, type SourceApi } from '../upstream/cached';
import { type Explanation, explainWords, hasStatus, isEndpointMissing, type Refusal } from '../upstream/error';

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/range specified by start and end exceeds|time range exceeds the maximum/, 'Choose a shorter range.'],
  [/exceeds max size/, 'The trace is larger than Tempo hands out: raise its max_bytes_per_trace.'],
  [/step of .* is too small/, 'Choose a longer step.'],
  [/local.?blocks|localblocks/i, 'Its metrics-generator needs the local-blocks processor.'],
];

/** How a Tempo error is read: plain text, often without a content type; 500 too may be about the query. */
export function explainTempo({ status, contentType, text }: Refusal): Explanation {
  if (status === 401 || status === 404 || /html/i.test(contentType) || text === '') return {};
  return explainWords(text, ADVICE);
}

/** Asks one Tempo, through the cache. Always GET: a body would be ignored, parameters and all. */
export const tempoApi =
  (source: SourceConfig, options: ClientOptions): SourceApi =>
  ({ span, ...ask }) =>
    fetchCached({ ...ask, source, explain: explainTempo }, span, options);

/** The first way that the server knows: newer ones answer 404 on older servers. */
export async function firstKnown<T>(
  ways: readonly (() => Promise<T>)[],
  ...alsoMissing: readonly number[]
): Promise<T> {
  for (const [index, way] of ways.entries()) {
    try {
      return await way();
    } catch (error) {
      if (index === ways.length - 1 || !(isEndpointMissing(error) || hasStatus(error, ...alsoMissing))) throw error;
    }
  }
  throw new RangeError('no way was given');
}

/** Largest second that Tempo's 32-bit times hold. */
const MAX_SECOND = 4_294_967_295;

/** A range as whole seconds, outwards, never empty: anything finer is refused. */
export function toSecondsRange({ startMs, endMs }: { startMs: number; endMs: number }): { start: number; end: number } {
  const start = Math.min(Math.max(0, Math.floor(startMs / 1000)), MAX_SECOND - 1);
  return { start, end: Math.min(Math.max(start + 1, Math.ceil(endMs / 1000)), MAX_SECOND) };
}
