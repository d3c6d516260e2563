import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '@/lib/server/audit/verify';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { migrationNames, prismaDirectory } from '@/lib/server/db/schema-engine';
import { hasPostgres, postgresKind, sqliteKind } from './databases';
import { bundleWriter, startWriter } from './writers';

const KILLS = 200;
/** Writers alive at the same time: they compete for the lock as two consoles on one database do. */
const AT_ONCE = 3;
const LONGEST_LIFE_MS = 60;

const KINDS = [
  { kind: sqliteKind(), place: 0, run: describe },
  { kind: postgresKind(), place: 1, run: describe.skipIf(!hasPostgres) },
];
/** Addresses of a database of each kind. */
const urls: string[] = [];
/** Ids that the writers heard of as stored, by the place of the database. */
const acknowledged = KINDS.map((): string[] => []);
const complaints: string[] = [];
let killed = 0;
let writer: Awaited<ReturnType<typeof bundleWriter>>;

/** Resolves once the writer was acknowledged a note by each database, or ended. */
const begunOnEach = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    let said = '';
    child.once('close', () => resolve());
    child.stdout?.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (urls.every((_, place) => said.includes(`ok ${place} `))) resolve();
    });
  });

async function liveAndBeKilled(): Promise<void> {
  const { child, said } = startWriter(writer.file, { url: urls.join(), atOnce: 4, total: 0 });
  await begunOnEach(child);
  await sleep(Math.random() * LONGEST_LIFE_MS);
  child.kill('SIGKILL');
  const { acknowledged: lines, failures, complaint } = await said;
  complaints.push(...failures.map(({ message }) => message), ...(complaint === '' ? [] : [complaint]));
  for (const [place, id = ''] of lines.map((line) => line.split(' '))) acknowledged[Number(place)]?.push(id);
}

beforeAll(async () => {
  writer = await bundleWriter();
  for (const { kind } of hasPostgres ? KINDS : KINDS.slice(0, 1)) {
    const url = await kind.create();
    await migrate(url);
    urls.push(url);
  }
  // Each process writes to both databases, so that its end interrupts both: to start one is what costs.
  const lives = async (): Promise<void> => {
    while (killed < KILLS) {
      killed += 1;
      await liveAndBeKilled();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lives));
}, 600_000);
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

describe.each(KINDS)('acknowledged writes', ({ kind, place, run }) => {
  run(`on ${kind.name}`, () => {
    const url = (): string => urls[place] ?? '';
    afterAll(() => kind.stop());

    it(`survive ${KILLS} kills at random points, and nothing is half stored`, async () => {
      const ids = acknowledged[place] ?? [];
      expect(complaints).toEqual([]);
      expect(killed).toBe(KILLS);
      expect(ids.length).toBeGreaterThan(KILLS);
      const database = openDatabase(url());
      const { notes, audited } = await storedIds(database);
      const chain = await verifyChain(database, { checkpoints: [], checkpointFile: '', nowMs: 0 });
      await database.close();
      expect(chain).toMatchObject({ state: 'intact', entries: audited.size });
      expect(ids.filter((id) => !notes.has(id))).toEqual([]);
      expect([...notes].filter((id) => !audited.has(id))).toEqual([]);
      expect([...audited].filter((id) => !notes.has(id))).toEqual([]);
    });

    it('of two processes on one database, many at once, are all there', { timeout: 60_000 }, async () => {
      const both = [1, 2].map(() => startWriter(writer.file, { url: url(), atOnce: 20, total: 200 }));
      const said = await Promise.all(both.map((process) => process.said));
      expect(
        said.flatMap(({ failures, complaint }) => [...failures, complaint].filter((entry) => entry !== '')),
      ).toEqual([]);
      const ids = said.flatMap((one) => one.acknowledged.map((line) => line.split(' ')[1] ?? ''));
      expect(ids).toHaveLength(400);
      const database = openDatabase(url());
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
