import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GET as tail } from '@/app/api/logs/tail/route';
import { LogTailEvent } from '@/lib/contracts/logs';
import { BEAT_LINES, followLogs } from '@/lib/server/logs/tail';
import { lokiClient } from '@/lib/server/loki/client';
import { useConfig } from '../api/console';
import { logLab } from '../api/logs-lab';
import { fakeSource } from '../fake-upstream';

/** A wire between the console and the lab that can be cut. */
class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  isCut = false;
  /** Cuts what upgrades to a WebSocket, and lets other requests through. */
  isDeafToUpgrades = false;

  constructor(target: number) {
    this.#server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(target, '127.0.0.1');
      for (const [a, b] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(a);
        a.on('error', () => b.destroy());
        a.on('close', () => {
          this.#sockets.delete(a);
          b.destroy();
        });
      }
      near.on('data', (chunk) => {
        if (this.isDeafToUpgrades && /^upgrade: websocket/im.test(chunk.toString('latin1'))) near.destroy();
        else far.write(chunk);
      });
      far.pipe(near);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get open(): number {
    return this.#sockets.size;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

let lab: Awaited<ReturnType<typeof logLab>>;
let wire: Wire;
let address: string;
let service = 0;

beforeAll(async () => {
  lab = await logLab([{ stream: { service_name: 'other', level: 'info' }, values: [[`${Date.now()}000000`, 'x']] }]);
  wire = new Wire(Number(new URL(lab.url).port));
  address = await wire.listen();
  useConfig(`sources:\n  loki: { url: '${address}/loki' }\n`);
});
beforeEach(() => {
  service += 1;
  wire.isCut = false;
  wire.isDeafToUpgrades = false;
});
afterAll(async () => {
  await wire.close();
  await lab.close();
});

let lastNs = 0n;
/** Pushes lines as a service would, now, each at an instant of its own. */
async function push(...lines: string[]): Promise<void> {
  const values = lines.map((line) => {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    lastNs = nowNs > lastNs ? nowNs : lastNs + 1n;
    return [String(lastNs), line];
  });
  const response = await fetch(`${lab.url}/loki/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service_name: `s${service}`, level: 'info' }, values }] }),
  });
  expect(response.status).toBe(204);
}

function follow(filter: Parameters<typeof followLogs>[1] = {}) {
  const reader = new AbortController();
  const events: LogTailEvent[] = [];
  const done = followLogs(
    lokiClient(fakeSource('loki', `${address}/loki`, { timeoutMs: 2_000 })),
    { query: `{service_name="s${service}"}`, ...filter },
    async (event) => {
      events.push(LogTailEvent.parse(event));
    },
    reader.signal,
    { retryMs: [50, 100, 200], nowMs: Date.now },
  );
  return {
    events,
    done,
    leave: async () => {
      reader.abort();
      await done;
    },
    lines: () => events.flatMap((event) => (event.type === 'lines' ? event.rows.map(({ line }) => line) : [])),
    states: () => events.flatMap((event) => (event.type === 'state' ? [event.state] : [])),
    dropped: () => events.reduce((sum, event) => sum + (event.type === 'lines' ? (event.dropped ?? 0) : 0), 0),
  };
}

const until = (condition: () => boolean | Promise<boolean>, what: string) =>
  expect.poll(condition, { timeout: 15_000, interval: 20, message: what }).toBe(true);

describe('a live tail over the lab', () => {
  it('gives the last minutes and then each line as it comes, redacted', async () => {
    await push('history of jane@example.com');
    const tailing = follow();
    await until(() => tailing.lines().length === 1, 'history');
    await push('new 1', 'new 2');
    await until(() => tailing.lines().length === 3, 'new lines');
    expect(tailing.lines()).toEqual(['history of [e-mail]', 'new 1', 'new 2']);
    expect(tailing.states()).toEqual(['live']);
    await tailing.leave();
    expect(tailing.states()).toEqual(['live']);
  });

  it('goes on after the connection broke: every line once, and what happened is told', async () => {
    const tailing = follow();
    await until(() => tailing.states().includes('live'), 'live');
    await push('before');
    await until(() => tailing.lines().length === 1, 'first line');
    wire.isCut = true;
    wire.cut();
    await until(() => tailing.states().includes('recovering'), 'recovering');
    await push('while it was cut');
    wire.isCut = false;
    await until(() => tailing.states().at(-1) === 'live', 'live again');
    await push('after');
    await until(() => tailing.lines().includes('after'), 'line after');
    expect(tailing.lines()).toEqual(['before', 'while it was cut', 'after']);
    const reasons = tailing.events.flatMap((event) => (event.type === 'state' ? [event.reason] : []));
    expect(reasons.find((reason) => reason !== null)).toMatch(/Loki/);
    await tailing.leave();
  });

  it('asks instead of listening while only WebSocket is cut, and loses no line', async () => {
    const tailing = follow();
    await until(() => tailing.states().includes('live'), 'live');
    wire.isDeafToUpgrades = true;
    wire.cut();
    await until(() => tailing.states().includes('polled'), 'polled');
    await push('asked for');
    await until(() => tailing.lines().includes('asked for'), 'polled line');
    wire.isDeafToUpgrades = false;
    await until(() => tailing.states().at(-1) === 'live', 'live again');
    await push('heard');
    await until(() => tailing.lines().includes('heard'), 'heard line');
    expect(tailing.lines()).toEqual(['asked for', 'heard']);
    await tailing.leave();
  });

  it('ends with the reason when nothing can be reached for long', async () => {
    const tailing = follow();
    await until(() => tailing.states().includes('live'), 'live');
    wire.isCut = true;
    wire.cut();
    await tailing.done;
    const last = tailing.events.at(-1);
    expect(last).toMatchObject({ type: 'state', state: 'ended' });
    expect(last?.type === 'state' ? last.reason : '').toMatch(/cannot be reached|broke|connection/);
  });

  it('ends at once when the query is refused, with the words of Loki', async () => {
    const tailing = follow({ query: '{service_name="a"} | foo bar' });
    await tailing.done;
    expect(tailing.events).toMatchObject([
      { type: 'state', state: 'ended', reason: expect.stringContaining('parse error') },
    ]);
    const counting = follow({ query: 'rate({a="b"}[1m])' });
    await counting.done;
    expect(counting.events).toMatchObject([{ state: 'ended', reason: expect.stringContaining('gives numbers') }]);
  });

  it('counts what it leaves out of a flood: nothing vanishes unsaid', async () => {
    const tailing = follow();
    await until(() => tailing.states().includes('live'), 'live');
    const total = 8 * BEAT_LINES;
    await push(...Array.from({ length: total }, (_, i) => `flood ${i}`));
    await until(() => tailing.lines().length + tailing.dropped() >= total, 'all accounted for');
    expect(tailing.lines().length + tailing.dropped()).toBe(total);
    expect(tailing.lines().at(-1)).toBe(`flood ${total - 1}`);
    await tailing.leave();
  });
});

describe('the stream to the browser', () => {
  const open = (signal: AbortSignal) =>
    tail(
      new Request(`http://127.0.0.1/api/logs/tail?query=${encodeURIComponent(`{service_name="s${service}"}`)}`, {
        signal,
      }),
    );

  it('is server-sent events, and leaving reaches Loki', async () => {
    await push('one');
    const before = wire.open;
    const reader = new AbortController();
    const response = await open(reader.signal);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const stream = response.body?.getReader();
    let text = '';
    while (!text.includes('"one"')) {
      const piece = await stream?.read();
      text += new TextDecoder().decode(piece?.value);
    }
    const events = text
      .split('\n\n')
      .filter((part) => part.startsWith('data: '))
      .map((part) => LogTailEvent.parse(JSON.parse(part.slice(6))));
    expect(events.map(({ type }) => type)).toEqual(['state', 'lines']);
    expect(wire.open).toBeGreaterThan(before);
    reader.abort();
    await until(() => wire.open <= before, 'the upstream socket closed');
  });

  it('that is cancelled by its reader leaves Loki too', async () => {
    const before = wire.open;
    const response = await open(new AbortController().signal);
    await until(() => wire.open > before, 'opened');
    await response.body?.cancel();
    await until(() => wire.open <= before, 'the upstream socket closed');
  });
});
