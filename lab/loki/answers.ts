import type { LabAnswer } from '../http';
import { formatPlain } from '../prometheus/numbers';
import { sortLabels } from './labels';
import type { Row, Steps } from './rows';
import type { FoundLine } from './scan';
import type { ScanCost } from './windows';

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go writes it: characters that HTML knows are escaped. */
export const lokiJson = (body: unknown, status = 200): LabAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, (ch) => ESCAPES[ch] ?? ch),
});

const CHUNK = {
  headChunkBytes: 0,
  headChunkLines: 0,
  decompressedBytes: 0,
  decompressedLines: 0,
  compressedBytes: 0,
  totalDuplicates: 0,
  postFilterLines: 0,
  headChunkStructuredMetadataBytes: 0,
  decompressedStructuredMetadataBytes: 0,
};
const STORE = {
  totalChunksRef: 0,
  totalChunksDownloaded: 0,
  chunksDownloadTime: 0,
  queryReferencedStructuredMetadata: false,
  chunk: CHUNK,
  chunkRefsFetchTime: 0,
  congestionControlLatency: 0,
  pipelineWrapperFilteredLines: 0,
};
const CACHE = {
  entriesFound: 0,
  entriesRequested: 0,
  entriesStored: 0,
  bytesReceived: 0,
  bytesSent: 0,
  requests: 0,
  downloadTime: 0,
  queryLengthServed: 0,
};
const CACHES = [
  'chunk',
  'index',
  'result',
  'statsResult',
  'volumeResult',
  'seriesResult',
  'labelResult',
  'instantMetricResult',
];

/**
 * The `stats` block. The one place where the lab's answers are not Loki's: lines and bytes are those the lab read
 * (UTF-16 units), time is its own, and what speaks of chunks, ingesters and caches, which the lab has not, is zero.
 */
export function statsBlock(cost: ScanCost, startedMs: number): unknown {
  const seconds = Math.max(1e-6, (performance.now() - startedMs) / 1000);
  return {
    summary: {
      bytesProcessedPerSecond: Math.round(cost.bytes / seconds),
      linesProcessedPerSecond: Math.round(cost.lines / seconds),
      totalBytesProcessed: cost.bytes,
      totalLinesProcessed: cost.lines,
      execTime: seconds,
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned: cost.returned,
      splits: 1,
      shards: 1,
      totalPostFilterLines: cost.returned,
      totalStructuredMetadataBytesProcessed: 0,
    },
    querier: { store: STORE },
    ingester: { totalReached: 0, totalChunksMatched: 0, totalBatches: 0, totalLinesSent: 0, store: STORE },
    cache: Object.fromEntries(CACHES.map((name) => [name, CACHE])),
    index: { totalChunks: 0, postFilterChunks: 0, shardsDuration: 0, usedBloomFilters: false },
  };
}

export interface StreamBlock {
  stream: Record<string, string>;
  values: unknown[][];
}

/** Lines by stream in the order they came: by labels of the stream alone when categorised, by all labels otherwise. */
export function toStreams(lines: readonly FoundLine[], categorized: boolean): StreamBlock[] {
  const streams = new Map<string, StreamBlock>();
  for (const { timeNs, line, stream, metadata, parsed } of lines) {
    const labels = sortLabels(categorized ? stream : { ...stream, ...metadata, ...parsed });
    const key = JSON.stringify(labels);
    let block = streams.get(key);
    if (!block) {
      block = { stream: labels, values: [] };
      streams.set(key, block);
    }
    const value: unknown[] = [timeNs.toString(), line];
    if (categorized) {
      value.push({
        ...(Object.keys(metadata).length > 0 && { structuredMetadata: sortLabels(metadata) }),
        ...(Object.keys(parsed).length > 0 && { parsed: sortLabels(parsed) }),
      });
    }
    block.values.push(value);
  }
  return [...streams.values()];
}

const toSeconds = (ns: bigint): number => Number(ns / 1_000_000n) / 1000;

/** Rows of an instant query, one sample each. */
export const toVector = (rows: readonly Row[], atNs: bigint): unknown[] =>
  rows
    .filter((row) => row.present[0] === 1)
    .map((row) => ({ metric: sortLabels(row.labels), value: [toSeconds(atNs), formatPlain(row.values[0] ?? 0)] }));

/** Rows of a range query with the steps at which each has a sample. */
export function toMatrix(rows: readonly Row[], steps: Steps): unknown[] {
  const times = Array.from({ length: steps.count }, (_, i) => toSeconds(steps.startNs + BigInt(i * steps.stepNs)));
  return rows.flatMap((row) => {
    const values = times.flatMap((time, i) => (row.present[i] === 1 ? [[time, formatPlain(row.values[i] ?? 0)]] : []));
    return values.length > 0 ? [{ metric: sortLabels(row.labels), values }] : [];
  });
}
