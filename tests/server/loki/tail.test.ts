import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '@/lib/server/errors';
import { lokiClient } from '@/lib/server/loki/client';
import { TAIL_BUFFER_LINES, type TailFrame } from '@/lib/server/loki/tail';
import { FakeUpstream, fakeSource, json, text } from '../../fake-upstream';

let fake: FakeUpstream;
let sockets: WebSocketServer;
let connected: { socket: WebSocket; url: URL; headers: Record<string, unknown> }[] = [];
let onConnect: (socket: WebSocket, index: number) => void = () => {};
let upgrade = true;

beforeAll(async () => {
  fake = await FakeUpstream.start();
  sockets = new WebSocketServer({ noServer: true });
  fake.server.on('upgrade', (request, socket, head) => {
    if (!upgrade) {
      socket.end(
        'HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno',
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (one) => {
      connected.push({ socket: one, url: new URL(request.url ?? '', 'http://x'), headers: request.headers });
      onConnect(one, connected.length - 1);
    });
  });
});
afterEach(() => {
  fake.reset();
  connected = [];
  upgrade = true;
});
afterAll(async () => {
  for (const client of sockets.clients) client.terminate();
  await fake.close();
});

const frame = (lines: [string, string][], extra = {}) =>
  JSON.stringify({ streams: [{ stream: { app: 'a' }, values: lines }], ...extra });
const client = (headers = {}) => lokiClient(fakeSource('loki', fake.url, { headers, timeoutMs: 2_000 }));
const until = async (condition: () => boolean) => {
  for (let tries = 0; tries < 300 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

async function take(tail: AsyncGenerator<TailFrame, void>, count: number): Promise<TailFrame[]> {
  const frames: TailFrame[] = [];
  for await (const one of tail) {
    frames.push(one);
    if (frames.length === count) break;
  }
  return frames;
}

describe('a live tail', () => {
  it('sends the configured headers and the flag, and gives lines as they arrive', async () => {
    onConnect = (socket) => {
      socket.send(
        frame(
          [
            ['2', 'two'],
            ['1', 'one'],
          ],
          { encodingFlags: ['categorize-labels'] },
        ),
      );
      socket.send(frame([], {}));
      socket.send(frame([['3', 'three']], { dropped_entries: [{}, {}] }));
    };
    const frames = await take(
      client({ 'x-scope-orgid': 'team' }).tail('{app="a"}', { startMs: 1_000 }, new AbortController().signal),
      2,
    );
    expect(frames.map(({ entries }) => entries.map(({ line }) => line))).toEqual([['one', 'two'], ['three']]);
    expect(frames.map(({ dropped }) => dropped)).toEqual([0, 2]);
    expect(frames[0]).toMatchObject({ categorized: true, polled: false });
    expect(connected[0]?.headers).toMatchObject({
      'x-scope-orgid': 'team',
      'x-loki-response-encoding-flags': 'categorize-labels',
    });
    expect(connected[0]?.url.searchParams.get('start')).toBe('1000000000');
    await until(() => connected[0]?.socket.readyState === 3);
  });

  it('ends quietly when the reader leaves, and the upstream sees it', async () => {
    onConnect = (socket) => socket.send(frame([['1', 'one']]));
    const reader = new AbortController();
    const lines: string[] = [];
    for await (const { entries } of client().tail('{app="a"}', { startMs: 0 }, reader.signal)) {
      lines.push(...entries.map(({ line }) => line));
      reader.abort();
    }
    expect(lines).toEqual(['one']);
    await until(() => connected[0]?.socket.readyState === 3);
  });

  it('counts what a slow reader misses, and the rest stays in order', async () => {
    const perFrame = 1_000;
    const frameCount = (TAIL_BUFFER_LINES / perFrame) * 2;
    let sent = false;
    onConnect = (socket) => {
      for (let one = 0; one < frameCount; one += 1) {
        socket.send(
          frame(Array.from({ length: perFrame }, (_, n) => [String(one * perFrame + n + 1), 'x'] as [string, string])),
        );
      }
      setTimeout(() => {
        sent = true;
      }, 300);
    };
    const tail = client().tail('{app="a"}', { startMs: 0 }, new AbortController().signal);
    const first = await tail.next();
    await until(() => sent);
    let seen = first.value?.entries.length ?? 0;
    let dropped = first.value?.dropped ?? 0;
    let last = 0n;
    while (seen + dropped < frameCount * perFrame) {
      const { value } = await tail.next();
      seen += value?.entries.length ?? 0;
      dropped += value?.dropped ?? 0;
      const newest = BigInt(value?.entries.at(-1)?.ns ?? '0');
      expect(newest).toBeGreaterThan(last);
      last = newest;
    }
    await tail.return();
    expect(dropped).toBeGreaterThan(0);
    expect(seen + dropped).toBe(frameCount * perFrame);
  });

  it('TRAP Loki ends a tail after an hour: the next begins one nanosecond after the last line', async () => {
    onConnect = (socket, index) => {
      if (index === 0) {
        socket.send(frame([['1700000000000000005', 'before']]));
        setTimeout(() => socket.close(1011, 'reached tail max duration limit'), 20);
      } else socket.send(frame([['1700000000000000009', 'after']]));
    };
    const frames = await take(client().tail('{app="a"}', { startMs: 0 }, new AbortController().signal), 2);
    expect(frames.flatMap(({ entries }) => entries.map(({ line }) => line))).toEqual(['before', 'after']);
    expect(connected[1]?.url.searchParams.get('start')).toBe('1700000000000000006');
  });

  it('says why Loki ended it otherwise', async () => {
    onConnect = (socket) => socket.close(1011, 'all ingesters closed the connection');
    await expect(take(client().tail('{app="a"}', { startMs: 0 }, new AbortController().signal), 1)).rejects.toThrow(
      /ended the live tail: all ingesters closed/,
    );
  });

  it('says a frame that cannot be read', async () => {
    onConnect = (socket) => socket.send('{"streams":');
    await expect(
      take(client().tail('{app="a"}', { startMs: 0 }, new AbortController().signal), 1),
    ).rejects.toMatchObject({ code: 'upstream_malformed' });
  });

  it('says that Loki cannot be reached', async () => {
    const nobody = lokiClient(fakeSource('loki', 'http://127.0.0.1:1'));
    const error = await take(nobody.tail('{app="a"}', { startMs: 0 }, new AbortController().signal), 1).catch(
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe('upstream_unreachable');
  });

  it('TRAP not every deployment routes the tail: it is polled, each line once, and that is said', async () => {
    upgrade = false;
    let round = 0;
    fake.on('/loki/api/v1/query_range', (request, response, socket) => {
      round += 1;
      const values =
        round === 1
          ? [['1700000000000000001', 'one']]
          : [
              ['1700000000000000001', 'one'],
              ['1700000000000000002', 'late'],
            ];
      return json({ status: 'success', data: { resultType: 'streams', result: [{ stream: { app: 'a' }, values }] } })(
        request,
        response,
        socket,
      );
    });
    const frames = await take(
      client().tail('{app="a"}', { startMs: 1_700_000_000_000 }, new AbortController().signal),
      2,
    );
    expect(frames.map(({ entries }) => entries.map(({ line }) => line))).toEqual([['one'], ['late']]);
    expect(frames.every(({ polled }) => polled)).toBe(true);
  });

  it('a bad query is refused before the upgrade, with its words', async () => {
    const refusing = await FakeUpstream.start();
    refusing.on('/loki/api/v1/tail', text('x'));
    refusing.server.on('upgrade', (_request, socket) => {
      const words = 'parse error at line 1, col 5: syntax error';
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${words.length}\r\nconnection: close\r\n\r\n${words}`,
      );
    });
    const loki = lokiClient(fakeSource('loki', refusing.url));
    const error = await take(loki.tail('{', { startMs: 0 }, new AbortController().signal), 1).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'upstream_rejected', details: { position: { line: 1, column: 5 } } });
    await refusing.close();
  });
});
