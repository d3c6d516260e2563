import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { assembleLab, fleetStores } from '@/lab/assemble';
import { openDirectory } from '@/lab/directory';
import { Fleet } from '@/lab/fleet/fleet';
import { createLabServer } from '@/lab/server';

const HOUR_MS = 3_600_000;
const fleet = new Fleet({ seed: 1, historyMs: HOUR_MS, startMs: Date.now(), now: Date.now });
const server = assembleLab(fleetStores(fleet));
let base = '';

const listen = (of: Server): Promise<string> =>
  new Promise((resolve) => {
    of.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(of.address() as AddressInfo).port}`));
  });

const close = (of: Server): Promise<void> =>
  new Promise((resolve) => {
    of.close(() => resolve());
    of.closeAllConnections();
  });

beforeAll(async () => {
  base = await listen(server);
});
afterAll(() => close(server));

async function getJson(path: string, params: Record<string, string> = {}) {
  const response = await fetch(`${base}${path}?${new URLSearchParams(params)}`);
  expect(response.status).toBe(200);
  return response.json();
}

describe('the lab over HTTP', () => {
  it('answers Prometheus, Loki and Tempo at their base addresses about the same requests', async () => {
    const endS = Math.floor(Date.now() / 30_000) * 30;
    const range = { start: String(endS - 1800), end: String(endS) };
    const metric = await getJson('/prometheus/api/v1/query', {
      query: 'inference_requests_total{model_name="reco",model_version="2.4.0",status="error"}[1801s]',
      time: String(endS),
    });
    const values: [number, string][] = metric.data.result[0].values;
    const grown = Number(values.at(-1)?.[1]) - Number(values[0]?.[1]);
    const logs = await getJson('/loki/loki/api/v1/query_range', {
      ...range,
      query: '{model_name="reco",level="error"} | json | model_version="2.4.0"',
      limit: '1000',
    });
    const lines = logs.data.result.flatMap((stream: { values: [string, string][] }) => stream.values);
    expect(grown).toBeGreaterThan(0);
    expect(lines).toHaveLength(grown);
    const { trace_id: traceId } = JSON.parse(lines[0][1]);
    const trace = await getJson(`/tempo/api/traces/${traceId}`);
    expect(JSON.stringify(trace)).toContain('POST /predict');
  });

  it('says what it is and that it is well', async () => {
    const front = await fetch(`${base}/`);
    expect(front.headers.get('content-type')).toContain('text/plain');
    expect(await front.text()).toMatch(/Windsock lab[\s\S]*fraud_detector 2\.4\.0 takes 20 %/);
    expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
  });

  it('knows nothing beside its three bases', async () => {
    for (const path of ['/grafana/api', '/constructor/x', '/__proto__', '/prometheusx/api/v1/query']) {
      expect((await fetch(`${base}${path}`)).status).toBe(404);
    }
  });

  it('reads parameters of a form post as those of the query string', async () => {
    const response = await fetch(`${base}/prometheus/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: 'count(up)' }),
    });
    expect((await response.json()).data.result[0].value[1]).toBe('5');
  });

  it('compresses long answers for those who accept it, and only for them', async () => {
    const packed = await fetch(`${base}/prometheus/api/v1/metadata`, { headers: { 'accept-encoding': 'gzip' } });
    const plain = await fetch(`${base}/prometheus/api/v1/metadata`, { headers: { 'accept-encoding': 'identity' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await packed.text()).toBe(await plain.text());
  });

  it('refuses a body of more than 20 MB, packed or not', async () => {
    const large = Buffer.alloc(21 * 1024 * 1024, 'a');
    const push = (body: Buffer<ArrayBuffer>, headers: Record<string, string>) =>
      fetch(`${base}/loki/loki/api/v1/push`, { method: 'POST', body, headers });
    expect((await push(gzipSync(large), { 'content-encoding': 'gzip' })).status).toBe(413);
    // The refusal may overtake the upload: then the connection is closed under the sender.
    const status = await push(large, {}).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('refuses a body that says gzip and is not', async () => {
    const response = await fetch(`${base}/loki/loki/api/v1/push`, {
      method: 'POST',
      body: 'plain',
      headers: { 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(400);
  });

  it('shows pushed lines beside those of the fleet', async () => {
    const timeNs = `${BigInt(Date.now()) * 1_000_000n}`;
    const response = await fetch(`${base}/loki/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        streams: [{ stream: { service_name: 'gateway', level: 'error' }, values: [[timeNs, 'pushed by hand']] }],
      }),
    });
    expect(response.status).toBe(204);
    const { data } = await getJson('/loki/loki/api/v1/query_range', {
      query: '{service_name="gateway",level="error"}',
      limit: '5000',
    });
    const lines = data.result.flatMap((stream: { values: [string, string][] }) =>
      stream.values.map(([, line]) => line),
    );
    expect(lines).toContain('pushed by hand');
    expect(lines.length).toBeGreaterThan(10);
  });

  it('shows pushed spans at both addresses of the receiver', async () => {
    for (const [i, path] of ['/tempo/v1/traces', '/otlp/v1/traces'].entries()) {
      const traceId = `${i + 1}`.repeat(32);
      const startNs = BigInt(Date.now()) * 1_000_000n;
      const span = {
        traceId,
        spanId: '1'.repeat(16),
        name: 'pushed',
        kind: 2,
        startTimeUnixNano: `${startNs}`,
        endTimeUnixNano: `${startNs + 1000n}`,
      };
      const response = await fetch(`${base}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans: [span] }] }],
        }),
      });
      expect(response.status).toBe(200);
      expect(JSON.stringify(await getJson(`/tempo/api/traces/${traceId}`))).toContain('"pushed"');
    }
  });

  it('an engine that fails is a 500, and the server lives on', async () => {
    const silenced = console.error;
    console.error = () => undefined;
    const broken = createLabServer({
      engines: { prometheus: () => Promise.reject(new Error('broken')) },
      tail: { refuse: () => null, attach: () => undefined },
      frontPage: () => 'front',
      now: Date.now,
    });
    const address = await listen(broken);
    expect((await fetch(`${address}/prometheus/api/v1/query`)).status).toBe(500);
    expect((await fetch(`${address}/`)).status).toBe(200);
    await close(broken);
    console.error = silenced;
  });
});

