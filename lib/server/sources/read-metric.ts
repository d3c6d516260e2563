import 'server-only';
import type { Metric, MetricParams } from '@/lib/contracts/metric';
import { snapRange, stepForRange } from '@/lib/domain/time';
import { whyOf } from '../answer';
import { getConfig, type SourceConfig } from '../config';
import { AppError } from '../errors';
import { lokiClient } from '../loki/client';
import { prometheusClient } from '../prometheus/client';

/** Series of an answer at most: a chart draws far fewer, and a table of more is read by nobody. */
const MAX_METRIC_SERIES = 200;

/** The source of that name, or the first. Throws `not_configured` where there is none. */
function sourceOf(what: 'Prometheus' | 'Loki', sources: readonly SourceConfig[], name: string | undefined) {
  const source = name === undefined ? sources[0] : sources.find((one) => one.name === name);
  if (source !== undefined) return source;
  const words = name === undefined ? `No ${what} is configured.` : `No ${what} is called ${name.slice(0, 100)}.`;
  throw new AppError('not_configured', `${words} Those there are stand under Settings → Sources.`);
}

/**
 * Asks a query that a person wrote, over a range. Throws `not_configured` where the named source is none of the
 * configuration's, and the source's own refusal for a query it cannot read.
 */
export async function readMetric(
  { query, source: name, language = 'promql', startMs, endMs }: MetricParams,
  { signal }: { signal: AbortSignal },
): Promise<Metric> {
  const { sources } = getConfig();
  const stepMs = stepForRange(endMs - startMs);
  const range = { ...snapRange({ startMs, endMs }, stepMs), stepMs };
  const answer =
    language === 'logql'
      ? await lokiClient(sourceOf('Loki', sources.loki, name)).range(query, range, signal)
      : await prometheusClient(sourceOf('Prometheus', sources.prometheus, name)).range(
          query,
          range,
          signal,
          MAX_METRIC_SERIES,
        );
  return { set: answer.value, why: [whyOf(answer, 'the query as written')], truncated: answer.why.truncated };
}
