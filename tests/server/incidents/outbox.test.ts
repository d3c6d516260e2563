import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NewIncident, StatusChange } from '@/lib/contracts/incident';
import type { Database } from '@/lib/server/db';
import { declareIncident } from '@/lib/server/incidents/declare';
import { changeStatus } from '@/lib/server/incidents/edit';
import { readPostmortem } from '@/lib/server/postmortems/read';
import { addReview } from '@/lib/server/postmortems/review';
import { saveSection } from '@/lib/server/postmortems/store';
import { SECRET } from '../webhooks/endpoint';
import { ada, ben, declared, NOW_MS, onBothDatabases } from './both-databases';

/** What others are told of an incident is stored with what happened, or neither is. */

const by = { identity: ada, nowMs: NOW_MS };
const CONFIG = `
sources:
  prometheus: { url: 'http://127.0.0.1:9' }
webhooks:
  out: [{ name: chat, url: 'https://chat.example/x', secret: '${SECRET}', events: ['incident.*', 'postmortem.*'] }]
`;

/** What makes a database refuse every new row of a table, and what ends it. */
const REFUSAL = {
  sqlite: {
    begin: (table: string) => [
      `CREATE TRIGGER refused BEFORE INSERT ON "${table}" BEGIN SELECT RAISE(ABORT, 'refused for a test'); END`,
    ],
    end: (_table: string) => ['DROP TRIGGER refused'],
  },
  postgresql: {
    begin: (table: string) => [
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$`,
      `CREATE TRIGGER refused BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION refuse()`,
    ],
    end: (table: string) => [`DROP TRIGGER refused ON "${table}"`, 'DROP FUNCTION refuse()'],
  },
};

onBothDatabases(
  'what others are told of an incident',
  (stage) => {
    let database: Database;
    let refused: string | null = null;
    beforeEach(() => {
      ({ database } = stage());
    });
    afterEach(() => refusing(null));

    /** Lets the database refuse every new row of a table; null: none any more. */
    async function refusing(table: string | null): Promise<void> {
      const { begin, end } = REFUSAL[database.provider];
      const statements = [...(refused === null ? [] : end(refused)), ...(table === null ? [] : begin(table))];
      refused = table;
      for (const statement of statements)
        await database.write((transaction) => transaction.$executeRawUnsafe(statement));
    }
    /** Everything that one change touches. */
    const stored = () =>
      database.read((client) =>
        Promise.all([
          client.incident.findMany({ orderBy: { id: 'asc' } }),
          client.incidentEntry.count(),
          client.incidentContext.count(),
          client.postmortemReview.count(),
          client.auditEntry.count(),
          client.webhookDelivery.count(),
        ]),
      );
    const told = (id: string) =>
      database.read(async (client) => {
        const rows = await client.webhookDelivery.findMany({ where: { subject: `incident:${id}` } });
        return rows.map(({ type }) => type).sort();
      });
    const incident = () => NewIncident.parse({ id: randomUUID(), title: 'Scores are flat', severity: 'SEV2' });
    const status = (incidentId: string, revision: number, to: string) =>
      changeStatus(
        StatusChange.parse({ incidentId, id: randomUUID(), revision, status: to, reason: 'Seen.' }),
        by,
        database,
      );
    async function approval(incidentId: string) {
      const { textHash } = await readPostmortem(incidentId, database);
      const review = { incidentId, id: randomUUID(), verdict: 'approve' as const, textHash, comment: '' };
      return () => addReview(review, { identity: ben, nowMs: NOW_MS }, database);
    }
    async function resolvedWithText(): Promise<string> {
      const { id } = await declared({ database });
      await status(id, 1, 'resolved');
      const section = {
        incidentId: id,
        id: randomUUID(),
        key: 'summary' as const,
        baseVersion: 0,
        text: 'It was slow.',
      };
      await saveSection(section, by, database);
      return id;
    }

    it('each happening puts one message into the outbox, also when it is sent twice', async () => {
      const id = await resolvedWithText();
      const approve = await approval(id);
      await approve();
      await approve();
      expect(await told(id)).toEqual([
        'incident.declared',
        'incident.status_changed',
        'incident.status_changed',
        'postmortem.reviewed',
      ]);
    });

    it('nothing has happened where the outbox takes nothing', async () => {
      const { id } = await declared({ database });
      const reviewed = await approval(await resolvedWithText());
      const asked = incident();
      const deeds = {
        declare: () => database.write((transaction) => declareIncident(transaction, asked, by)),
        status: () => status(id, 1, 'mitigated'),
        review: reviewed,
      };
      const before = await stored();
      await refusing('WebhookDelivery');
      for (const [name, deed] of Object.entries(deeds)) {
        await expect(deed(), name).rejects.toThrow();
        expect(await stored(), name).toEqual(before);
      }
      await refusing(null);
      for (const deed of Object.values(deeds)) await deed();
      expect(await told(asked.id)).toEqual(['incident.declared']);
      expect(await told(id)).toEqual(['incident.declared', 'incident.status_changed']);
    });

    it('nobody is told of what was rolled back', async () => {
      const { id } = await declared({ database });
      const reviewed = await approval(await resolvedWithText());
      const before = await stored();
      const declaring = database.write(async (transaction) => {
        await declareIncident(transaction, incident(), by);
        throw new Error('rolled back');
      });
      await expect(declaring).rejects.toThrow('rolled back');
      expect(await stored()).toEqual(before);
      await refusing('IncidentEntry');
      // The message of the review is in the outbox before the step to reviewed, which fails.
      await expect(reviewed()).rejects.toThrow();
      await expect(status(id, 1, 'mitigated')).rejects.toThrow();
      expect(await stored()).toEqual(before);
    });
  },
  CONFIG,
);
