import 'server-only';
import type { LogPatternsAnswer } from '@/lib/contracts/logs';
import { whyOf } from '../answer';
import type { LokiClient } from '../loki/client';
import { selectorOf } from '../loki/logql';
import { getRedactor } from '../redaction/redact';
import { type LogFilter, writeQuery } from './filter';

const MAX_PATTERNS = 300;

/**
 * Shapes of lines as Loki keeps them, for whole streams; null where it keeps none, and where the query filters beyond
 * its streams: Loki's patterns would then be those of other lines too.
 */
export async function logPatterns(
  loki: LokiClient,
  asked: LogFilter & { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<LogPatternsAnswer> {
  const { query, why } = await writeQuery(loki, asked, asked, signal);
  const selector = selectorOf(query);
  if (selector === null || selector !== query.trim()) {
    return {
      patterns: null,
      note: 'Loki keeps patterns of whole streams only, and this query filters lines: these are computed on the lines that are loaded.',
      why,
    };
  }
  const answer = await loki.patterns(selector, { startMs: asked.startMs, endMs: asked.endMs }, signal);
  if (answer === null) {
    return {
      patterns: null,
      note: 'This Loki keeps no patterns: these are computed on the lines that are loaded.',
      why,
    };
  }
  if (answer.value.length === 0) {
    return {
      patterns: null,
      note: 'Loki keeps no pattern of this range (it holds recent hours only): these are computed on the lines that are loaded.',
      why: [...why, whyOf(answer, 'patterns')],
    };
  }
  const { text } = getRedactor();
  return {
    patterns: answer.value
      .slice(0, MAX_PATTERNS)
      .map(({ pattern, level, total }) => ({ pattern: text(pattern), level, count: total })),
    note:
      answer.value.length > MAX_PATTERNS
        ? `The ${MAX_PATTERNS} most frequent of ${answer.value.length} that Loki keeps.`
        : 'As Loki keeps them, over the range.',
    why: [...why, whyOf(answer, 'patterns')],
  };
}
