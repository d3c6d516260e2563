import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { acquire, guardLease, hold, LeaseLost, newHolder, release, renew } from '@/lib/server/background/lease';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { onEachDatabase } from '../databases';

onEachDatabase('a lease', (kind) => {
  let url = '';
  const open: Database[] = [];
  /** A client of its own, as another process has one. */
  const console_ = (): Database => {
    const database = openDatabase(url);
    open.push(database);
    return database;
  };
  beforeAll(async () => {
    url = await kind.create();
    await migrate(url);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });

  it('goes to exactly one of many that ask at once', async () => {
    const consoles = Array.from({ length: 6 }, console_);
    const got = await Promise.all(
      consoles.map((database, index) => acquire({ name: 'rush', holder: `h${index}`, ttlMs: 60_000 }, database)),
    );
    expect(got.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('is renewed by its holder without a new token, and refused to others', async () => {
    const [a, b] = [console_(), console_()];
    const first = await acquire({ name: 'renewed', holder: 'a', ttlMs: 60_000 }, a);
    const again = await acquire({ name: 'renewed', holder: 'a', ttlMs: 60_000 }, a);
    expect(again?.token).toBe(first?.token);
    expect(await acquire({ name: 'renewed', holder: 'b', ttlMs: 60_000 }, b)).toBeNull();
  });

  it('gives a larger token to each new holder, after a release and after its end alike', async () => {
    const database = console_();
    const tokens: number[] = [];
    for (const holder of ['a', 'b', 'a', 'c']) {
      const lease = await acquire({ name: 'fence', holder, ttlMs: 20 }, database);
      tokens.push(lease?.token ?? -1);
      if (holder === 'b' && lease !== null) await release(lease, database);
      else await sleep(40);
    }
    expect(tokens).toEqual([1, 2, 3, 4]);
  });

  it('lets a former holder neither renew nor commit', async () => {
    const [a, b] = [console_(), console_()];
    const old = await acquire({ name: 'stale', holder: 'a', ttlMs: 20 }, a);
    await sleep(40);
    const now = await acquire({ name: 'stale', holder: 'b', ttlMs: 60_000 }, b);
    if (old === null || now === null) throw new Error('a free lease was refused');
    expect(await renew(old, a)).toBe(false);
    const written = a.write(async (transaction) => {
      await guardLease(transaction, old);
      await transaction.lease.create({ data: { name: 'never', holder: 'a', token: 1, expiresAtMs: 0n } });
    });
    await expect(written).rejects.toThrow(LeaseLost);
    expect(await b.read((client) => client.lease.findUnique({ where: { name: 'never' } }))).toBeNull();
    await b.write((transaction) => guardLease(transaction, now));
  });

  it('is kept while it is held, and its signal says when it is lost', async () => {
    const [a, b] = [console_(), console_()];
    const held = await hold({ name: 'kept', holder: 'a', ttlMs: 300 }, a);
    if (held === null) throw new Error('a free lease was refused');
    await sleep(700);
    expect(await acquire({ name: 'kept', holder: 'b', ttlMs: 300 }, b)).toBeNull();
    expect(held.signal.aborted).toBe(false);
    await b.write((transaction) =>
      transaction.lease.update({ where: { name: 'kept' }, data: { holder: 'b', token: { increment: 1 } } }),
    );
    await new Promise((resolve) => held.signal.addEventListener('abort', resolve));
    await expect(a.write((transaction) => held.guard(transaction))).rejects.toThrow(/went to another process/);
  });

  it('never lets two of six work at the same time', async () => {
    let inside = 0;
    let most = 0;
    let done = 0;
    const worker = async (database: Database): Promise<void> => {
      while (done < 12) {
        const held = await hold({ name: 'alone', ttlMs: 5_000, holder: newHolder() }, database);
        if (held === null) {
          await sleep(3);
          continue;
        }
        inside += 1;
        most = Math.max(most, inside);
        await sleep(5);
        inside -= 1;
        done += 1;
        await held.release();
      }
    };
    await Promise.all(Array.from({ length: 6 }, () => worker(console_())));
    expect(most).toBe(1);
  });
});
