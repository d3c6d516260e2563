import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { hold, newHolder } from '@/lib/server/background/lease';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { GUARD_LOOP } from '@/lib/server/rollouts/act';
import { evaluateGuard } from '@/lib/server/rollouts/evaluate';
import { moveSwitch } from '@/lib/server/rollouts/switches';
import { deliveryLoop } from '@/lib/server/webhooks/deliver';
import { type Lab, NOW_MS, startLab } from '@/tests/api/console';
import { onEachDatabase } from '../databases';
import { type RealEndpoint, SECRET, startEndpoint } from '../webhooks/endpoint';
import { bundleProcess } from '../writers';
import { guardConfig, guardedOf, MINUTE_MS } from './guard-lab';

const START_MS = NOW_MS - 10 * MINUTE_MS;
/** Three evaluations: the guard acts at the second. */
const END_MS = START_MS + 2 * MINUTE_MS;
const EVALUATED = ['counted', 'act', 'already-acted'];

let lab: Lab;
let endpoint: RealEndpoint;
let bundle: Awaited<ReturnType<typeof bundleProcess>>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  lab = await startLab(7 * 60 * MINUTE_MS);
  bundle = await bundleProcess('tests/server/rollouts/guard-process.ts');
}, 120_000);
afterAll(async () => {
  bundle.remove();
  await lab.close();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await endpoint.close();
});

interface Console {
  kill(): void;
  /** Resolves once it said that it stored an evaluation that led to this. */
  saw(decision: string): Promise<void>;
  complaint: () => string;
}

function startConsole(url: string, delivers: 'deliver' | 'hold', endMs = END_MS): Console {
  const child = spawn(process.execPath, [bundle.file, String(START_MS), String(endMs), delivers], {
    env: { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  let complaint = '';
  const waiting: { decision: string; done: () => void }[] = [];
  const look = (): void => {
    for (const { decision, done } of waiting) if (said.includes(` ${decision}\n`)) done();
  };
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString();
    look();
  });
  child.stderr.on('data', (piece: Buffer) => {
    complaint += piece.toString();
  });
  return {
    kill: () => child.kill('SIGKILL'),
    saw: (decision) =>
      new Promise((done) => {
        waiting.push({ decision, done });
        look();
      }),
    complaint: () => complaint,
  };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not come about within 30 s`);
}

/** A database whose next change stands still before its commit, everything written, until it is told to go on. */
function pausing(database: Database): { database: Database; reached: Promise<void>; goOn: () => void } {
  let goOn = (): void => undefined;
  let reach = (): void => undefined;
  const reached = new Promise<void>((done) => {
    reach = done;
  });
  const going = new Promise<void>((done) => {
    goOn = done;
  });
  return {
    reached,
    goOn: () => goOn(),
    database: {
      ...database,
      write: (change) =>
        database.write(async (transaction) => {
          const result = await change(transaction);
          reach();
          await going;
          return result;
        }),
    },
  };
}

onEachDatabase('an armed guard and its endpoint', (kind) => {
  let url = '';
  let database: Database;

  const open = async (): Promise<void> => {
    endpoint = await startEndpoint();
    guardConfig(
      lab,
      `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 1m, violations: 2, armed: true, webhooks: [deploy] } }
webhooks:
  out: [{ name: deploy, url: '${endpoint.url}', secret: ${SECRET} }]
