import 'server-only';
import type { Why } from '@/lib/contracts/why';
import type { SourceConfig } from './config';
import { exploreUrl } from './explore';

/** A value and how it came to be. The value may be shared with other readers: never change it in place. */
export interface Answer<T> {
  readonly value: T;
  readonly why: Omit<Why, 'purpose'>;
}

/** The line of a panel's "why" drawer for this answer. */
export const whyOf = (answer: Answer<unknown>, purpose: string): Why => ({ purpose, ...answer.why });

/** What an answer cost and lacked, before it is bound to the query that asked for it. */
export interface Provenance {
  elapsedMs: number;
  requestUrl: string;
  cached: boolean;
  truncated: string | null;
  warnings: readonly string[];
}

export interface AskedFor {
  language: Why['language'];
  query: string;
  startMs: number;
  endMs: number;
  stepMs: number | null;
}

/** Binds a value to its query and provenance. */
export const toAnswer = <T>(source: SourceConfig, asked: AskedFor, value: T, provenance: Provenance): Answer<T> => ({
  value,
  why: {
    source: source.name,
    kind: source.kind,
    ...asked,
    elapsedMs: provenance.elapsedMs,
    cached: provenance.cached,
    truncated: provenance.truncated,
    warnings: [...provenance.warnings],
    exploreUrl: exploreUrl(source, asked),
    requestUrl: provenance.requestUrl,
  },
});
