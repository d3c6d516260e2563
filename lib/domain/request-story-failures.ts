import type { StoryTimeline } from '@/lib/contracts/request-story';
import { formatMs } from './format';

export interface RequestFailure {
  words: string;
  /** Whether it is about fetching features. */
  isFetch: boolean;
}

const FETCH = /feature[-_. ]?(store|fetch|get)|redis|get_features/i;

/** Spans that failed and lines that warn or complain, in time, as sentences; the same said twice is said once. */
export function requestFailures(timeline: StoryTimeline): RequestFailure[] {
  const seen = new Set<string>();
  return timeline.entries.flatMap((entry) => {
    const failure = entry.kind === 'span' ? ofSpan(entry) : ofLine(entry);
    if (failure === null || seen.has(failure.words)) return [];
    seen.add(failure.words);
    return [failure];
  });
}

type Entry = StoryTimeline['entries'][number];

function ofSpan(span: Extract<Entry, { kind: 'span' }>): RequestFailure | null {
  if (!span.isError) return null;
  const said = span.message === null ? '' : `: ${span.message}`;
  const words = `Span ${span.name} of ${span.service || 'an unnamed service'} failed after ${formatMs(Math.max(0, span.durationMs))}${said}.`;
  return { words, isFetch: span.stage === 'feature_fetch' || FETCH.test(`${span.service} ${span.name}`) };
}

function ofLine(line: Extract<Entry, { kind: 'log' }>): RequestFailure | null {
  const isFailure = line.level === 'error' || line.level === 'critical';
  const about = `${line.service ?? ''} ${line.message}`;
  const isFetch = FETCH.test(about);
  if (!isFailure && !(line.level === 'warn' && isFetch)) return null;
  const error = line.fields.find(([name]) => name === 'error')?.[1];
  const words = `${line.service ?? 'A service'} logged ${line.level}: ${line.message}${error === undefined ? '' : `, ${error}`}.`;
  return { words, isFetch };
}
