import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Database, openDatabase } from '@/lib/server/db';
import { createNote } from '@/lib/server/notes/store';

/**
 * A process of its own that stores notes in each of the named databases and says on standard output `ok PLACE ID` once
 * one is acknowledged by the database in that place of the list, or `failed MESSAGE`. Arguments: addresses of the
 * databases with commas between them; for each database, writes at once and writes in all (0: until killed).
 */
const [urls = '', atOnce = '1', total = '0'] = process.argv.slice(2);
const identity = { id: 'writer', name: 'Writer', permissions: new Set(['notes:write'] as const) };

async function write(database: Database, place: number, left: { count: number }): Promise<void> {
  while (left.count > 0) {
    left.count -= 1;
    // SQLite answers without a turn of the event loop, which the other databases need.
    await nextTurn();
    const id = randomUUID();
    const note = { id, atMs: Date.now(), text: `note ${id} ${'x'.repeat(500)}`, model: null, version: null };
    try {
      await createNote(note, { identity, nowMs: Date.now() }, database);
      // Synchronous, so that what is acknowledged is in the pipe before anything else can happen.
      writeSync(1, `ok ${place} ${id}\n`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'none';
      writeSync(1, `failed ${code} ${error instanceof Error ? error.message : String(error)}\n`);
      if (total === '0') return;
    }
  }
}

await Promise.all(
  urls.split(',').flatMap((url, place) => {
    const database = openDatabase(url, { patienceMs: 20_000 });
    const left = { count: total === '0' ? Number.POSITIVE_INFINITY : Number(total) };
    return Array.from({ length: Number(atOnce) }, () => write(database, place, left));
  }),
);
process.exit(0);
