import 'server-only';
import type { ModelErrors } from '@/lib/contracts/model';
import type { Config } from '../config';
import { Gather } from '../gather';
import type { LokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { failedLinesQuery, failedTotalQuery, reasonsQuery } from '../loki/error-queries';
import { redactorOf } from '../redaction/redact';

const MAX_REASONS = 50;
/** Newest failed lines that are looked through for an example of each reason. */
const EXAMPLE_LINES = 300;
const MAX_EXAMPLE_CHARACTERS = 2_000;
const TRACE_ID = /^[0-9a-f]{1,32}$/i;

/** Failed requests by reason as the logs say, with a redacted example of each. */
export async function readErrors(
  loki: LokiClient,
  config: Config,
  asked: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<ModelErrors> {
  const gather = new Gather(signal);
  const { model, startMs, endMs } = asked;
  const { logFields } = config.signals;
  const fields = {
    model: logFields.model_name ?? 'model_name',
    version: logFields.model_version ?? 'model_version',
    error: logFields.error ?? 'error',
  };
  const labels = await gather.need('labels of log streams', loki.labels({ startMs, endMs }, signal));
  const query = { model, fields, hasModelLabel: labels.includes(fields.model), windowMs: endMs - startMs };
  const [counted, total, page] = await Promise.all([
    gather.need(
      'failed lines by reason',
      loki.instant(reasonsQuery({ ...query, limit: MAX_REASONS + 1 }), endMs, signal),
    ),
    gather.take('all failed lines', loki.instant(failedTotalQuery(query), endMs, signal)),
    gather.take('examples', loki.logs(failedLinesQuery(query), { startMs, endMs, limit: EXAMPLE_LINES }, signal)),
  ]);
  const examples = examplesOf(page?.entries ?? [], fields);
  const redactor = redactorOf(config.redaction.rules);
  const reasons = counted
    .flatMap(({ labels: own, value }) => (value === null ? [] : [{ own, count: value }]))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_REASONS)
    .map(({ own, count }) => {
      const reason = own.error_reason ?? '';
      const version = own.error_version ?? '';
      const example = examples.get(JSON.stringify([reason, version])) ?? null;
      const line = redactor.text(example?.line ?? '');
      return {
        reason: redactor.text(reason),
        version: version === '' ? null : version,
        count,
        exampleTraceId: example?.traceId ?? null,
        exampleLine:
          line.length > MAX_EXAMPLE_CHARACTERS ? `${line.slice(0, MAX_EXAMPLE_CHARACTERS).toWellFormed()}…` : line,
      };
    });
  return {
    missing: gather.gaps.map((reason) => ({ signal: 'part of this panel', reason, remedy: null })),
    reasons,
    total: total === null ? null : (total[0]?.value ?? 0),
    truncated: counted.length > MAX_REASONS ? `Only the ${MAX_REASONS} most frequent reasons are here.` : null,
    why: gather.why,
  };
}

/** The newest line of each reason and version. */
function examplesOf(
  entries: readonly LogEntry[],
  fields: { error: string; version: string },
): Map<string, { line: string; traceId: string | null }> {
  const examples = new Map<string, { line: string; traceId: string | null }>();
  for (const { line, labels, metadata } of entries) {
    const parsed = parseLine(line);
    const key = JSON.stringify([textOf(parsed[fields.error]), textOf(parsed[fields.version])]);
    if (examples.has(key)) continue;
    const trace = metadata.trace_id ?? labels.trace_id ?? textOf(parsed.trace_id);
    examples.set(key, { line, traceId: TRACE_ID.test(trace) ? trace.toLowerCase().padStart(32, '0') : null });
  }
  return examples;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parseLine(line: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? Object.fromEntries(Object.entries(parsed))
      : {};
  } catch {
    return {};
  }
}
