import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { traceStoreFromOtlp } from '@/lab/memory-traces';
import { tempoEngine } from '@/lab/tempo/engine';
import { KNOWN_DIFFERENCES } from './known-differences';

const CORPUS = new URL('../fixtures/corpus/', import.meta.url);
const Case = z.object({
  name: z.string(),
  request: z.object({ path: z.string(), query: z.record(z.string(), z.union([z.string(), z.number()])) }),
  response: z.object({ status: z.number(), contentType: z.string().nullable(), body: z.unknown() }),
});

const cases = readdirSync(new URL('cases/tempo/', CORPUS)).map((file) =>
  Case.parse(JSON.parse(readFileSync(new URL(`cases/tempo/${file}`, CORPUS), 'utf8'))),
);
const store = traceStoreFromOtlp(JSON.parse(readFileSync(new URL('data/otlp-traces.json', CORPUS), 'utf8')));
const engine = tempoEngine(store);
/** An hour after the corpus, so that the half minute the server never searches is long past. */
const NOW_MS = 1_795_234_000_000;

const tempoDifferences = KNOWN_DIFFERENCES.filter(({ source }) => source === 'tempo');

/** Parts of a case's answer that are not compared: `metrics`, the bytes and jobs of the server's blocks, and what is listed. */
const leftOutOf = (name: string): string[] => [
  'metrics',
  ...tempoDifferences.flatMap((known) => (known.case === name && known.leftOut !== undefined ? [known.leftOut] : [])),
];

/** Lists that the server answers in no defined order, by a key that does not depend on it. */
function canonical(value: unknown, leftOut: readonly string[]): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(10));
  if (Array.isArray(value)) {
    return value
      .map((item) => canonical(item, leftOut))
      .map((item) => ({ item, key: JSON.stringify(item) }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ item }) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !leftOut.includes(key))
      .map(([key, inner]): [string, unknown] => [key, canonical(inner, leftOut)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The label order and the trace order are defined: newest first, series by their labels. */
const Ordered = z.object({
  traces: z.array(z.object({ traceID: z.string(), startTimeUnixNano: z.string() })).optional(),
  series: z.array(z.object({ labels: z.unknown() })).optional(),
});
const orderOf = (body: unknown): unknown => {
  const { traces, series } = Ordered.parse(body);
  return traces?.map((trace) => trace.startTimeUnixNano) ?? series?.map(({ labels }) => JSON.stringify(labels));
};

/** In the compare() case: the request ids are equal in count, so only how many there are is defined. */
const blindRequestIds = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body).replace(/"stringValue":"req-[0-9a-f]+"/g, '"stringValue":"req"'));

describe('the lab answers every recorded TraceQL case as Tempo 3.0 did', () => {
  it('has the whole corpus', () => {
    expect(cases).toHaveLength(27);
    expect(tempoDifferences.every((known) => cases.some(({ name }) => name === known.case))).toBe(true);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, { request, response }) => {
    const params = new URLSearchParams(Object.entries(request.query).map(([key, value]) => [key, String(value)]));
    const answer = await engine({
      method: 'GET',
      path: request.path,
      params,
      headers: {},
      body: Buffer.alloc(0),
      nowMs: NOW_MS,
    });
    expect(answer.status).toBe(response.status);
    const body: unknown = JSON.parse(answer.body);
    const [ours, theirs] =
      name === 'metrics-instant-compare'
        ? [blindRequestIds(body), blindRequestIds(response.body)]
        : [body, response.body];
    const leftOut = leftOutOf(name);
    expect(canonical(ours, leftOut)).toEqual(canonical(theirs, leftOut));
    expect(orderOf(ours)).toEqual(orderOf(theirs));
  });
});
