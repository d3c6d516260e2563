import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeInPending } from '@/lib/server/alert-intake/loop';
import { receiveDelivery } from '@/lib/server/alert-intake/receive';
import { alert, bodyOf, message } from '../alert-intake/webhook-bodies';
import { bundleProcess, startWriter } from '../writers';
import { declared, onBothDatabases } from './both-databases';

/** Together 200; fewer where writers wait longest for each other. */
const KILLS = { sqlite: 60, postgresql: 140 };
const AT_ONCE = 3;
const LONGEST_LIFE_MS = 120;

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

/** The k-th body of a writer, as `incident-writer.ts` makes it. */
const bodyNumber = (name: string, k: number) =>
  bodyOf(
    message([0, 1].map((i) => alert({ fingerprint: `${name}-${k}-${i}`, labels: { model_name: `${name}-${k}` } }))),
  );

onBothDatabases(
  'incidents and deliveries that were acknowledged',
  (stage) => {
    it('survive 200 kills on both databases together, and each delivery is one', { timeout: 400_000 }, async () => {
      const { url, database } = stage();
      const kills = KILLS[database.provider];
      const { id } = await declared(stage());
      const acknowledged: string[] = [];
      const complaints: string[] = [];
      const delivered = new Map<string, Set<number>>();
      const resent = new Set<string>();
      let killed = 0;
      const lives = async (): Promise<void> => {
        while (killed < kills) {
          killed += 1;
          const name = `w${killed}`;
          const { child, started, said } = startWriter(writer.file, { url, atOnce: 3, total: 0, more: [name, id] });
          await started;
          await sleep(Math.random() * LONGEST_LIFE_MS);
          child.kill('SIGKILL');
          const { acknowledged: told, failures, complaint } = await said;
          for (const one of told) {
            if (!one.startsWith('delivery:')) acknowledged.push(one);
            else delivered.set(name, (delivered.get(name) ?? new Set()).add(Number(one.slice(9))));
          }
          complaints.push(...failures.map(({ message: text }) => text), ...(complaint === '' ? [] : [complaint]));
          // The sender heard no answer for what was in flight, and sends it again.
          const next = Math.max(0, ...(delivered.get(name) ?? [])) + 1;
          const received = { source: 'alertmanager' as const, body: bodyNumber(name, next), contentType: '' };
          const { deliveryId } = await receiveDelivery(received, { database, nowMs: Date.now() });
          resent.add(deliveryId);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lives));
      expect(complaints).toEqual([]);
      await takeInPending(database);

      const [incidents, entries, episodes, deliveries] = await database.read((client) =>
        Promise.all([
          client.incident.findMany(),
          client.incidentEntry.findMany(),
          client.alertEpisode.findMany(),
          client.alertDelivery.findMany({ omit: { body: true } }),
        ]),
      );
      const there = new Set([
        ...incidents.map((row) => `incident:${row.id}`),
        ...entries.map((row) => `entry:${row.id}`),
      ]);
      expect(acknowledged.length).toBeGreaterThan(kills / 2);
      expect(acknowledged.filter((one) => !there.has(one))).toEqual([]);
      // Each body once, each alert once, one incident for the two alerts of a body; whole, or not there at all.
      const acknowledgedBodies = [...delivered.values()].reduce((sum, { size }) => sum + size, 0);
      expect(resent.size).toBe(kills);
      expect(deliveries.length).toBeGreaterThanOrEqual(acknowledgedBodies);
      expect(deliveries.filter((row) => row.outcome !== 'stored' || row.changed !== 2)).toEqual([]);
      const bodies = [...new Set(episodes.map(({ fingerprint }) => fingerprint.slice(0, -2)))];
      expect(bodies).toHaveLength(deliveries.length);
      for (const [name, numbers] of delivered) {
        for (const k of numbers) expect(bodies).toContain(`${name}-${k}`);
      }
      expect(episodes.map(({ fingerprint }) => fingerprint).sort()).toEqual(
        bodies.flatMap((name) => [`${name}-0`, `${name}-1`]).sort(),
      );
      expect(episodes.filter(({ incidentId }) => incidentId === null)).toEqual([]);
      const opened = incidents.filter(({ originKind }) => originKind === 'alert');
      expect(opened.map(({ model }) => model).sort()).toEqual([...bodies].sort());
      // Numbers have no gaps, an entry's place is its own, and nobody is without the first.
      expect(incidents.map(({ number }) => number).sort((a, b) => a - b)).toEqual(incidents.map((_, i) => i + 1));
      const declaredOf = entries.filter(({ kind, text }) => kind === 'status' && text.startsWith('Declared'));
      expect(new Set(declaredOf.map(({ incidentId }) => incidentId)).size).toBe(incidents.length);
      const audited = await database.read((client) =>
        client.auditEntry.findMany({ where: { action: 'incident.declare' }, select: { subject: true } }),
      );
      expect(audited.map(({ subject }) => subject).sort()).toEqual(incidents.map((row) => `incident:${row.id}`).sort());
    });
  },
  CONFIG,
);
