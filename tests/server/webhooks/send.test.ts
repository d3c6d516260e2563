import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusedAddress } from '@/lib/server/webhooks/address';
import { parseRetryAfterMs, send } from '@/lib/server/webhooks/send';
import { configured, type RealEndpoint, type Received, SECRET, startEndpoint } from './endpoint';

const message = {
  id: 'msg_1',
  idempotencyKey: 'incident:1:declared',
  body: '{"type":"incident.declared","data":{"ä":1}}',
};

const NOTHING: Received = { path: '', headers: {}, body: '' };

describe('one call', () => {
  let endpoint: RealEndpoint;
  beforeEach(async () => {
    endpoint = await startEndpoint();
  });
  afterEach(() => endpoint.close());
  const call = (part = {}) => send(configured(endpoint.url, part), message, { nowMs: Date.now() });

  it('arrives signed, with its id and idempotency key', async () => {
    expect(await call()).toMatchObject({ delivered: true, reason: null, status: 204, gone: false });
    const [{ headers, body } = NOTHING] = endpoint.received;
    expect(headers['webhook-id']).toBe('msg_1');
    expect(headers['idempotency-key']).toBe('incident:1:declared');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const said = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(SECRET).verify(body, said)).toEqual(JSON.parse(message.body));
  });

  it.each([
    [500, /It answered 500/],
    [401, /It answered 401/],
    [410, /gone and wants no further messages/],
  ])('that is answered with %i is no success', async (status, reason) => {
    endpoint.answer = (response) => response.writeHead(status).end('no');
    const result = await call();
    expect(result).toMatchObject({ delivered: false, status, answer: 'no', gone: status === 410 });
    expect(result.reason).toMatch(reason);
  });

  it('does not follow a redirect', async () => {
    endpoint.answer = (response) => response.writeHead(307, { location: endpoint.url }).end();
    expect((await call()).reason).toMatch(/redirect \(307\), which is not followed/);
    expect(endpoint.received).toHaveLength(1);
  });

  it.each([
    ['by its type', { 'content-type': 'text/html; charset=utf-8' }, 'Sign in'],
    ['by its look', { 'content-type': 'text/plain' }, '\n<!DOCTYPE html><title>Sign in</title>'],
  ])('that is answered by a web page, known %s, is no success though it says 200', async (_, headers, body) => {
    endpoint.answer = (response) => response.writeHead(200, headers).end(body);
    const result = await call();
    expect(result).toMatchObject({ delivered: false, status: 200 });
    expect(result.reason).toMatch(/login page or a proxy/);
  });

  it('waits no longer than its timeout', async () => {
    endpoint.answer = () => undefined;
    const result = await call({ timeoutMs: 200 });
    expect(result.durationMs).toBeLessThan(1_500);
    expect(result).toMatchObject({ delivered: false, status: null, answer: null });
    expect(result.reason).toMatch(/did not answer within 0.2 s. Whether it took the message is not known/);
  });

  it('takes a success whose body never ends as a success', async () => {
    endpoint.answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"ok"');
    expect(await call({ timeoutMs: 300 })).toMatchObject({ delivered: true, answer: '{"ok"' });
  });

  it('reads no more of an answer than it needs', async () => {
    let closed = false;
    endpoint.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', write).on('close', () => {
        closed = true;
      });
      write();
    };
    const result = await call({ timeoutMs: 5_000 });
    expect(result).toMatchObject({ delivered: true });
    expect(result.answer).toHaveLength(1_000);
    expect(result.durationMs).toBeLessThan(2_000);
    await expect.poll(() => closed).toBe(true);
  });

  it('keeps an answer as text that every database can store', async () => {
    endpoint.answer = (response) => response.writeHead(500).end(Buffer.from([0x61, 0x00, 0xff, 0x62]));
    expect((await call()).answer).toBe('a\uFFFD\uFFFDb');
  });

  it('to a port where nobody listens says so', async () => {
    await endpoint.close();
    expect(await call()).toMatchObject({
      delivered: false,
      status: null,
      reason: 'It cannot be reached: nothing listens at its address.',
    });
    endpoint = await startEndpoint();
  });

  it('to something that is not HTTP says that the connection failed', async () => {
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await send(configured(`http://127.0.0.1:${port}/`), message, { nowMs: Date.now() });
    expect(result).toMatchObject({ delivered: false, status: null });
    expect(result.reason).toMatch(/It cannot be reached: /);
    other.close();
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
  ])('to %s is refused before anything is sent', async (url) => {
    const result = await send(configured(url, { timeoutMs: 300 }), message, { nowMs: Date.now() });
    expect(result.reason).toMatch(/cloud metadata, which webhooks are not sent to/);
    expect(result.status).toBeNull();
  });

  it('to a name is checked by the address that the name leads to', async () => {
    const { port } = new URL(endpoint.url);
    expect(await send(configured(`http://localhost:${port}/hook`), message, { nowMs: Date.now() })).toMatchObject({
      delivered: true,
    });
  });
});

describe('an address', () => {
  it.each([
    ['169.254.169.254', 'an address of cloud metadata'],
    ['100.100.100.200', 'an address of cloud metadata'],
    ['fd00:ec2::254', 'an address of cloud metadata'],
    ['169.254.1.1', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['::ffff:169.254.1.1', 'a link-local address'],
    ['::ffff:a9fe:a9fe', 'an address of cloud metadata'],
    ['::169.254.169.254', 'an address of cloud metadata'],
    ['64:ff9b::a9fe:a9fe', 'an address of cloud metadata'],
    ['2002:a9fe:a9fe::1', 'an address of cloud metadata'],
    ['0.0.0.0', 'no address of a host'],
    ['::', 'no address of a host'],
    ['224.0.0.1', 'no address of a host'],
    ['[fe80::1]', 'a link-local address'],
    ['::ffff:0:a9fe:a9fe', 'an address of cloud metadata'],
    ['::ffff:0:169.254.169.254', 'an address of cloud metadata'],
    ['fd00:ec2::254', 'an address of cloud metadata'],
    ['fd20:ce::254', 'an address of cloud metadata'],
    ['192.0.0.192', 'an address of cloud metadata'],
    ['::ffff:192.0.0.192', 'an address of cloud metadata'],
    ['192.0.0.8', 'no address of a host'],
    ['fec0::1', 'a site-local address'],
    ['feff:ffff::1', 'a site-local address'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'an address of a Teredo tunnel'],
    ['[2001::1]', 'an address of a Teredo tunnel'],
  ])('%s is refused as %s', (address, what) => {
    expect(refusedAddress(address)).toBe(what);
  });

  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.8',
    '192.168.1.1',
    '172.16.0.1',
    '8.8.8.8',
    'fd12::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    '::ffff:0:10.0.0.1',
    '192.0.1.1',
    '2001:4860:4860::8888',
    'fd20:ce::253',
  ])('%s may be called', (address) => {
    expect(refusedAddress(address)).toBeNull();
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:02:00 GMT', 60_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['999999999', 86_400_000],
    ['soon', null],
    ['-5', null],
    [undefined, null],
  ])('%s is understood', (value, expected) => {
    expect(parseRetryAfterMs(value, 60_000)).toBe(expected);
  });
});
