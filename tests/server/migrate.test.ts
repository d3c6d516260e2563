import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/migrate';
import { hasPostgres, postgresKind, sqliteKind } from './databases';

describe.each([
  { kind: sqliteKind(), run: describe },
  { kind: postgresKind(), run: describe.skipIf(!hasPostgres) },
])('a migration', ({ kind, run }) => {
  run(`on ${kind.name}`, () => {
    afterAll(() => kind.stop());

    it('that was begun and never finished is done again', async () => {
      const url = await kind.create();
      await migrate(url);
      const database = openDatabase(url);
      // What a kill between the first note in the table of migrations and the commit leaves behind.
      await database.write(async (transaction) => {
        await transaction.$executeRawUnsafe('DROP TABLE "Note"');
        await transaction.$executeRawUnsafe('DROP TABLE "AuditEntry"');
        await transaction.$executeRawUnsafe(
          'UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0',
        );
      });
      expect(await migrate(url)).toHaveLength(1);
      expect(await database.read((client) => client.note.count())).toBe(0);
      expect(await migrate(url)).toEqual([]);
      await database.close();
    });

    it('killed at any moment leaves a database that the next start can use', { timeout: 60_000 }, async () => {
      const start = (url: string) =>
        spawn(process.execPath, ['--conditions=react-server', '--import', 'tsx', 'tests/server/migrator.ts', url], {
          stdio: 'ignore',
        });
      const url = await kind.create();
      const begunMs = performance.now();
      const whole = start(url);
      await new Promise((resolve) => whole.once('exit', resolve));
      const lifeMs = performance.now() - begunMs;
      for (const share of [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]) {
        const broken = await kind.create();
        const child = start(broken);
        const gone = new Promise((resolve) => child.once('exit', resolve));
        await sleep(lifeMs * share);
        child.kill('SIGKILL');
        await gone;
        await migrate(broken);
        const database = openDatabase(broken);
        expect(await database.read((client) => client.note.count())).toBe(0);
        await database.close();
      }
    });
  });
});
