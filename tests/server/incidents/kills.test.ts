import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeInPending } from '@/lib/server/alert-intake/loop';
import { receiveDelivery } from '@/lib/server/alert-intake/receive';
import { type Database, openDatabase } from '@/lib/server/db';
import { bodyNumber } from '../alert-intake/webhook-bodies';
import { bundleProcess, startWriter } from '../writers';
import { declared, onBothDatabases } from './both-databases';

/**
 * A process writes to so many databases at once, so that its end interrupts each of them at a point of its own: a start
 * of a process costs a second of computing, and a kill nothing.
 */
const DATABASES = 10;
/** Processes that are killed; by ten databases they make 200 points. */
const KILLS = { sqlite: 11, postgresql: 9 };
const AT_ONCE = 2;
/** Acknowledgements that a writer lives to say, at most: a machine that is busy does not make its life idle. */
const LONGEST_LIFE = 12;
const LONGEST_REST_MS = 30;

const CONFIG = `
sources:
  prometheus: { url: 'http://127.0.0.1:9' }
incidents:
  rules: [{ name: models, match: ['alertname=~"Model.*"'] }]
`;

let writer: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  writer = await bundleProcess('tests/server/incidents/incident-writer.ts');
});
afterAll(() => writer.remove());

/** One database and what was acknowledged of it. */
interface Target {
  url: string;
  database: Database;
  incidentId: string;
  acknowledged: string[];
  /** Deliveries by writer. */
  delivered: Map<string, Set<number>>;
  /** Deliveries that were sent once more after a kill, by their id. */
  resent: Set<string>;
}

/** Resolves once a process said so many more lines. */
const saidMore = (child: ChildProcess, lines: number): Promise<void> =>
  new Promise((resolve) => {
    let left = lines;
    child.once('close', () => resolve());
    if (left === 0) resolve();
    child.stdout?.on('data', (piece: Buffer) => {
      left -= piece.toString().split('\n').length - 1;
      if (left <= 0) resolve();
    });
  });

/** Sends what a killed writer had in flight again: its sender heard no answer. */
async function resend({ database, delivered, resent }: Target, name: string): Promise<void> {
  const next = Math.max(0, ...(delivered.get(name) ?? [])) + 1;
  const received = { source: 'alertmanager' as const, body: bodyNumber(name, next), contentType: '' };
  resent.add((await receiveDelivery(received, { database, nowMs: Date.now() })).deliveryId);
}

async function expectWhole({ database, acknowledged, delivered, resent }: Target, kills: number): Promise<void> {
  const [incidents, entries, episodes, deliveries, audited] = await database.read((client) =>
    Promise.all([
      client.incident.findMany(),
      client.incidentEntry.findMany(),
      client.alertEpisode.findMany(),
      client.alertDelivery.findMany({ omit: { body: true } }),
      client.auditEntry.findMany({ where: { action: 'incident.declare' }, select: { subject: true } }),
    ]),
  );
  const there = new Set([...incidents.map((row) => `incident:${row.id}`), ...entries.map((row) => `entry:${row.id}`)]);
  expect(acknowledged.filter((one) => !there.has(one))).toEqual([]);
  // Each body once, each alert once, one incident for the two alerts of a body; whole, or not there at all.
  expect(resent.size).toBe(kills);
  expect(deliveries.filter((row) => row.outcome !== 'stored' || row.changed !== 2)).toEqual([]);
  const bodies = [...new Set(episodes.map(({ fingerprint }) => fingerprint.slice(0, -2)))];
  expect(bodies).toHaveLength(deliveries.length);
  const acknowledgedBodies = [...delivered].flatMap(([name, numbers]) => [...numbers].map((k) => `${name}-${k}`));
  expect(acknowledgedBodies.filter((name) => !bodies.includes(name))).toEqual([]);
  expect(episodes.map(({ fingerprint }) => fingerprint).sort()).toEqual(
    bodies.flatMap((name) => [`${name}-0`, `${name}-1`]).sort(),
  );
  expect(episodes.filter(({ incidentId }) => incidentId === null)).toEqual([]);
  const opened = incidents.filter(({ originKind }) => originKind === 'alert');
  expect(opened.map(({ model }) => model).sort()).toEqual([...bodies].sort());
  // Numbers have no gaps, and nobody is without the first entry or without an audit row.
  expect(incidents.map(({ number }) => number).sort((a, b) => a - b)).toEqual(incidents.map((_, i) => i + 1));
  const begun = entries.filter(({ kind, text }) => kind === 'status' && text.startsWith('Declared'));
  expect(new Set(begun.map(({ incidentId }) => incidentId)).size).toBe(incidents.length);
  expect(audited.map(({ subject }) => subject).sort()).toEqual(incidents.map((row) => `incident:${row.id}`).sort());
}

onBothDatabases(
  'incidents and deliveries that were acknowledged',
  (stage) => {
    it('survive kills at 200 points on both databases together, and each delivery is one', {
      timeout: 200_000,
    }, async () => {
      const kills = KILLS[stage().database.provider];
      const targets: Target[] = [];
      for (let place = 0; place < DATABASES; place += 1) {
        const url = place === 0 ? stage().url : await stage().another();
        const database = place === 0 ? stage().database : openDatabase(url);
        const { id: incidentId } = await declared({ database });
        targets.push({ url, database, incidentId, acknowledged: [], delivered: new Map(), resent: new Set() });
      }
      const urls = targets.map(({ url }) => url).join();
      const incidentIds = targets.map(({ incidentId }) => incidentId).join();
      const complaints: string[] = [];
      let killed = 0;
      const lives = async (): Promise<void> => {
        while (killed < kills) {
          killed += 1;
          const name = `w${killed}`;
          const { child, started, said } = startWriter(writer.file, {
            url: urls,
            atOnce: 3,
            total: 0,
            more: [name, incidentIds],
          });
          await started;
          await saidMore(child, Math.floor(Math.random() * LONGEST_LIFE));
          await sleep(Math.random() * LONGEST_REST_MS);
          child.kill('SIGKILL');
          const { acknowledged, failures, complaint } = await said;
          complaints.push(...failures.map(({ message }) => message), ...(complaint === '' ? [] : [complaint]));
          for (const [place, what = ''] of acknowledged.map((line) => line.split(' '))) {
            const target = targets[Number(place)];
            if (!what.startsWith('delivery:')) target?.acknowledged.push(what);
            else {
              const numbers = target?.delivered.get(name) ?? new Set();
              target?.delivered.set(name, numbers.add(Number(what.slice(9))));
            }
          }
          await Promise.all(targets.map((target) => resend(target, name)));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lives));
      expect(complaints).toEqual([]);
      for (const target of targets) {
        await takeInPending(target.database);
        await expectWhole(target, kills);
      }
      const acknowledged = targets.flatMap((target) => [...target.acknowledged, ...target.delivered.keys()]);
      expect(acknowledged.length).toBeGreaterThan(kills * DATABASES);
      await Promise.all(targets.slice(1).map(({ database }) => database.close()));
    });
  },
  CONFIG,
);
