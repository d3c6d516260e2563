import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseForeignHost } from '@/lib/server/auth/host';

const directory = mkdtempSync(join(tmpdir(), 'windsock-host-'));
beforeAll(() => {
  process.env.WINDSOCK_CONFIG = join(directory, 'windsock.yaml');
  writeFileSync(
    process.env.WINDSOCK_CONFIG,
    `sources: { loki: { url: "http://l:3100" } }
server: { publicUrl: "https://windsock.example.com", allowedHosts: [Ops.internal, "ops.internal:8443"] }`,
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ask = (host: string | null) => () =>
  refuseForeignHost(new Request('http://127.0.0.1/api/x', host === null ? {} : { headers: { host } }));

describe('a request sent to', () => {
  it.each([
    'localhost:3000',
    'app.localhost',
    '127.0.0.1:3000',
    '192.168.1.5',
    '[::1]:3000',
    'windsock.example.com',
    'WINDSOCK.example.com:443',
    'ops.internal',
    'ops.internal:9999',
  ])('%s is answered', (host) => {
    expect(ask(host)).not.toThrow();
  });

  it.each(['evil.test', 'evil.test:3000', 'localhost.evil.test', '127.0.0.1.evil.test', 'example.com'])(
    '%s is refused with the setting that would allow it',
    (host) => {
      expect(ask(host)).toThrow(/server\.allowedHosts/);
    },
  );

  it('no name at all is answered', () => {
    expect(ask(null)).not.toThrow();
  });
});
