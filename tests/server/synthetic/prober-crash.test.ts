import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { SYNTHETIC_LOOP } from '@/lib/server/synthetic/loop';
import { listRuns } from '@/lib/server/synthetic/store';
import { useConfig } from '@/tests/api/console';
import { hasPostgres, postgresKind } from '../databases';
import { bundleProcess } from '../writers';

/** As the check's `interval`; the clock of the probers goes 20 times as fast. */
const INTERVAL_MS = 10_000;

describe.skipIf(!hasPostgres)('two consoles on one PostgreSQL', () => {
  const kind = postgresKind();
  const children: ChildProcess[] = [];
  /** Request ids that the model was asked with, in their order. */
  const received: string[] = [];
  let model: Server;
  let bundle: Awaited<ReturnType<typeof bundleProcess>>;
  let database: Database;

  beforeAll(async () => {
    model = createServer((request, response) => {
      received.push(String(request.headers['x-request-id']));
      response.end('{"prediction":{"score":0.5}}');
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    const { port } = model.address() as AddressInfo;
    // Nothing listens at the Prometheus: what the check looks for is not known, which is nothing to this test.
    useConfig(`
sources: { prometheus: { url: 'http://127.0.0.1:1' } }
models:
  - name: fraud_detector
    synthetic: { url: 'http://127.0.0.1:${port}/predict', interval: 10s, wait: 1s }
`);
    bundle = await bundleProcess('tests/server/synthetic/prober-process.ts');
    const url = await kind.create();
    await migrate(url);
    database = openDatabase(url);
    const bornMs = String(Date.now());
    for (let at = 0; at < 2; at += 1) {
      const env = { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'silent' };
      children.push(spawn(process.execPath, [bundle.file, bornMs], { env, stdio: 'ignore' }));
    }
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await new Promise((resolve) => model.close(resolve));
    await database?.close();
    await kind.stop();
    bundle.remove();
  });

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let left = 1_200; left > 0; left -= 1) {
      if (await isSo()) return;
      await sleep(50);
    }
    throw new Error(`${what} did not come about within a minute`);
  }
  const runsOf = () => listRuns({ model: 'fraud_detector', take: 1_000 }, database);
  /** The process that sends the checks now: `host:pid:random`. */
  const senderOf = async (): Promise<ChildProcess | undefined> => {
    const lease = await database.read((client) => client.lease.findUnique({ where: { name: SYNTHETIC_LOOP } }));
    return children.find(({ pid }) => pid === Number(lease?.holder.split(':').at(-2)));
  };

  it('send each check once, and go on with one of them killed', { timeout: 120_000 }, async () => {
    await until('two checks', async () => (await runsOf()).length >= 2);
    const first = await senderOf();
    first?.kill('SIGKILL');
    const before = (await runsOf()).length;
    await until('two more by the other', async () => (await runsOf()).length >= before + 2);
    const second = await senderOf();
    expect([first?.pid, second?.pid].sort()).toEqual(children.map(({ pid }) => pid).sort());
    second?.kill('SIGKILL');

    const runs = (await runsOf()).toReversed();
    // No request twice, and none that is not stored; the two that were killed may each have died before one left.
    expect(new Set(received).size).toBe(received.length);
    const stored = runs.map(({ requestId }) => requestId);
    expect(received.filter((id) => !stored.includes(id))).toEqual([]);
    expect(runs.length - received.length).toBeLessThanOrEqual(2);
    const gaps = runs.slice(1).map(({ askedAtMs }, at) => askedAtMs - (runs[at]?.askedAtMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL_MS);
  });
});
