import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fetchUpstream, limiterOf } from '@/lib/server/upstream';
import { errorOf } from '../error-of';
import {
  dripFeed,
  FakeUpstream,
  fakeSource,
  flood,
  halfOpen,
  html,
  json,
  malformed,
  never,
  noContent,
  redirect,
  resetting,
  slow,
  text,
  truncated,
} from '../fake-upstream';

const fake = FakeUpstream.forTests();

const Ok = z.object({ ok: z.boolean() });

const ask = (overrides: Partial<Parameters<typeof fetchUpstream<typeof Ok>>[0]> = {}) =>
  fetchUpstream({ source: fakeSource('prometheus', fake.url), path: '/x', schema: Ok, signal: never(), ...overrides });

const until = async (condition: () => boolean) => {
  for (let tries = 0; tries < 200 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

describe('what is asked', () => {
  it('sends parameters, a list as a repeated key, and the configured headers last', async () => {
    fake.on('/base/x', json({ ok: true }));
    const source = fakeSource('prometheus', `${fake.url}/base`, {
      headers: { 'x-scope-orgid': 'team', accept: 'application/json' },
    });
    const answer = await ask({
      source,
      params: { a: 'b c', 'match[]': ['1', '2'], none: undefined },
      headers: { 'x-scope-orgid': 'other' },
    });
    expect(answer.value).toEqual({ ok: true });
    expect(fake.last.params.getAll('match[]')).toEqual(['1', '2']);
    expect(fake.last.params.has('none')).toBe(false);
    expect(fake.last.headers['x-scope-orgid']).toBe('team');
  });

  it('takes credentials out of the address into a header, and never shows them', async () => {
    fake.on('/x', json({ ok: true }));
    const answer = await ask({
      source: fakeSource('prometheus', fake.url.replace('http://', 'http://ann:s%20ecret@')),
    });
    expect(fake.last.headers.authorization).toBe(`Basic ${Buffer.from('ann:s ecret').toString('base64')}`);
    expect(answer.requestUrl).not.toMatch(/ann|ecret/);
  });

  it('refuses a path that would climb out of the API', async () => {
    const error = await errorOf(ask({ path: '/label/../../admin' }));
    expect(error.code).toBe('bad_request');
    expect(fake.seen).toHaveLength(0);
  });
});

describe('answers that fail', () => {
  it('asks a source that resets twice more, then reads the answer', async () => {
    fake.on('/x', resetting(2, json({ ok: true })));
    expect((await ask()).value).toEqual({ ok: true });
    expect(fake.seen).toHaveLength(3);
  });

  it('gives up on a source that keeps resetting after three requests and names it', async () => {
    fake.on('/x', resetting(99, json({ ok: true })));
    const error = await errorOf(ask());
    expect(error.code).toBe('upstream_unreachable');
    expect(error.message).toContain('Prometheus cannot be reached: it closed the connection');
    expect(error.details.source).toBe('Prometheus');
    expect(fake.seen).toHaveLength(3);
  });

  it('does not repeat a write whose outcome is unknown', async () => {
    fake.on('/x', resetting(99, json({ ok: true })));
    await errorOf(ask({ method: 'POST', body: {}, retry: false }));
    expect(fake.seen).toHaveLength(1);
  });

  it('says that nothing listens', async () => {
    const error = await errorOf(ask({ source: fakeSource('loki', 'http://127.0.0.1:1') }));
    expect(error.code).toBe('upstream_unreachable');
    expect(error.message).toContain('Loki cannot be reached: ');
  });

  it('says that a host name is not known', async () => {
    const error = await errorOf(ask({ source: fakeSource('loki', 'http://no-such-host.invalid') }));
    expect(error.code).toBe('upstream_unreachable');
    expect(error.message).toMatch(/host name/);
  });

  it('says that a port speaks something other than HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.9\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const error = await errorOf(ask({ source: fakeSource('tempo', `http://127.0.0.1:${port}`) }));
    server.close();
    expect(error.code).toBe('upstream_malformed');
    expect(error.message).toContain('not HTTP');
  });

  it.each([
    ['JSON that ends in the middle', malformed(), 'upstream_malformed', /not whole JSON/],
    ['a connection that breaks in the middle', truncated(), 'upstream_malformed', /broke off/],
    ['a web page', html(), 'upstream_malformed', /web page/],
    ['a web page with an error status', html(500), 'upstream_rejected', /failed \(500\)\.$/],
    ['no content', noContent(), 'upstream_malformed', /without content \(204\)/],
    ['another form', json({ ok: 'yes' }), 'upstream_malformed', /form this console does not know at ok/],
    ['401', text('no org id', 401), 'upstream_rejected', /answered 401: check its credentials in windsock\.yaml/],
    ['403', text('no', 403), 'upstream_rejected', /answered 403/],
    ['404', text('no', 404), 'upstream_rejected', /answered 404 to \/x/],
    ['429', text('slow down', 429, { 'retry-after': '7' }), 'upstream_rejected', /429.*slow down.*wait 7 s/],
    ['500', text('boom\u0000\n<b>', 500), 'upstream_rejected', /Prometheus failed \(500\): boom <b>\./],
    ['503', text('Service Unavailable', 503), 'upstream_unreachable', /not ready \(503\): Service Unavailable/],
    ['504', text('', 504), 'upstream_timeout', /shorter range/],
    ['a redirect', redirect('http://127.0.0.1:1/elsewhere'), 'upstream_rejected', /redirect \(302\)/],
  ] as const)('turns %s into a sentence that names the source', async (_name, behaviour, code, message) => {
    fake.on('/x', behaviour);
    const error = await errorOf(ask());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('Prometheus');
    expect(fake.seen).toHaveLength(1);
  });

  it('never follows a redirect, so that no header reaches another address', async () => {
    const other = await FakeUpstream.start();
    fake.on('/x', redirect(`${other.url}/x`, 307));
    await errorOf(ask({ source: fakeSource('prometheus', fake.url, { headers: { authorization: 'Bearer secret' } }) }));
    expect(other.seen).toHaveLength(0);
    await other.close();
  });

  it('takes an answer without content where that is a success', async () => {
    fake.on('/x', noContent());
    expect((await ask({ whenEmpty: { ok: true } })).value).toEqual({ ok: true });
  });
});

describe('time and bounds', () => {
  it.each([
    ['half-open', halfOpen()],
    ['slow', slow(3_000, json({ ok: true }))],
    ['drip-feeding', dripFeed(20)],
  ])('gives up on a %s source in time and lets it know', async (_name, behaviour) => {
    fake.on('/x', behaviour);
    const error = await errorOf(ask({ timeoutMs: 200 }));
    expect(error.code).toBe('upstream_timeout');
    expect(error.message).toMatch(/Prometheus did not answer within 0\.2 s: try a shorter range/);
    await until(() => fake.aborted === 1);
    expect(fake.seen).toHaveLength(1);
  });

  it('carries the leaving of a reader to the upstream and throws the reason', async () => {
    fake.on('/x', halfOpen());
    const reader = new AbortController();
    const asked = ask({ signal: reader.signal });
    await until(() => fake.seen.length === 1);
    reader.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => fake.aborted === 1);
  });

  it('does not ask at all for a reader who has left', async () => {
    const error = await ask({ signal: AbortSignal.abort() }).catch((reason) => reason);
    expect(error.name).toBe('AbortError');
    expect(fake.seen).toHaveLength(0);
  });

  it('stops reading an answer of 500 MB at the cap without growing by 100 MB', async () => {
    fake.on('/x', flood(500 * 1024 * 1024));
    const before = process.memoryUsage.rss();
    const error = await errorOf(ask());
    const growth = process.memoryUsage.rss() - before;
    expect(error.code).toBe('upstream_rejected');
    expect(error.message).toMatch(/larger than 20 MB.*shorter range/);
    expect(growth).toBeLessThan(100 * 1024 * 1024);
    await until(() => fake.aborted === 1);
  });

  it('reads two large answers of a source at once; more wait, small ones do not', async () => {
    const padding = ' '.repeat(2 * 1024 * 1024);
    const held: (() => void)[] = [];
    fake.on('/held', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(padding);
      held.push(() => response.end('{"ok":true}'));
    });
    fake.on('/large', text(`${padding}{"ok":true}`, 200, { 'content-type': 'application/json' }));
    fake.on('/x', json({ ok: true }));
    const first = [ask({ path: '/held' }), ask({ path: '/held' })];
    await until(() => held.length === 2);
    // Both have been read beyond the bound of a large answer by the time a small one came and went.
    await new Promise((resolve) => setTimeout(resolve, 100));
    let isRead = false;
    const third = ask({ path: '/large' }).then((answer) => {
      isRead = true;
      return answer;
    });
    expect((await ask()).value).toEqual({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isRead).toBe(false);
    held[0]?.();
    expect((await third).value).toEqual({ ok: true });
    held[1]?.();
    expect(await Promise.all(first)).toHaveLength(2);
  });

  it('counts what a compressed answer unpacks to, not what was sent', async () => {
    const packed = gzipSync(Buffer.alloc(60 * 1024 * 1024, ' '));
    fake.on('/x', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(packed);
    });
    expect((await errorOf(ask())).message).toMatch(/larger than 20 MB/);
  });

  it('refuses an announced length beyond the cap at once', async () => {
    fake.on('/x', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '30000000' });
      response.write('{');
    });
    expect((await errorOf(ask({ timeoutMs: 2_000 }))).message).toMatch(/larger than 20 MB/);
  });

  it('asks no more at once than configured, and a waiting reader may leave', async () => {
    const source = fakeSource('prometheus', fake.url, { name: 'Narrow', maxConcurrent: 2 });
    let now = 0;
    let most = 0;
    fake.on('/x', (_request, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"ok":true}');
      }, 60);
    });
    const leaver = new AbortController();
    const asked = [...Array(6).keys()].map(() => ask({ source }));
    const left = ask({ source, signal: leaver.signal }).catch((reason: Error) => reason.name);
    await until(() => limiterOf(source).waiting === 5);
    leaver.abort();
    expect(await left).toBe('AbortError');
    await Promise.all(asked);
    expect(most).toBe(2);
    expect(fake.seen).toHaveLength(6);
    expect(limiterOf(source).active).toBe(0);
  });

  it('says when the time was spent waiting for other queries of the console', async () => {
    const source = fakeSource('prometheus', fake.url, { name: 'Busy', maxConcurrent: 1 });
    fake.on('/x', halfOpen());
    const first = errorOf(ask({ source, timeoutMs: 400 }));
    const second = errorOf(ask({ source, timeoutMs: 150 }));
    expect((await second).message).toMatch(/Busy was busy with 1 other queries/);
    await first;
  });
});
