import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openDatabase } from '@/lib/server/db';
import { createNote } from '@/lib/server/notes/store';

/**
 * A process of its own that stores notes and says on standard output `ok ID` once one is acknowledged, or `failed
 * MESSAGE`. Arguments: address of the database, writes at once, writes in all (0: until killed).
 */
const [url = '', atOnce = '1', total = '0'] = process.argv.slice(2);
const database = openDatabase(url, { patienceMs: 20_000 });
const identity = { id: 'writer', name: 'Writer', permissions: new Set(['notes:write'] as const) };
let left = total === '0' ? Number.POSITIVE_INFINITY : Number(total);

async function write(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const id = randomUUID();
    const note = { id, atMs: Date.now(), text: `note ${id} ${'x'.repeat(500)}`, model: null, version: null };
    try {
      await createNote(note, { identity, nowMs: Date.now() }, database);
      // Synchronous, so that what is acknowledged is in the pipe before anything else can happen.
      writeSync(1, `ok ${id}\n`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'none';
      writeSync(1, `failed ${code} ${error instanceof Error ? error.message : String(error)}\n`);
      if (total === '0') return;
    }
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, write));
process.exit(0);
