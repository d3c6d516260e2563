import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { attachTail, refuseTail } from '@/lab/loki/tail';
import { MemoryLogStore } from '@/lab/memory-logs';

interface Frame {
  streams: { stream: Record<string, string>; values: [string, string, unknown?][] }[];
  dropped_entries?: { timestamp: string; labels: Record<string, string> }[];
  encodingFlags?: string[];
}

const opened: { server: Server; client: WebSocket }[] = [];
afterEach(() => {
  for (const { server, client } of opened.splice(0)) {
    client.terminate();
    server.closeAllConnections();
    server.close();
  }
});

const nowNs = () => BigInt(Date.now()) * 1_000_000n;
const pushTo = (store: MemoryLogStore, lines: readonly string[], app = 'a') =>
  store.push([
    {
      labels: { app },
      entries: lines.map((line, i) => ({ timeNs: nowNs() + BigInt(i), line, structuredMetadata: {} })),
    },
  ]);

/** A real server and a real client on one tail; `until` waits for frames to satisfy a condition. */
async function tailOf(store: MemoryLogStore, params: Record<string, string>, headers: Record<string, string> = {}) {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://lab');
    sockets.handleUpgrade(request, socket, head, (ws) => {
      attachTail(ws, url.searchParams, store, {
        'x-loki-response-encoding-flags': String(request.headers['x-loki-response-encoding-flags'] ?? ''),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/tail?${new URLSearchParams(params)}`, { headers });
  opened.push({ server, client });
  const frames: Frame[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    client.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  client.on('message', (data) => frames.push(JSON.parse(data.toString())));
  await new Promise<void>((resolve) => client.on('open', () => resolve()));
  const lines = () => frames.flatMap((frame) => frame.streams.flatMap(({ values }) => values.map(([, line]) => line)));
  const until = async (done: () => boolean) => {
    const deadline = Date.now() + 8000;
    while (!done() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done()).toBe(true);
  };
  return { frames, lines, until, closed, client };
}

describe('tail', () => {
  it('sends the newest lines so far, oldest first, then what arrives and passes the pipeline', async () => {
    const store = new MemoryLogStore();
    pushTo(store, ['one', 'two', 'three']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const tail = await tailOf(store, { query: '{app="a"} != "secret"', limit: '2' });
    await tail.until(() => tail.lines().length === 2);
    pushTo(store, ['four', 'a secret']);
    pushTo(store, ['other'], 'b');
    pushTo(store, ['five']);
    await tail.until(() => tail.lines().length === 4);
    expect(tail.lines()).toEqual(['two', 'three', 'four', 'five']);
    expect(tail.frames[0]?.streams[0]?.stream).toEqual({ app: 'a', detected_level: 'unknown' });
    expect(tail.frames[0]).not.toHaveProperty('encodingFlags');
  });

  it('keeps the categories of labels apart when asked by header', async () => {
    const store = new MemoryLogStore();
    const tail = await tailOf(store, { query: '{app="a"}' }, { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' });
    await tail.until(() => tail.client.readyState === WebSocket.OPEN);
    // The server attaches the tail as it opens; wait for its first ping rather than guess.
    await new Promise((resolve) => tail.client.once('ping', resolve));
    pushTo(store, ['x']);
    await tail.until(() => tail.frames.length > 0);
    expect(tail.frames[0]?.encodingFlags).toEqual(['categorize-labels']);
    expect(tail.frames[0]?.streams[0]?.values[0]?.[2]).toEqual({ structuredMetadata: { detected_level: 'unknown' } });
  });

  it('says what it dropped when more arrives than it can keep, at most 100 lines a frame', async () => {
    const store = new MemoryLogStore();
    const tail = await tailOf(store, { query: '{app="a"}' });
    await new Promise((resolve) => tail.client.once('ping', resolve));
    pushTo(
      store,
      Array.from({ length: 5200 }, (_, i) => `l${i}`),
    );
    await tail.until(() => tail.lines().length === 5000);
    const dropped = tail.frames.flatMap((frame) => frame.dropped_entries ?? []);
    expect(dropped).toHaveLength(200);
    expect(dropped[0]?.labels).toEqual({ app: 'a' });
    expect(dropped[0]?.timestamp).toMatch(/^\d{19}$/);
    expect(tail.lines()[0]).toBe('l200');
    for (const frame of tail.frames)
      expect(frame.streams.flatMap(({ values }) => values).length).toBeLessThanOrEqual(100);
  });

  it('holds lines back as long as delay_for says', async () => {
    const store = new MemoryLogStore();
    const tail = await tailOf(store, { query: '{app="a"}', delay_for: '1' });
    await new Promise((resolve) => tail.client.once('ping', resolve));
    const from = Date.now();
    pushTo(store, ['late']);
    await tail.until(() => tail.lines().length === 1);
    expect(Date.now() - from).toBeGreaterThanOrEqual(990);
  });

  it('stops listening when the reader leaves', async () => {
    const listeners = new Set<unknown>();
    class Counting extends MemoryLogStore {
      override tail(...args: Parameters<MemoryLogStore['tail']>) {
        const stop = super.tail(...args);
        listeners.add(stop);
        return () => {
          listeners.delete(stop);
          stop();
        };
      }
    }
    const tail = await tailOf(new Counting(), { query: '{app="a"}' });
    await tail.until(() => listeners.size === 1);
    tail.client.close();
    await tail.until(() => listeners.size === 0);
  });

  it('refuses bad requests before the upgrade, and closes with the reason after it', async () => {
    const refused = (params: Record<string, string>) => refuseTail(new URLSearchParams(params));
    expect(refused({ query: '{app="a"}' })).toBeNull();
    expect(refused({ query: '{app=' })).toMatchObject({ status: 400, body: expect.stringContaining('parse error') });
    expect(refused({ query: 'rate({app="a"}[1m])' })?.status).toBe(400);
    expect(refused({ query: '{app="a"}', delay_for: '6' })?.body).toBe("delay_for can't be greater than 5");
    const tail = await tailOf(new MemoryLogStore(), { query: '{app=' });
    expect(await tail.closed).toMatchObject({
      code: 1011,
      reason: expect.stringContaining('parse error at line 1, col 6'),
    });
  });
});
