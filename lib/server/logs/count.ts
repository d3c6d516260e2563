import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import { stepForRange } from '@/lib/domain/time';
import type { Answer } from '../answer';
import { AppError } from '../errors';
import type { LokiClient } from '../loki/client';
import { countBy } from '../loki/logql';

/** Labels that may hold a level; a stream has one or the other. */
const LEVEL_BY = ['level', 'detected_level'] as const;

/**
 * Counts of a log query's lines on a grid: value i counts the step that begins at grid point i. Loki counts backwards
 * from an instant, so each is asked at the end of its step.
 */
export async function countLines(
  loki: LokiClient,
  query: string,
  range: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<Answer<SeriesSet>> {
  const stepMs = stepForRange(range.endMs - range.startMs);
  const startMs = Math.floor(range.startMs / stepMs) * stepMs;
  const endMs = Math.max(startMs + stepMs, Math.ceil(range.endMs / stepMs) * stepMs);
  const counting = countBy(query, LEVEL_BY, stepMs);
  const answer = await loki
    .range(counting, { startMs: startMs + stepMs, endMs, stepMs }, signal)
    .catch((error: unknown) => {
      throw inTheReadersQuery(error, counting.indexOf(query));
    });
  const { value } = answer;
  return { ...answer, value: { ...value, startMs: value.startMs - value.stepMs } };
}

/** The place of a fault in the query as its writer sees it, without the words that count its lines. */
function inTheReadersQuery(error: unknown, before: number): unknown {
  if (!(error instanceof AppError) || error.details.position?.line !== 1) return error;
  const column = Math.max(1, error.details.position.column - before);
  const message = error.message.replace(/\bcol \d+/, `col ${column}`);
  return new AppError(error.code, message, { ...error.details, position: { line: 1, column } });
}