describe('the live tail over a WebSocket', () => {
  const tailOf = (query: string) =>
    new WebSocket(`${base.replace('http', 'ws')}/loki/loki/api/v1/tail?${new URLSearchParams({ query, limit: '5' })}`);

  it('brings what the fleet logs now, and what is pushed', async () => {
    const socket = tailOf('{service_name=~"fraud-api|pushed"}');
    const lines: { timeMs: number; line: string }[] = [];
    const openedMs = Date.now();
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => {
        const values = [[`${BigInt(Date.now()) * 1_000_000n}`, 'pushed while tailing']];
        fetch(`${base}/loki/loki/api/v1/push`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ streams: [{ stream: { service_name: 'pushed' }, values }] }),
        }).catch(reject);
      });
      socket.on('message', (data) => {
        const frame: { streams: { values: [string, string][] }[] } = JSON.parse(String(data));
        for (const { values } of frame.streams) {
          for (const [timeNs, line] of values) lines.push({ timeMs: Number(BigInt(timeNs) / 1_000_000n), line });
        }
        const isLive =
          lines.filter(({ timeMs, line }) => timeMs > openedMs && line.includes('prediction_')).length >= 3;
        if (isLive && lines.some(({ line }) => line === 'pushed while tailing')) resolve();
      });
    });
    socket.terminate();
    for (const { timeMs } of lines) expect(timeMs).toBeLessThanOrEqual(Date.now());
    const live = lines.filter(({ timeMs, line }) => timeMs > openedMs && line.includes('prediction_'));
    expect(new Set(live.map(({ line }) => line)).size).toBe(live.length);
  });

  it('is refused with plain HTTP where the query is none, or the address', async () => {
    const refused = (socket: WebSocket) =>
      new Promise<number | undefined>((resolve) => {
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_, response) => {
          resolve(response.statusCode);
          socket.terminate();
        });
      });
    expect(await refused(tailOf('{broken'))).toBe(400);
    expect(await refused(new WebSocket(`${base.replace('http', 'ws')}/loki/elsewhere`))).toBe(404);
  });
});

describe('a data directory', () => {
  it('is served as the fleet is', async () => {
    const directory = assembleLab({ ...openDirectory('tests/fixtures/corpus/data'), describe: () => 'a directory' });
    const address = await listen(directory);
    const query = new URLSearchParams({ query: 'sum(inference_requests_total)', time: '1795230360' });
    const { data } = await (await fetch(`${address}/prometheus/api/v1/query?${query}`)).json();
    expect(data.result[0].value[1]).toBe('123');
    await close(directory);
  });

  it('without its files is refused with the name of the file', () => {
    expect(() => openDirectory('tests/fixtures/corpus')).toThrow(/corpus\/metrics\.om cannot be read \(ENOENT\)/);
  });
});
