import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackgroundLoop, startLoop, startLoops, stopLoops, wakeLoop } from '@/lib/server/background/loop';
import { WORK } from '@/lib/server/background/work';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { sqliteKind } from '../databases';

const kind = sqliteKind();
let url = '';
let database: Database;
beforeAll(async () => {
  url = await kind.create();
  await migrate(url);
  database = openDatabase(url);
});
afterAll(async () => {
  await database.close();
  await kind.stop();
});

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 10_000) throw new Error('it did not happen');
    await sleep(5);
  }
}

const loop = (part: Partial<BackgroundLoop> & Pick<BackgroundLoop, 'run'>): BackgroundLoop => ({
  name: 'test-loop',
  intervalMs: 10,
  runs: 'each',
  ...part,
});

describe('a background loop', () => {
  it('runs again and again, never two runs at once', async () => {
    let [inside, most, runs] = [0, 0, 0];
    const run = async () => {
      inside += 1;
      runs += 1;
      most = Math.max(most, inside);
      await sleep(20);
      inside -= 1;
      return 0;
    };
    const running = startLoop(loop({ run }), database);
    running.wake();
    await until(() => runs >= 5);
    await running.stop();
    expect(most).toBe(1);
    const stoppedAt = runs;
    await sleep(50);
    expect(runs).toBe(stoppedAt);
  });

  it('goes on after an error, with a longer pause each time', async () => {
    const atMs: number[] = [];
    const run = async () => {
      atMs.push(performance.now());
      if (atMs.length <= 3) throw new Error('broken for the test');
      return null;
    };
    const running = startLoop(loop({ run, intervalMs: 20 }), database, () => 0.5);
    await until(() => atMs.length >= 4);
    await running.stop();
    const pauses = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(38);
    expect(pauses[1]).toBeGreaterThanOrEqual(78);
    expect(pauses[2]).toBeGreaterThanOrEqual(158);
  });

  it('tells its work to stop, and waits for it', async () => {
    let ended = false;
    let began = false;
    const run = async ({ signal }: { signal: AbortSignal }) => {
      began = true;
      await sleep(60_000, undefined, { signal }).catch(() => undefined);
      ended = true;
      return null;
    };
    const running = startLoop(loop({ run }), database);
    await until(() => began);
    await running.stop();
    expect(ended).toBe(true);
  });

  it('of several processes is run by one, and by another once that one stops', async () => {
    const ran: string[] = [];
    const other = openDatabase(url);
    const start = (who: string, where: Database) =>
      startLoop(
        loop({
          name: 'shared',
          runs: 'one',
          leaseTtlMs: 600,
          run: async ({ guard }) => {
            await where.write((transaction) => guard(transaction));
            ran.push(who);
            return null;
          },
        }),
        where,
      );
    const a = start('a', database);
    await until(() => ran.length >= 2);
    const b = start('b', other);
    await sleep(700);
    expect(new Set(ran)).toEqual(new Set(['a']));
    await a.stop();
    const before = ran.length;
    await until(() => ran.length > before + 1);
    expect(ran.at(-1)).toBe('b');
    await b.stop();
    await other.close();
  });

  it('is started once in a process however often it is asked for, and wakes by name', async () => {
    let runs = 0;
    const work = loop({
      name: 'woken',
      intervalMs: 600_000,
      run: async () => {
        runs += 1;
        return null;
      },
    });
    startLoops([work], database);
    startLoops([work], database);
    await until(() => runs === 1);
    wakeLoop('woken');
    await until(() => runs === 2);
    await stopLoops();
    expect(runs).toBe(2);
  });
});

describe('the work of the console', () => {
  it('has names that are unique and in kebab-case', () => {
    const names = WORK.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
