import 'server-only';
import type { Why } from '@/lib/contracts/why';
import type { SourceConfig } from './config';

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

/** Field of a Grafana query that holds the text, by language of the data source. */
const QUERY_FIELD = { promql: 'expr', logql: 'expr', traceql: 'query' } as const;

/**
 * The address of one query in Grafana's Explore, range included; null without a configured Grafana or a query language.
 * Form: the `panes` parameter of Grafana 10 and later.
 */
export function exploreUrl(
  source: SourceConfig,
  asked: { language: 'promql' | 'logql' | 'traceql' | 'none'; query: string; startMs: number; endMs: number },
): string | null {
  if (source.explore === null || asked.language === 'none') return null;
  const datasource = { type: source.kind, uid: source.explore.datasourceUid };
  const query = {
    refId: 'A',
    datasource,
    [QUERY_FIELD[asked.language]]: asked.query,
    ...(asked.language === 'traceql' ? { queryType: 'traceql' } : {}),
  };
  const panes = {
    w: {
      datasource: source.explore.datasourceUid,
      queries: [query],
      range: { from: String(asked.startMs), to: String(asked.endMs) },
    },
  };
  const params = new URLSearchParams({ schemaVersion: '1', orgId: '1', panes: JSON.stringify(panes) });
  return `${source.explore.grafanaUrl.replace(/\/+$/, '')}/explore?${params}`;
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
