import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Behaviour } from '../fake-upstream';

/** One span as a tracer writes it; times in milliseconds from EPOCH_MS. */
export interface DraftSpan {
  id: number;
  up?: number | null;
  name?: string;
  startMs?: number;
  ms?: number;
  failed?: boolean;
  attributes?: Record<string, unknown>;
  events?: unknown[];
  links?: unknown[];
  raw?: Record<string, unknown>;
}

export const EPOCH_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

export const spanIdOf = (id: number): string => id.toString(16).padStart(16, '0');
export const ns = (ms: number): string =>
  (BigInt(Math.round(ms * 1_000)) * 1_000n + BigInt(EPOCH_MS) * 1_000_000n).toString();

const toSpan = ({
  id,
  up = null,
  name = 'work',
  startMs = 0,
  ms = 1,
  failed,
  attributes,
  events,
  links,
  raw,
}: DraftSpan) => ({
  spanId: spanIdOf(id),
  ...(up === null ? {} : { parentSpanId: spanIdOf(up) }),
  name,
  kind: 'SPAN_KIND_SERVER',
  startTimeUnixNano: ns(startMs),
  endTimeUnixNano: ns(startMs + ms),
  attributes: Object.entries(attributes ?? {}).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : value,
  })),
  ...(failed ? { status: { code: 'STATUS_CODE_ERROR', message: 'it broke' } } : {}),
  ...(events === undefined ? {} : { events }),
  ...(links === undefined ? {} : { links }),
  ...raw,
});

/** Tempo's answer to a trace of these spans, by service and host. */
export const traceBody = (services: Record<string, readonly DraftSpan[]>, more: object = {}) => ({
  trace: {
    resourceSpans: Object.entries(services).map(([service, spans]) => ({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: service } },
          { key: 'host.name', value: { stringValue: `${service}-host` } },
        ],
      },
      scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(toSpan) }],
    })),
  },
  ...more,
});

/** A request to a model: gateway, feature fetch, inference. */
export const request = (fetchMs = 60, version = '2.3.0') =>
  traceBody({
    gateway: [
      {
        id: 1,
        name: 'POST /predict',
        ms: fetchMs + 40,
        attributes: { model_name: 'fraud_detector', model_version: version, request_id: 'req-1', user_segment: 'new' },
      },
    ],
    fraud: [
      { id: 2, up: 1, name: 'feature_store.get_features', startMs: 5, ms: fetchMs },
      { id: 3, up: 1, name: 'model.infer', startMs: fetchMs + 10, ms: 25 },
    ],
  });

/** A thousand spans and more in one answer. */
export const large = (count: number) =>
  traceBody({
    batch: [
      { id: 1, name: 'batch.run', ms: count },
      ...Array.from({ length: count - 1 }, (_, i) => ({
        id: i + 2,
        up: i % 10 === 0 ? 1 : i - (i % 10) + 2,
        name: i % 10 === 0 ? 'score.chunk' : 'model.infer',
        startMs: i,
        ms: i % 10 === 0 ? 10 : 1,
      })),
    ],
  });

/** Lines of one stream as Loki sends them. */
export const streams = (lines: readonly { ms: number; line: string; metadata?: Record<string, string> }[]): object => ({
  status: 'success',
  data: {
    resultType: 'streams',
    encodingFlags: ['categorize-labels'],
    result:
      lines.length === 0
        ? []
        : [
            {
              stream: { service_name: 'fraud', level: 'info' },
              values: lines.map(({ ms, line, metadata }) => [
                ns(ms),
                line,
                { structuredMetadata: metadata ?? {}, parsed: {} },
              ]),
            },
          ],
  },
});

/** Answers each query of Loki by what stands in it. */
export const answerLogs =
  (answerOf: (query: string) => object): Behaviour =>
  ({ params }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answerOf(params.get('query') ?? '')));
  };

/** Points the process at these upstreams. */
export function configure(sources: string, rest = ''): void {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-trace-'));
  const file = join(directory, 'windsock.yaml');
  writeFileSync(file, `sources:\n${sources}\n${rest}`);
  process.env.WINDSOCK_CONFIG = file;
}
