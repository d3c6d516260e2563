import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLoop } from '@/lib/server/background/loop';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { beginAttempt, nextStep, SCHEDULE_MS, settleAttempt } from '@/lib/server/webhooks/attempts';
import { deliveryLoop } from '@/lib/server/webhooks/deliver';
import { enqueueDelivery, enqueueEvent, wants } from '@/lib/server/webhooks/outbox';
import { findDelivery, listDeliveries, replayDelivery } from '@/lib/server/webhooks/store';
import { onEachDatabase } from '../databases';
import { bundleProcess } from '../writers';
import { configured, type RealEndpoint, startEndpoint } from './endpoint';

const HOUR_MS = 3_600_000;
const ana = { id: 'ana', name: 'Ana', permissions: new Set<never>() };

describe('the schedule', () => {
  const failed = { delivered: false, gone: false, reason: 'It answered 500.', retryAfterMs: null };

  it('is the one that the specification proposes, each pause up to a fifth longer', () => {
    const steps = SCHEDULE_MS.map((_, index) => [0, 1].map((random) => nextStep(index + 1, failed, random)));
    expect(steps.map(([least]) => least)).toEqual(
      [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((s) => ({ state: 'pending', inMs: s * 1000 })),
    );
    expect(steps[0]?.[1]).toEqual({ state: 'pending', inMs: 6_000 });
  });

  it('ends with a dead letter after the tenth attempt, and at once where the endpoint is gone', () => {
    expect(nextStep(10, failed, 0)).toEqual({ state: 'dead', reason: 'Given up after 10 attempts. It answered 500.' });
    expect(nextStep(1, { ...failed, gone: true }, 0)).toMatchObject({ state: 'dead' });
  });

  it('waits longer where Retry-After asks for it, never shorter', () => {
    expect(nextStep(1, { ...failed, retryAfterMs: 60_000 }, 0)).toEqual({ state: 'pending', inMs: 60_000 });
    expect(nextStep(2, { ...failed, retryAfterMs: 1_000 }, 0)).toEqual({ state: 'pending', inMs: 300_000 });
  });
});

describe('the types an endpoint asks for', () => {
  it.each([
    [['*'], 'incident.declared', true],
    [['incident.*'], 'incident.declared', true],
    [['incident.*'], 'guard.fired', false],
    [['incident.declared'], 'incident.declared', true],
    [['incident.declared'], 'incident.declared.again', false],
  ])('%j cover %s: %s', (events, type, expected) => {
    expect(wants(events, type)).toBe(expected);
  });
});

let bundle: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  bundle = await bundleProcess('tests/server/webhooks/deliverer.ts');
});
afterAll(() => bundle.remove());

