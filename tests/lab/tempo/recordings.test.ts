import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { traceStoreFromOtlp } from '@/lab/memory-traces';
import { tempoEngine } from '@/lab/tempo/engine';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const Recording = z.object({
  request: z.object({ path: z.string(), query: z.record(z.string(), z.union([z.string(), z.number()])) }),
  response: z.object({ status: z.number(), contentType: z.string().nullable(), body: z.unknown() }),
});
const recording = (name: string): z.output<typeof Recording> =>
  Recording.parse(JSON.parse(readFileSync(new URL(`recordings/tempo/${name}.json`, FIXTURES), 'utf8')));

const engine = tempoEngine(
  traceStoreFromOtlp(JSON.parse(readFileSync(new URL('corpus/data/otlp-traces.json', FIXTURES), 'utf8'))),
);
/** Half a minute after the end that the recorded refusal of a long range names. */
const RECORDED_AT_MS = 1_795_231_229_000;

describe('answers that do not depend on the data are the recorded ones', () => {
  it.each([
    'search-parse-error',
    'search-bad-range',
    'search-too-long',
    'metrics-range-parse-error',
    'trace-bad-id',
    'trace-not-found-v1',
    'trace-not-found-v2',
    'tag-values-v2-status',
    'echo',
    'ready',
  ])('%s', async (name) => {
    const { request, response } = recording(name);
    const answer = await engine({
      method: 'GET',
      path: request.path,
      params: new URLSearchParams(Object.entries(request.query).map(([key, value]) => [key, String(value)])),
      headers: {},
      body: Buffer.alloc(0),
      nowMs: RECORDED_AT_MS,
    });
    expect(answer.status).toBe(response.status);
    expect(answer.headers['content-type'] ?? null).toBe(response.contentType);
    if (response.contentType !== 'application/json') expect(answer.body).toBe(response.body);
    else {
      // The bytes that a real server reads for fixed answers are its own affair.
      const withoutMetrics = (body: unknown): unknown => ({ ...z.looseObject({}).parse(body), metrics: null });
      expect(withoutMetrics(JSON.parse(answer.body))).toEqual(withoutMetrics(response.body));
    }
  });
});
