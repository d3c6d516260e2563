import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logStoreFromPushBody } from './memory-logs';
import { traceStoreFromOtlp } from './memory-traces';
import { metricStoreFromOpenMetrics } from './open-metrics';
import type { LogStore, MetricStore, TraceStore } from './stores';

/** A directory that cannot be served; the message is one sentence for the person who named it. */
export class BadDirectory extends Error {}

function load<T>(directory: string, file: string, parse: (text: string) => T): T {
  let text: string;
  try {
    text = readFileSync(join(directory, file), 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BadDirectory(
      `${join(directory, file)} cannot be read (${reason}); a data directory holds metrics.om, loki-push.json and otlp-traces.json.`,
    );
  }
  try {
    return parse(text);
  } catch (error) {
    throw new BadDirectory(
      `${join(directory, file)} is malformed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The stores of a directory with `metrics.om`, `loki-push.json` and `otlp-traces.json`. Throws BadDirectory. */
export function openDirectory(directory: string): { metrics: MetricStore; logs: LogStore; traces: TraceStore } {
  return {
    metrics: load(directory, 'metrics.om', metricStoreFromOpenMetrics),
    logs: load(directory, 'loki-push.json', (text) => logStoreFromPushBody(JSON.parse(text))),
    traces: load(directory, 'otlp-traces.json', (text) => traceStoreFromOtlp(JSON.parse(text))),
  };
}
