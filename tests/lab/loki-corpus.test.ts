import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lokiEngine } from '@/lab/loki/engine';
import { logStoreFromPushBody } from '@/lab/memory-logs';
import { KNOWN_DIFFERENCES } from './known-differences';

interface Case {
  name: string;
  request: { path: string; query: Record<string, string | number>; headers: Record<string, string> };
  response: { status: number; contentType: string; body: unknown };
}

const lokiDifferences = KNOWN_DIFFERENCES.filter(({ source }) => source === 'loki');

const root = new URL('../fixtures/corpus/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const cases = readdirSync(new URL('cases/loki/', root)).map((file) => read(`cases/loki/${file}`) as Case);
const engine = lokiEngine(logStoreFromPushBody(read('data/loki-push.json')));

/** Streams, series and fields are sets; what is inside them keeps its order. Stats blocks say how, not what. */
function canonical(value: unknown, path = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, `${path}[]`));
    const isSet = path === '.data' || path === '.data.result' || path === '.fields';
    return isSet ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => `${path}.${key}` !== '.data.stats');
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v, `${path}.${k}`)]),
  );
}

/** Sample values are texts; they may differ in the last digits, nothing else may. */
function expectClose(actual: unknown, expected: unknown, path: string): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    expect(actual.length, `${path} length`).toBe(expected.length);
    for (const [i, item] of expected.entries()) expectClose(actual[i], item, `${path}[${i}]`);
  } else if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    expect(Object.keys(actual), `${path} keys`).toEqual(Object.keys(expected));
    for (const [key, item] of Object.entries(expected)) expectClose(Reflect.get(actual, key), item, `${path}.${key}`);
  } else if (typeof expected === 'string' && /\.values?\[/.test(path) && /^-?\d+\.\d+$/.test(expected)) {
    const wanted = Number(expected);
    expect(Math.abs(Number(actual) - wanted), path).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)));
  } else {
    expect(actual, path).toEqual(expected);
  }
}

describe('the lab answers as Loki 3.4 did over the same lines', () => {
  for (const { name, request, response } of cases) {
    const difference = lokiDifferences.find((entry) => entry.case === name);
    it(`${name}${difference ? ` (known to differ: ${difference.reason})` : ''}`, async () => {
      const params = new URLSearchParams(Object.entries(request.query).map(([k, v]) => [k, String(v)]));
      const nowMs = 1795230360000;
      const { path, headers } = request;
      const answer = await engine({ method: 'GET', path, params, headers, body: Buffer.alloc(0), nowMs });
      const body: unknown = answer.headers['content-type']?.startsWith('text/') ? answer.body : JSON.parse(answer.body);
      const compare = () => {
        expect(answer.status).toBe(response.status);
        expect(answer.headers['content-type']).toBe(response.contentType);
        expectClose(canonical(body), canonical(response.body), '');
      };
      if (difference) expect(compare).toThrow();
      else compare();
    });
  }

  it('replays every case of the corpus', () => {
    expect(cases.length).toBeGreaterThanOrEqual(37);
    for (const entry of lokiDifferences) expect(cases.map((c) => c.name)).toContain(entry.case);
  });
});
