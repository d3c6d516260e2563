import type { LabAnswer } from '@/lab/http';
import { lokiEngine } from '@/lab/loki/engine';
import { MemoryLogStore } from '@/lab/memory-logs';
import type { Labels, LogStore } from '@/lab/stores';

export const NOW_MS = 1_700_000_600_000;
export const NOW_NS = BigInt(NOW_MS) * 1_000_000n;

export interface Line {
  /** Seconds before now. */
  ago: number;
  line: string;
  labels?: Labels;
  metadata?: Labels;
}

/** A store with a few lines, all of `{app="a"}` unless they say otherwise. */
export function storeOf(lines: readonly Line[]): MemoryLogStore {
  const store = new MemoryLogStore();
  for (const { ago, line, labels = { app: 'a' }, metadata = {} } of lines) {
    const timeNs = NOW_NS - BigInt(Math.round(ago * 1e9));
    store.push([{ labels, entries: [{ timeNs, line, structuredMetadata: metadata }] }]);
  }
  return store;
}

interface Asked {
  path: string;
  params?: Record<string, string>;
  headers?: Record<string, string>;
  method?: string;
  body?: string;
}

/** One request to the engine over a store. */
export async function ask(
  store: LogStore,
  { path, params = {}, headers = {}, method = 'GET', body = '' }: Asked,
): Promise<LabAnswer> {
  const request = {
    method,
    path,
    params: new URLSearchParams(params),
    headers,
    body: Buffer.from(body),
    nowMs: NOW_MS,
  };
  return lokiEngine(store)(request);
}

interface Body {
  data: {
    resultType: string;
    result: { stream: Labels; values: [string, string, { parsed?: Labels; structuredMetadata?: Labels }][] }[];
  };
}

/** The lines that a log query finds in the last hour, oldest first, with their labels of all categories. */
export async function linesOf(store: LogStore, query: string): Promise<{ line: string; labels: Labels }[]> {
  const answer = await ask(store, {
    path: '/loki/api/v1/query_range',
    params: { query, direction: 'forward' },
    headers: { 'x-loki-response-encoding-flags': 'categorize-labels' },
  });
  if (answer.status !== 200) throw new Error(answer.body);
  const { data }: Body = JSON.parse(answer.body);
  return data.result
    .flatMap(({ stream, values }) =>
      values.map(([time, line, rest]) => ({
        time,
        line,
        labels: { ...stream, ...rest.structuredMetadata, ...rest.parsed },
      })),
    )
    .sort((a, b) => (a.time < b.time ? -1 : 1))
    .map(({ line, labels }) => ({ line, labels }));
}

/** An instant metric query as `labels → value` lines in the order of the answer. */
export async function vectorOf(store: LogStore, query: string): Promise<string[]> {
  const answer = await ask(store, { path: '/loki/api/v1/query', params: { query, time: String(NOW_MS / 1000) } });
  if (answer.status !== 200) throw new Error(answer.body);
  const { data }: { data: { result: { metric: Labels; value: [number, string] }[] } } = JSON.parse(answer.body);
  return data.result.map(({ metric, value }) => {
    const labels = Object.entries(metric).map(([name, text]) => `${name}=${text}`);
    return `${labels.join(',')} → ${value[1]}`;
  });
}
