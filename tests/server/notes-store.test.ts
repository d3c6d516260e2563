import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_NOTES, NewNote } from '@/lib/contracts/note';
import type { Identity } from '@/lib/server/auth/identity';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { migrationNames, prismaDirectory } from '@/lib/server/db/schema-engine';
import { AppError } from '@/lib/server/errors';
import { createNote, editNote, listNotes, removeNote } from '@/lib/server/notes/store';
import { errorOf } from '../error-of';
import { onEachDatabase } from './databases';

const ana: Identity = { id: 'ana', name: 'Ana', permissions: new Set(['notes:read', 'notes:write']) };
const ben: Identity = { id: 'ben', name: 'Ben', permissions: new Set(['notes:read', 'notes:write']) };
const moderator: Identity = { id: 'mo', name: 'Mo', permissions: new Set(['notes:write', 'notes:moderate']) };
const note = (fields: Partial<NewNote> = {}): NewNote =>
  NewNote.parse({ id: randomUUID(), atMs: 1_000, text: 'fraud model retrained', ...fields });
onEachDatabase('notes', (kind) => {
  let database: Database;
  let url = '';
  beforeAll(async () => {
    url = await kind.create();
    expect(await migrate(url)).toEqual(migrationNames(prismaDirectory('sqlite')));
    database = openDatabase(url);
  });
  afterAll(async () => {
    await database.close();
  });
  const at = (nowMs: number, identity = ana) => ({ identity, nowMs });
  const audits = (id: string) =>
    database.read((client) =>
      client.auditEntry.findMany({ where: { subject: `note:${id}` }, orderBy: { atMs: 'asc' } }),
    );
  const stored = async (id: string) =>
    (await listNotes({ startMs: 0, endMs: 1e13 }, ana, database)).notes.find((entry) => entry.id === id);

  it('are migrated once, and a second start has nothing to do', async () => {
    expect(await migrate(url)).toEqual([]);
  });

  it('are stored with author and time, and one audit row', async () => {
    const made = await createNote(
      note({ atMs: 1_790_000_000_123, model: 'reco', version: '2' }),
      at(1_790_000_000_456),
      database,
    );
    expect(made).toMatchObject({
      atMs: 1_790_000_000_123,
      createdAtMs: 1_790_000_000_456,
      editedAtMs: null,
      revision: 1,
    });
    expect(made).toMatchObject({ author: { id: 'ana', name: 'Ana' }, mayEdit: true, model: 'reco', version: '2' });
    expect(await stored(made.id)).toEqual(made);
    const rows = await audits(made.id);
    expect(rows.map(({ action, actorName, before }) => ({ action, actorName, before }))).toEqual([
      { action: 'note.create', actorName: 'Ana', before: null },
    ]);
    expect(JSON.parse(rows[0]?.after ?? '')).toMatchObject({ text: 'fraud model retrained', model: 'reco' });
  });

  it('sent twice, even at once, are one note', async () => {
    const twice = note();
    const [first, second] = await Promise.all([
      createNote(twice, at(1), database),
      createNote(twice, at(2), openDatabase(url)),
    ]);
    expect(second).toEqual(first);
    expect(await audits(twice.id)).toHaveLength(1);
  });

  it('with the id of another are refused, and the other is kept', async () => {
    const { id } = await createNote(note(), at(1), database);
    const error = await errorOf(createNote(note({ id, text: 'another' }), at(2), database));
    expect(error.code).toBe('conflict');
    expect((await stored(id))?.text).toBe('fraud model retrained');
  });

  it('keep every character of any script, and quotes, and what looks like SQL', async () => {
    const text = `Робот 🤖 "'; DROP TABLE "Note"; -- \\ %_ \u202e <script>`;
    const { id } = await createNote(note({ text }), at(1), database);
    expect((await stored(id))?.text).toBe(text);
  });

  it('are edited by their author, and the audit has both texts', async () => {
    const { id } = await createNote(note(), at(1), database);
    const edited = await editNote({ id, revision: 1, text: 'retrained on October' }, at(5), database);
    expect(edited).toMatchObject({ text: 'retrained on October', revision: 2, editedAtMs: 5, createdAtMs: 1 });
    expect(await stored(id)).toEqual(edited);
    const last = (await audits(id)).at(-1);
    expect(last?.action).toBe('note.edit');
    expect([last?.before, last?.after].map((json) => JSON.parse(json ?? '').text)).toEqual([
      'fraud model retrained',
      'retrained on October',
    ]);
  });

  it('that two people edit at once keep one edit and give the other its text back', async () => {
    const { id } = await createNote(note(), at(1), database);
    const other = openDatabase(url);
    const outcomes = await Promise.allSettled([
      editNote({ id, revision: 1, text: 'one' }, at(2), database),
      editNote({ id, revision: 1, text: 'two' }, at(2), other),
    ]);
    await other.close();
    const winner = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.text] : []));
    const loser = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(winner).toHaveLength(1);
    expect(loser[0]).toBeInstanceOf(AppError);
    expect(loser[0]).toMatchObject({ code: 'conflict', details: { fields: { text: winner[0], revision: '2' } } });
    expect(await audits(id)).toHaveLength(2);
  });

  it('are neither edited nor removed by others, but by a moderator', async () => {
    const { id } = await createNote(note(), at(1), database);
    expect((await errorOf(editNote({ id, revision: 1, text: 'x' }, at(2, ben), database))).code).toBe('forbidden');
    expect((await errorOf(removeNote({ id, revision: 1 }, at(2, ben), database))).message).toBe(
      'Only Ana may change this note.',
    );
    expect(await audits(id)).toHaveLength(1);
    await editNote({ id, revision: 1, text: 'moderated' }, at(3, moderator), database);
    expect(await stored(id)).toMatchObject({ text: 'moderated', author: { name: 'Ana' } });
  });

  it('that were removed are gone, stay in the audit, and do not come back', async () => {
    const gone = note();
    await createNote(gone, at(1), database);
    await removeNote({ id: gone.id, revision: 1 }, at(2), database);
    expect(await stored(gone.id)).toBeUndefined();
    expect((await audits(gone.id)).map(({ action }) => action)).toEqual(['note.create', 'note.remove']);
    expect((await errorOf(removeNote({ id: gone.id, revision: 1 }, at(3), database))).code).toBe('not_found');
    expect((await errorOf(createNote(gone, at(3), database))).code).toBe('conflict');
  });

  it('are listed by range and model, both ends included', async () => {
    const base = 5_000_000;
    const make = (atMs: number, model: string | null) =>
      createNote(note({ atMs: base + atMs, model }), at(1), database);
    const made = [await make(0, 'a'), await make(1, 'b'), await make(10, null), await make(11, 'a')];
    const list = async (model?: string) =>
      (await listNotes({ startMs: base, endMs: base + 10, ...(model === undefined ? {} : { model }) }, ana, database))
        .notes;
    expect((await list()).map(({ id }) => id)).toEqual([made[0]?.id, made[1]?.id, made[2]?.id]);
    expect((await list('a')).map(({ id }) => id)).toEqual([made[0]?.id, made[2]?.id]);
  });

  it('beyond the bound say that there are more and keep the newest', async () => {
    const startMs = 9_000_000_000;
    const rows = Array.from({ length: MAX_NOTES + 5 }, (_, i) => ({
      id: randomUUID(),
      atMs: BigInt(startMs + i),
      text: 'bulk',
      authorId: 'ana',
      authorName: 'Ana',
      createdAtMs: 1n,
    }));
    await database.write((transaction) => transaction.note.createMany({ data: rows }));
    const { notes, more } = await listNotes({ startMs, endMs: startMs + 10_000 }, ana, database);
    expect([notes.length, more, notes[0]?.atMs, notes.at(-1)?.atMs]).toEqual([
      MAX_NOTES,
      true,
      startMs + 5,
      startMs + MAX_NOTES + 4,
    ]);
  });

  it('that fail half-way leave neither note nor audit row', async () => {
    const half = note();
    const boom = database.write(async (transaction) => {
      await transaction.note.create({
        data: { id: half.id, atMs: 1n, text: 'half', authorId: 'a', authorName: 'A', createdAtMs: 1n },
      });
      throw new AppError('bad_request', 'stop');
    });
    expect((await errorOf(boom)).message).toBe('stop');
    expect(await stored(half.id)).toBeUndefined();
  });
});
