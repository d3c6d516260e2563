import 'server-only';
import type { ServiceLines } from '@/lib/domain/readiness-logs';
import type { SignalsConfig } from '../config';
import type { Gather } from '../gather';
import { streamLabels } from '../logs/filter';
import type { LokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { linesOfService } from '../loki/readiness-queries';
import type { Scope } from './scope';

/** Newest lines that are looked at of each service, and services at most. */
const LINES = 500;
const MAX_SERVICES = 20;
const TRACE_ID = /^[0-9a-f]{1,32}$/i;

type Json = Readonly<Record<string, unknown>>;

/** A log line as a JSON object; null where it is none. */
export function jsonLine(line: string): Json | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    // What starts with a brace and parses is an object.
    return value as Json;
  } catch {
    return null;
  }
}

/** A field of an entry: structured metadata, then what the line says, then an index label; null where it is nowhere. */
export function fieldOf(entry: LogEntry, json: Json | null, name: string): string | null {
  const own = entry.metadata[name] ?? json?.[name] ?? entry.labels[name];
  return typeof own === 'string' && own !== '' ? own : typeof own === 'number' ? String(own) : null;
}

/** What fields are called, by the configuration. */
export function fieldNames({ logFields }: SignalsConfig) {
  const of = (name: string): string => logFields[name] ?? name;
  return {
    model: of('model_name'),
    version: of('model_version'),
    requestId: of('request_id'),
    traceId: of('trace_id'),
    latency: of('latency_ms'),
    prediction: of('prediction'),
    event: of('event'),
    error: of('error'),
  };
}

type Fields = ReturnType<typeof fieldNames>;

/** A line about a request as a whole: what another service says beside it carries no latency and no prediction. */
const isRequest = (json: Json, fields: Fields): boolean =>
  json[fields.latency] !== undefined ||
  json[fields.prediction] !== undefined ||
  /^(prediction|predict|inference)(_|$)/.test(String(json[fields.event] ?? ''));

/** Counts what the newest lines of a service hold. */
function countLines(service: string, entries: readonly LogEntry[], fields: Fields): ServiceLines {
  const counts = { lines: 0, json: 0, requests: 0, withModel: 0, withVersion: 0, withRequestId: 0, withTraceId: 0 };
  const models = new Set<string>();
  for (const entry of entries) {
    const json = jsonLine(entry.line);
    counts.lines += 1;
    const model = fieldOf(entry, json, fields.model);
    if (json === null) {
      if (model !== null) models.add(model);
      continue;
    }
    counts.json += 1;
    if (!isRequest(json, fields)) continue;
    counts.requests += 1;
    if (model !== null) {
      counts.withModel += 1;
      models.add(model);
    }
    if (fieldOf(entry, json, fields.version) !== null) counts.withVersion += 1;
    if (fieldOf(entry, json, fields.requestId) !== null) counts.withRequestId += 1;
    if (TRACE_ID.test(fieldOf(entry, json, fields.traceId) ?? '')) counts.withTraceId += 1;
  }
  const [only] = models;
  return { service, model: models.size === 1 && only !== undefined ? only : null, ...counts };
}

/** The newest lines of each service of the range, counted. Null: the services could not be asked. */
export async function measureLogs(loki: LokiClient, scope: Scope, gather: Gather): Promise<ServiceLines[] | null> {
  const { startMs, endMs, signal, telemetry } = scope;
  const fields = fieldNames(telemetry.config.signals);
  const names = await gather.take('names of stream labels', loki.labels({ startMs, endMs }, signal));
  const label = names === null ? null : (streamLabels(names).service ?? names[0] ?? null);
  if (label === null) return null;
  const services = await gather.take('services that log', loki.labelValues(label, { startMs, endMs }, signal));
  if (services === null) return null;
  const looked = services.toSorted().slice(0, MAX_SERVICES);
  if (services.length > looked.length) {
    gather.gaps.push(`Of ${services.length} services that log, the first ${looked.length} by name are looked at.`);
  }
  const found = await Promise.all(
    looked.map(async (service) => {
      const page = await gather.take(
        `newest ${LINES} lines of ${service}`,
        loki.logs(linesOfService(label, service), { startMs, endMs, limit: LINES }, signal),
      );
      return page === null ? null : countLines(service, page.entries, fields);
    }),
  );
  return found.filter((one) => one !== null);
}
