import 'server-only';
import type { SourceConfig } from './config';

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