`,
    );
    url = await kind.create();
    await migrate(url);
    database = openDatabase(url);
  };
  const decisions = () =>
    database.read(async (client) =>
      (await client.guardEvaluation.findMany({ orderBy: { atMs: 'asc' }, select: { decision: true } })).map(
        (row) => row.decision,
      ),
    );
  const settled = async (): Promise<void> => {
    await until('the last evaluation', async () => (await decisions()).length >= EVALUATED.length);
    await until('the delivery', async () =>
      database.read(async (client) => (await client.webhookDelivery.count({ where: { state: 'delivered' } })) === 1),
    );
    // Whoever would call twice has had the time to.
    await sleep(300);
    expect(await decisions()).toEqual(EVALUATED);
    expect(await database.read((client) => client.guardAction.count())).toBe(1);
    expect(await database.read((client) => client.webhookDelivery.count())).toBe(1);
    await database.close();
  };

  /** After a first violation: what stores the second one, at which the guard acts. */
  const counted = async (): Promise<{ act(by: Database): Promise<unknown>; release(): Promise<void> }> => {
    const lease = await hold({ name: GUARD_LOOP, holder: newHolder(), ttlMs: 60_000 }, database);
    if (lease === null) throw new Error('somebody else evaluates');
    const evaluate = (atMs: number, by: Database) =>
      evaluateGuard(guardedOf('fraud_detector'), atMs, {
        database: by,
        fence: lease.guard,
        signal: new AbortController().signal,
        nowMs: atMs,
      });
    await evaluate(START_MS, database);
    return { act: (by) => evaluate(START_MS + MINUTE_MS, by), release: lease.release };
  };
  const kill = (by: Database): Promise<void> =>
    moveSwitch(
      { model: 'fraud_detector', killed: true, reason: 'wrong alarm', revision: 0 },
      { identity: { id: 'ada', name: 'Ada' }, nowMs: START_MS },
      by,
    );
  /** Until somebody waits for a lock; SQLite says of nobody that he waits, and lets one writer in at a time anyway. */
  const untilBlocked = async (): Promise<void> => {
    if (database.provider === 'sqlite') return;
    await until('a wait for a lock', async () =>
      database.read(async (client) => {
        const waiting = await client.$queryRaw<unknown[]>`
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return waiting.length > 0;
      }),
    );
  };
  /** Lets everything due out, as the console does, and tells what became of it. */
  const delivered = async () => {
    const signal = new AbortController().signal;
    await deliveryLoop().run({ database, signal, guard: async () => undefined, nowMs: Date.now() });
    return database.read(async (client) => ({
      decisions: await decisions(),
      messages: (await client.webhookDelivery.findMany()).map(({ state, reason }) => `${state}: ${reason}`),
      calls: endpoint.received.length,
    }));
  };

  it('is not called when the switch is thrown while the decision is being stored', { timeout: 60_000 }, async () => {
    await open();
    const { act, release } = await counted();
    const decision = pausing(openDatabase(url));
    const deciding = act(decision.database);
    await decision.reached;
    const switching = kill(database);
    await untilBlocked();
    decision.goOn();
    await Promise.all([deciding, switching]);
    expect(await delivered()).toEqual({
      decisions: ['counted', 'act'],
      messages: ['dead: Not sent any more: Ada threw the kill switch.'],
      calls: 0,
    });
    await release();
    await Promise.all([decision.database.close(), database.close()]);
  });

  it('is not called when the decision falls while the switch is being stored', { timeout: 60_000 }, async () => {
    await open();
    const { act, release } = await counted();
    const thrown = pausing(openDatabase(url));
    const switching = kill(thrown.database);
    await thrown.reached;
    const deciding = act(database);
    await untilBlocked();
    thrown.goOn();
    await Promise.all([deciding, switching]);
    expect(await delivered()).toEqual({ decisions: ['counted', 'killed'], messages: [], calls: 0 });
    await release();
    await Promise.all([thrown.database.close(), database.close()]);
  });

  // What does not depend on the database is shown on one of them: each of these starts several consoles.
  const isSqlite = kind.name === 'SQLite';
  const onSqlite = isSqlite ? it : null;
  const onPostgres = isSqlite ? null : it;

  onSqlite?.('is called once, signed and under its key', { timeout: 60_000 }, async () => {
    await open();
    const console_ = startConsole(url, 'deliver');
    await settled();
    expect(console_.complaint()).toBe('');
    expect(endpoint.received).toHaveLength(1);
    const [call] = endpoint.received;
    expect(JSON.parse(call?.body ?? '{}')).toMatchObject({
      type: 'rollout.rollback',
      data: { action: 'rollback', model: 'fraud_detector', challenger: '2.4.0' },
    });
    expect(call?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(call?.headers['idempotency-key']).toMatch(/^rollback:[0-9a-f]{64}$/);
  });

  it('is called once when the console dies between decision and delivery', { timeout: 60_000 }, async () => {
    await open();
    const first = startConsole(url, 'hold');
    await first.saw('act');
    first.kill();
    expect(endpoint.received).toEqual([]);
    startConsole(url, 'deliver');
    await settled();
    expect(endpoint.received).toHaveLength(1);
  });

  onPostgres?.(
    'is called once by two consoles at the same time, and by the one that is left',
    {
      timeout: 60_000,
    },
    async () => {
      await open();
      const both = [startConsole(url, 'deliver'), startConsole(url, 'deliver')];
      await until('the first evaluation', async () => (await decisions()).length >= 1);
      // One of the two; if it was the evaluator, the other goes on where it stopped.
      both[0]?.kill();
      await settled();
      expect(endpoint.received).toHaveLength(1);
    },
  );

  onSqlite?.('has one action and one message after five kills at random', { timeout: 120_000 }, async () => {
    await open();
    for (let i = 0; i < 5; i += 1) {
      const console_ = startConsole(url, 'deliver');
      await sleep(300 + Math.random() * 900);
      console_.kill();
    }
    startConsole(url, 'deliver');
    await settled();
    // A call that was answered but not yet stored as such is made again under the same id: once more at most, and known.
    expect(new Set(endpoint.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});
