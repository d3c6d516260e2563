import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '@/lib/server/audit/verify';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/migrate';
import { migrationNames, prismaDirectory } from '@/lib/server/schema-engine';
import { hasPostgres, postgresKind, sqliteKind } from './databases';
import { bundleWriter, startWriter } from './writers';

const KILLS = 200;
/** Writers alive at the same time: they compete for the lock as two consoles on one database do. */
const AT_ONCE = 3;
const LONGEST_LIFE_MS = 60;

let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer.remove());

async function storedIds(database: Database): Promise<{ notes: Set<string>; audited: Set<string> }> {
  const [notes, audits] = await database.read((client) =>
    Promise.all([
      client.note.findMany({ select: { id: true } }),
      client.auditEntry.findMany({ select: { subject: true } }),
    ]),
  );
  return { notes: new Set(notes.map(({ id }) => id)), audited: new Set(audits.map(({ subject }) => subject.slice(5))) };
}

describe.each([
  { kind: sqliteKind(), run: describe },
  { kind: postgresKind(), run: describe.skipIf(!hasPostgres) },
])('acknowledged writes', ({ kind, run }) => {
  run(`on ${kind.name}`, () => {
    let url = '';
    beforeAll(async () => {
      url = await kind.create();
      await migrate(url);
    });
    afterAll(() => kind.stop());

    it(`survive ${KILLS} kills at random points, and nothing is half stored`, { timeout: 240_000 }, async () => {
      const acknowledged: string[] = [];
      const complaints: string[] = [];
      let killed = 0;
      const lives = async (): Promise<void> => {
        while (killed < KILLS) {
          killed += 1;
          const { child, started, said } = startWriter(writer.file, { url, atOnce: 4, total: 0 });
          await started;
          await sleep(Math.random() * LONGEST_LIFE_MS);
          child.kill('SIGKILL');
          const { acknowledged: ids, failures, complaint } = await said;
          acknowledged.push(...ids);
          complaints.push(...failures.map(({ message }) => message), ...(complaint === '' ? [] : [complaint]));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lives));

      expect(complaints).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(KILLS);
      const database = openDatabase(url);
      const { notes, audited } = await storedIds(database);
      const chain = await verifyChain(database, { checkpoints: [], checkpointFile: '', nowMs: 0 });
      await database.close();
      expect(chain).toMatchObject({ state: 'intact', entries: audited.size });
      expect(acknowledged.filter((id) => !notes.has(id))).toEqual([]);
      expect([...notes].filter((id) => !audited.has(id))).toEqual([]);
      expect([...audited].filter((id) => !notes.has(id))).toEqual([]);
    });

    it('of two processes on one database, many at once, are all there', { timeout: 60_000 }, async () => {
      const both = [1, 2].map(() => startWriter(writer.file, { url, atOnce: 20, total: 200 }));
      const said = await Promise.all(both.map((process) => process.said));
      expect(
        said.flatMap(({ failures, complaint }) => [...failures, complaint].filter((entry) => entry !== '')),
      ).toEqual([]);
      const ids = said.flatMap(({ acknowledged }) => acknowledged);
      expect(ids).toHaveLength(400);
      const database = openDatabase(url);
      const { notes } = await storedIds(database);
      await database.close();
      expect(ids.filter((id) => !notes.has(id))).toEqual([]);
    });

    it('wait for processes that migrate the same database at the same time', async () => {
      const empty = await kind.create();
      const applied = await Promise.all([migrate(empty), migrate(empty), migrate(empty)]);
      expect(applied.filter((names) => names.length === 0)).toHaveLength(2);
      expect(applied.flat()).toEqual(migrationNames(prismaDirectory('sqlite')));
    });
  });
});