onEachDatabase('the outbox', (kind) => {
  let url = '';
  let database: Database;
  let endpoint: RealEndpoint;
  let aheadMs = 0;
  const stops: (() => Promise<unknown> | unknown)[] = [];
  beforeAll(async () => {
    url = await kind.create();
    await migrate(url);
  });
  beforeEach(async () => {
    database = openDatabase(url);
    await database.write(async (transaction) => {
      await transaction.webhookDelivery.deleteMany();
      await transaction.lease.deleteMany();
      await transaction.auditEntry.deleteMany();
    });
    endpoint = await startEndpoint();
    aheadMs = 0;
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await endpoint.close();
    await database.close();
  });

  const now = () => Date.now() + aheadMs;
  const enqueue = (key: string, name = 'tool', where = database) =>
    where.write((transaction) =>
      enqueueDelivery(transaction, {
        endpoint: name,
        type: 'incident.declared',
        subject: 'incident:1',
        idempotencyKey: key,
        payload: { key },
        nowMs: now(),
      }),
    );
  const deliver = (endpoints = [configured(endpoint.url)]) => {
    const loop = startLoop(
      deliveryLoop({
        redactAnswer: (answer) => answer.replace('secret', '[hidden]'),
        endpoints: () => endpoints,
        intervalMs: 10,
        leaseTtlMs: 2_000,
        now,
        random: () => 0,
      }),
      database,
    );
    stops.push(() => loop.stop());
    return loop;
  };
  const settled = async (id: string, state: string) => {
    await expect.poll(async () => (await findDelivery(id, database)).state, { timeout: 10_000 }).toBe(state);
    return findDelivery(id, database);
  };
  /** After this many attempts have an outcome. */
  const tried = async (id: string, attempts: number) => {
    await expect
      .poll(
        async () => {
          const { history } = await findDelivery(id, database);
          return history.filter(({ outcome }) => outcome !== 'under way').length;
        },
        { timeout: 10_000 },
      )
      .toBe(attempts);
    return findDelivery(id, database);
  };
  const process_ = (leaseTtlMs: number, ahead = 0) => {
    const child: ChildProcess = spawn(
      process.execPath,
      [bundle.file, url, endpoint.url, String(leaseTtlMs), String(ahead)],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LOG_LEVEL: 'silent' } },
    );
    const gone = new Promise((done) => child.once('close', done));
    const started = new Promise((done) => child.stdout?.once('data', done));
    const kill = () => {
      child.kill('SIGKILL');
      return gone;
    };
    stops.push(kill);
    return { started, kill };
  };

  it('keeps a message if and only if its change is kept', async () => {
    const undone = database.write(async (transaction) => {
      await enqueueDelivery(transaction, {
        endpoint: 'tool',
        type: 'incident.declared',
        subject: 'incident:1',
        idempotencyKey: 'undone',
        payload: {},
        nowMs: 1,
      });
      throw new Error('the change failed');
    });
    await expect(undone).rejects.toThrow('the change failed');
    expect((await listDeliveries({}, { database, endpoints: [] })).deliveries).toEqual([]);
  });

  it('holds the same event once for each endpoint that asked for it', async () => {
    const endpoints = [
      configured(endpoint.url),
      configured(endpoint.url, { name: 'chat', events: ['incident.*'] }),
      configured(endpoint.url, { name: 'guard', events: ['guard.*'] }),
    ];
    const event = {
      type: 'incident.declared',
      subject: 'incident:1',
      idempotencyKey: 'incident:1:declared',
      payload: { title: 'odd \u0000 \ud800 text' },
      nowMs: 5,
    };
    for (const _ of [1, 2]) {
      expect(await database.write((transaction) => enqueueEvent(transaction, event, endpoints))).toBe(2);
    }
    const { deliveries } = await listDeliveries({}, { database, endpoints });
    expect(deliveries.map((each) => each.endpoint).sort()).toEqual(['chat', 'tool']);
    const { payload } = await findDelivery(deliveries[0]?.id ?? '', database);
    expect(JSON.parse(payload)).toMatchObject({ type: 'incident.declared', timestamp: '1970-01-01T00:00:00.005Z' });
  });

  it('holds the same event once when two consoles store it at the same moment', async () => {
    const other = openDatabase(url);
    stops.push(() => other.close());
    const stored = await Promise.all([enqueue('twice'), enqueue('twice', 'tool', other)]);
    expect(stored[0].id).toBe(stored[1].id);
    expect(stored.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  });

  it('delivers each message once, in the order of the events', async () => {
    const ids: string[] = [];
    for (const key of ['a', 'b', 'c']) {
      ids.push((await enqueue(key)).id);
      await sleep(2);
    }
    deliver();
    for (const id of ids) {
      expect(await settled(id, 'delivered')).toMatchObject({ attempts: 1, reason: null, nextAttemptAtMs: null });
    }
    await sleep(100);
    expect(endpoint.received.map(({ headers }) => headers['webhook-id'])).toEqual(ids);
  });

  it('tries again after a 500, under the same id, with a new signature', async () => {
    endpoint.answer = (response, call) => response.writeHead(call === 1 ? 500 : 200).end(`call ${call} secret`);
    const { id } = await enqueue('retried');
    deliver();
    expect(await tried(id, 1)).toMatchObject({ state: 'pending', reason: 'It answered 500.' });
    await sleep(100);
    expect(endpoint.received).toHaveLength(1);
    aheadMs += 6_000;
    const { history } = await settled(id, 'delivered');
    expect(history).toMatchObject([
      { number: 1, outcome: 'failed', status: 500, answer: 'call 1 [hidden]' },
      { number: 2, outcome: 'delivered', status: 200, answer: 'call 2 [hidden]' },
    ]);
    const [first, second] = endpoint.received.map(({ headers }) => headers);
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(second?.['idempotency-key']).toBe('retried');
    expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
  });

  it('gives up after ten attempts, and a person can send it again', async () => {
    endpoint.answer = (response) => response.writeHead(503).end();
    const { id } = await enqueue('dead');
    deliver();
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await tried(id, attempt);
      aheadMs += 25 * HOUR_MS;
    }
    expect(await settled(id, 'dead')).toMatchObject({
      reason: 'Given up after 10 attempts. It answered 503.',
      attempts: 10,
      nextAttemptAtMs: null,
    });
    endpoint.answer = (response) => response.writeHead(200).end();
    const who = { identity: ana, nowMs: now() };
    const endpoints = [configured(endpoint.url)];
    await Promise.all([1, 2].map(() => replayDelivery(id, who, { database, endpoints }).catch(() => undefined)));
    expect(await settled(id, 'delivered')).toMatchObject({ attempts: 11, reason: null });
    await expect(replayDelivery(id, who, { database, endpoints })).rejects.toThrow(/was delivered; nothing is left/);
    const audits = await database.read((client) => client.auditEntry.count({ where: { action: 'webhook.replay' } }));
    expect(audits).toBe(1);
  });

  it('gives up at once where the endpoint is gone, and refuses to send to one that is not configured', async () => {
    endpoint.answer = (response) => response.writeHead(410).end();
    const { id } = await enqueue('gone');
    deliver();
    expect(await settled(id, 'dead')).toMatchObject({ attempts: 1, reason: expect.stringContaining('410') });
    const replayed = replayDelivery(id, { identity: ana, nowMs: now() }, { database, endpoints: [] });
    await expect(replayed).rejects.toThrow(/has no endpoint named tool any more/);
  });

  it('waits as long as Retry-After asks', async () => {
    endpoint.answer = (response) => response.writeHead(429, { 'retry-after': '7200' }).end();
    const { id } = await enqueue('later');
    deliver();
    const { nextAttemptAtMs } = await tried(id, 1);
    const waitMs = (nextAttemptAtMs ?? 0) - now();
    expect(waitMs).toBeGreaterThan(7_100_000);
    expect(waitMs).toBeLessThanOrEqual(7_200_000);
  });

  it('gives up what is for an endpoint that is configured no more, but not at once', async () => {
    const { id } = await enqueue('orphan', 'former');
    deliver();
    await sleep(100);
    expect((await findDelivery(id, database)).state).toBe('pending');
    aheadMs += 2 * HOUR_MS;
    expect(await settled(id, 'dead')).toMatchObject({ attempts: 0, reason: expect.stringContaining('no endpoint') });
  });

  it('is not held up by a slow endpoint', async () => {
    const slow = await startEndpoint();
    stops.push(() => slow.close());
    slow.answer = () => undefined;
    const held = await enqueue('held', 'slow');
    const quick = await enqueue('quick');
    deliver([configured(slow.url, { name: 'slow', timeoutMs: 3_000 }), configured(endpoint.url)]);
    await slow.calls(1);
    await settled(quick.id, 'delivered');
    expect((await findDelivery(held.id, database)).history).toMatchObject([{ outcome: 'under way' }]);
    const next = await enqueue('next');
    await settled(next.id, 'delivered');
  });

  it('stores what came of an attempt under way before it stops', async () => {
    const answers: (() => void)[] = [];
    endpoint.answer = (response) => {
      answers.push(() => response.writeHead(204).end());
    };
    const { id } = await enqueue('under-way');
    const loop = deliver([configured(endpoint.url, { timeoutMs: 10_000 })]);
    await endpoint.calls(1);
    // By now a run is over, and the call goes on beside the pause.
    await sleep(50);
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await sleep(50);
    expect(stopped).toBe(false);
    for (const answer of answers) answer();
    await stopping;
    expect(await findDelivery(id, database)).toMatchObject({ state: 'delivered', attempts: 1 });
    const lease = await database.read((client) => client.lease.findFirstOrThrow());
    expect(lease.expiresAtMs).toBe(0n);
  });

  it('does not wait for ever for an endpoint when it stops; the next console goes on as after a crash', async () => {
    const slow = await startEndpoint();
    stops.push(() => slow.close());
    slow.answer = (response, call) => {
      if (call > 1) response.writeHead(204).end();
    };
    const { id } = await enqueue('never-answered');
    const first = deliver([configured(slow.url, { timeoutMs: 60_000 })]);
    await slow.calls(1);
    await first.stop(50);
    expect((await findDelivery(id, database)).history).toMatchObject([{ outcome: 'under way' }]);
    // The process of the first would be gone by now, and its lease with it.
    await database.write((transaction) => transaction.lease.updateMany({ data: { expiresAtMs: 0n } }));
    aheadMs += 120_000;
    deliver([configured(slow.url, { timeoutMs: 60_000 })]);
    const { history } = await settled(id, 'delivered');
    expect(history).toMatchObject([{ outcome: 'interrupted' }, { outcome: 'delivered' }]);
    await slow.close();
  });

  it('settles an attempt whose message was removed meanwhile without a fault', async () => {
    const { id } = await enqueue('removed');
    const claim = await beginAttempt(
      { id, attemptsInRound: 0 },
      { endpoint: configured(endpoint.url), nowMs: now() },
      { database, guard: async () => undefined },
    );
    if (claim === null) throw new Error('The message was due.');
    await database.write((transaction) => transaction.webhookDelivery.deleteMany({ where: { id } }));
    const result = {
      delivered: true,
      reason: null,
      status: 204,
      durationMs: 1,
      answer: null,
      retryAfterMs: null,
      gone: false,
    };
    expect(await settleAttempt(claim, { result, nowMs: now(), random: 0 }, database)).toBe('removed');
    expect(await database.read((client) => client.webhookAttempt.count({ where: { deliveryId: id } }))).toBe(0);
  });

  it('lists what was given up first, page by page, and counts by endpoint', async () => {
    const stamp = { endpoint: 'tool', type: 'x.y', subject: 'x:1', payload: '{}', nextAttemptAtMs: 0n };
    const rows = Array.from({ length: 120 }, (_, index) => ({
      ...stamp,
      id: `msg_${index.toString(16).padStart(32, '0')}`,
      idempotencyKey: `k${index}`,
      createdAtMs: BigInt(Math.floor(index / 2)),
      state: ['delivered', 'pending', 'dead'][index % 3] ?? '',
      settledAtMs: index % 3 === 1 ? null : BigInt(index),
    }));
    await database.write((transaction) => transaction.webhookDelivery.createMany({ data: rows }));
    const where = { database, endpoints: [configured(endpoint.url)] };
    const seen: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 4; pages += 1) {
      const page = await listDeliveries(after === undefined ? {} : { after }, where);
      seen.push(...page.deliveries.map(({ state, createdAtMs }) => `${state} ${createdAtMs}`));
      if (page.next === null) break;
      after = page.next;
    }
    const byAge = (state: string) =>
      rows
        .filter((row) => row.state === state)
        .map((row) => `${state} ${row.createdAtMs}`)
        .reverse();
    expect(seen).toEqual([...byAge('dead'), ...byAge('pending'), ...byAge('delivered')]);
    const { endpoints, deliveries } = await listDeliveries({ state: 'dead', subject: 'x:1' }, where);
    expect(deliveries).toHaveLength(40);
    expect(endpoints).toMatchObject([{ name: 'tool', pending: 40, dead: 40, delivered: 40, deliveredAtMs: 117 }]);
    expect(endpoints[0]?.host).toBe(new URL(endpoint.url).host);
  });

  it('is delivered once by two processes on one database', { timeout: 60_000 }, async () => {
    const processes = [process_(5_000), process_(5_000)];
    const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => enqueue(`both-${index}`)));
    await Promise.all(processes.map(({ started }) => started));
    await endpoint.calls(15);
    ids.push(...(await Promise.all(Array.from({ length: 10 }, (_, index) => enqueue(`late-${index}`)))));
    for (const { id } of ids) await settled(id, 'delivered');
    await sleep(200);
    const called = endpoint.received.map(({ headers }) => headers['webhook-id']);
    expect(called.toSorted()).toEqual(ids.map(({ id }) => id).sort());
  });

  it('survives kill −9 between the change and its delivery, and during it, under the same id', {
    timeout: 60_000,
  }, async () => {
    let answered: (() => void) | null = null;
    endpoint.answer = (response, call) => {
      // The first call arrives and is never answered: its console is killed meanwhile.
      if (call > 1) response.writeHead(200).end();
      else answered = () => response.destroy();
    };
    const { id } = await enqueue('killed');
    const first = process_(500);
    await endpoint.calls(1);
    expect((await findDelivery(id, database)).history).toMatchObject([{ outcome: 'under way' }]);
    await first.kill();
    // What is stored and not begun is delivered by the next one; what was begun is repeated once its time is over.
    const waiting = await enqueue('waiting');
    process_(500, 60_000);
    await settled(waiting.id, 'delivered');
    const { history } = await settled(id, 'delivered');
    expect(history).toMatchObject([{ outcome: 'interrupted' }, { outcome: 'delivered', status: 200 }]);
    const calls = endpoint.received.filter(({ headers }) => headers['webhook-id'] === id);
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set(['killed']));
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    expect(answered).not.toBeNull();
  });
});
