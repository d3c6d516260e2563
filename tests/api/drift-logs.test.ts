import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as feature } from '@/app/api/drift/feature/route';
import { GET as heat } from '@/app/api/drift/heat/route';
import { GET as drift } from '@/app/api/drift/route';
import { lokiEngine } from '@/lab/loki/engine';
import { MemoryLogStore } from '@/lab/memory-logs';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { LogEntry, Series } from '@/lab/stores';
import { DriftFeature, DriftHeat, DriftReport } from '@/lib/contracts/drift';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { serveEngines } from '../serve-engines';
import { call, NOW_MS, useConfig } from './console';

/** More prediction lines than are read: a sample of them must tell what all of them say. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SCRAPE_MS = 15_000;
const START_MS = NOW_MS - HOUR_MS;
/** Lines a second before and after the middle of the hour: the sample must follow the traffic. */
const SLOW = 5;
const FAST = 15;
/** The range in 24 stretches. */
const STRETCH_MS = HOUR_MS / 24;

const rateAt = (ms: number): number => (ms < START_MS + HOUR_MS / 2 ? SLOW : FAST);

function lines(): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let secondMs = START_MS; secondMs < NOW_MS; secondMs += 1_000) {
    const rate = rateAt(secondMs);
    for (let i = 0; i < rate; i += 1) {
      const atMs = secondMs + Math.floor((1_000 * i) / rate);
      const inStretch = ((atMs - START_MS) % STRETCH_MS) / STRETCH_MS;
      const line = JSON.stringify({
        event: 'prediction',
        model_name: 'm',
        model_version: '1',
        feature_sample: {
          // What happened in the first half of each stretch alone, and in its first tenth.
          half: inStretch < 0.5 ? 'first' : 'second',
          tenth: inStretch < 0.1 ? 'in it' : 'after it',
          hour: atMs < START_MS + HOUR_MS / 2 ? 'slow' : 'fast',
          constructor: secondMs % 2_000 === 0 ? 'toString' : '__proto__',
        },
        prediction: { label: 'ok', score: 0.5 },
      });
      entries.push({ timeNs: BigInt(atMs) * 1_000_000n, line, structuredMetadata: {} });
    }
  }
  return entries;
}

function requests(): Series {
  const timesMs = Float64Array.from(
    { length: HOUR_MS / SCRAPE_MS + 21 },
    (_, i) => NOW_MS - HOUR_MS + (i - 20) * SCRAPE_MS,
  );
  let all = 0;
  const values = timesMs.map((ms) => {
    all += ms <= START_MS ? 0 : (rateAt(ms - 1) * SCRAPE_MS) / 1_000;
    return all;
  });
  return {
    labels: { __name__: 'inference_requests_total', model_name: 'm', model_version: '1', status: 'ok' },
    timesMs,
    values,
  };
}

let close: () => Promise<void>;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  const logs = new MemoryLogStore();
  logs.push([{ labels: { service_name: 'm-service', model_name: 'm' }, entries: lines() }]);
  const server = await serveEngines(
    {
      prometheus: prometheusEngine(new MemoryMetricStore({ series: [requests()] })),
      loki: lokiEngine(logs),
    },
    () => NOW_MS,
  );
  close = server.close;
  const { url } = server;
  useConfig(
    `sources:\n  prometheus: { url: '${url}/prometheus', scrapeInterval: 15s }\n  loki: { url: '${url}/loki' }\n`,
  );
  await migrate(getConfig().database.url);
}, 60_000);

afterAll(async () => {
  await close();
  vi.useRealTimers();
});

async function report(query: Record<string, string | number> = {}) {
  const { status, body } = await call(drift, {
    query: { model: 'm', startMs: START_MS, endMs: NOW_MS, source: 'logs', ...query },
  });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return DriftReport.parse(body);
}

describe('a sample of prediction lines', () => {
  it('says how many of how many were read, and how they were chosen', async () => {
    const { sample } = (await report()).current;
    expect(sample?.of).toBeGreaterThan(34_000);
    expect(sample?.of).toBeLessThan(38_000);
    expect(Math.abs((sample?.read ?? 0) / 6_000 - 1)).toBeLessThan(0.1);
    expect(sample?.words).toMatch(/^every line of \d+ pieces of time drawn evenly over the range, 1\d\.?\d?\s% of it$/);
  });

  it('sees in its proportion what happened in a part of each stretch only, and follows the traffic', async () => {
    const shareOf = async (name: string, category: string): Promise<number> => {
      const query = { model: 'm', startMs: START_MS, endMs: NOW_MS, source: 'logs', feature: name };
      const { distributions } = DriftFeature.parse((await call(feature, { query })).body);
      return distributions?.bins.find((bin) => bin.name === category)?.current ?? 0;
    };
    expect(Math.abs((await shareOf('half', 'first')) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs((await shareOf('tenth', 'in it')) - 0.1)).toBeLessThan(0.05);
    expect(Math.abs((await shareOf('hour', 'fast')) - FAST / (SLOW + FAST))).toBeLessThan(0.01);
  });

  it('is large enough in each window of a strip to say when something began', async () => {
    const query = { model: 'm', startMs: START_MS, endMs: NOW_MS, source: 'logs', windows: 12 };
    const strip = DriftHeat.parse(
      (
        await call(heat, {
          query: { ...query, against: 'earlier', againstStartMs: START_MS, againstEndMs: START_MS + HOUR_MS / 4 },
        })
      ).body,
    );
    const row = strip.rows.find(({ feature: name }) => name === 'hour');
    for (const count of row?.n ?? []) expect(count).toBeGreaterThan(500);
    expect(row?.state.slice(0, 6)).toEqual(new Array(6).fill('within-noise'));
    expect(row?.state.slice(6)).toEqual(new Array(6).fill('drifted'));
    expect(row?.began).toEqual({ sinceMs: START_MS + HOUR_MS / 2, isAtLeast: false });
  });

  it('takes a feature called constructor, and categories called __proto__ and toString, as any other', async () => {
    const found = await report({
      against: 'earlier',
      againstStartMs: START_MS,
      againstEndMs: START_MS + HOUR_MS / 2,
    });
    const row = found.features.find(({ feature }) => feature === 'constructor');
    expect(row).toMatchObject({ state: 'within-noise', bins: 2, unseen: [], gone: [] });
  });
});
