import 'server-only';
import type { Metric, MetricParams } from '@/lib/contracts/metric';
import { snapRange, stepForRange } from '@/lib/domain/time';
import { whyOf } from '../answer';
import { getConfig } from '../config';
import { AppError } from '../errors';
import { prometheusClient } from './client';

/** Series of an answer at most: a chart draws far fewer, and a table of more is read by nobody. */
const MAX_METRIC_SERIES = 200;

/**
 * Asks a query that a person wrote, over a range. Throws `not_configured` where the named Prometheus is none of the
 * configuration's, and the source's own refusal for a query it cannot read.
 */
export async function readMetric(
  { query, source: name, startMs, endMs }: MetricParams,
  { signal }: { signal: AbortSignal },
): Promise<Metric> {
  const sources = getConfig().sources.prometheus;
  const source = name === undefined ? sources[0] : sources.find((one) => one.name === name);
  if (source === undefined) {
    const what = name === undefined ? 'No Prometheus is configured.' : `No Prometheus is called ${name.slice(0, 100)}.`;
    throw new AppError('not_configured', `${what} Those there are stand under Settings → Sources.`);
  }
  const stepMs = stepForRange(endMs - startMs);
  const range = { ...snapRange({ startMs, endMs }, stepMs), stepMs };
  const answer = await prometheusClient(source).range(query, range, signal, MAX_METRIC_SERIES);
  return { set: answer.value, why: [whyOf(answer, 'the query as written')], truncated: answer.why.truncated };
}
