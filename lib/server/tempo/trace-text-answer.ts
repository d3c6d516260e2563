import 'server-only';
import { z } from 'zod';
import type { TempoConfig } from '../config';
import { fetchUpstream, type UpstreamAnswer } from '../upstream';
import { hasStatus } from '../upstream/error';
import { explainTempo, firstKnown } from './api';

/**
 * The JSON text of one trace, at most `maxTraceBytes` of it; null where this Tempo has none. Without times: a wrong
 * window would hide the trace, or a part of it, without a word.
 */
export async function fetchTraceText(
  source: TempoConfig,
  traceId: string,
  signal: AbortSignal,
): Promise<UpstreamAnswer<string> | null> {
  const ask = (path: string) =>
    fetchUpstream({
      source: { ...source, maxAnswerBytes: source.maxTraceBytes },
      path,
      // As text, because it is read in place; Tempo must still write JSON.
      accept: 'text',
      headers: { accept: 'application/json' },
      beyond: 'cut',
      schema: z.string(),
      signal,
      explain: explainTempo,
    });
  try {
    return await firstKnown([
      () => ask(`/api/v2/traces/${traceId}`),
      // Before 2.6; its 404 is about the trace.
      () => ask(`/api/traces/${traceId}`),
    ]);
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}
