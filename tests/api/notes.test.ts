import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELETE, PATCH } from '@/app/api/notes/[id]/route';
import { GET, POST } from '@/app/api/notes/route';
import { ErrorBody } from '@/lib/contracts/error';
import { Note, NoteList } from '@/lib/contracts/note';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';

const directory = mkdtempSync(join(tmpdir(), 'windsock-notes-api-'));
const url = `file:${join(directory, 'windsock.db')}`;

beforeAll(async () => {
  const file = join(directory, 'windsock.yaml');
  writeFileSync(file, 'sources: { prometheus: { url: "http://127.0.0.1:9" } }\n');
  process.env.WINDSOCK_CONFIG = file;
  process.env.DATABASE_URL = url;
  await migrate(url);
});
afterAll(async () => {
  await db().close();
  rmSync(directory, { recursive: true, force: true });
});

const ADDRESS = 'http://localhost/api/notes';
const send = (method: string, body: unknown, headers: Record<string, string> = {}) =>
  new Request(ADDRESS, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const at = (id: string) => ({ params: Promise.resolve({ id }) });
const post = (body: unknown, headers?: Record<string, string>) => POST(send('POST', body, headers));
const list = async (query: string) => NoteList.parse(await (await GET(new Request(`${ADDRESS}?${query}`))).json());
const bodyOf = async (response: Response) => ErrorBody.parse(await response.json()).error;

describe('/api/notes', () => {
  it('stores, lists, edits and removes a note', async () => {
    const id = randomUUID();
    const made = await post({ id, atMs: 1_000, text: '  fraud model retrained ', model: 'fraud_detector' });
    expect(made.status).toBe(200);
    expect(Note.parse(await made.json())).toMatchObject({
      id,
      text: 'fraud model retrained',
      version: null,
      mayEdit: true,
    });
    expect((await list('startMs=0&endMs=2000&model=fraud_detector')).notes.map((note) => note.id)).toContain(id);
    expect((await list('startMs=0&endMs=2000&model=reco')).notes).toEqual([]);

    const edited = await PATCH(send('PATCH', { revision: 1, text: 'retrained twice' }), at(id));
    expect(Note.parse(await edited.json())).toMatchObject({ text: 'retrained twice', revision: 2 });

    const removed = await DELETE(new Request(`${ADDRESS}/${id}?revision=2`, { method: 'DELETE' }), at(id));
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect((await list('startMs=0&endMs=2000')).notes).toEqual([]);
  });

  it('answers an edit of an older revision with what the note says now', async () => {
    const id = randomUUID();
    await post({ id, atMs: 1, text: 'first' });
    await PATCH(send('PATCH', { revision: 1, text: 'second' }), at(id));
    const late = await PATCH(send('PATCH', { revision: 1, text: 'mine' }), at(id));
    expect(late.status).toBe(409);
    expect(await bodyOf(late)).toMatchObject({ code: 'conflict', fields: { text: 'second', revision: '2' } });
  });

  it.each([
    ['no id', { atMs: 1, text: 'x' }, 'id'],
    ['an id that is none', { id: '1; DROP TABLE', atMs: 1, text: 'x' }, 'id'],
    ['no text', { id: randomUUID(), atMs: 1, text: '   ' }, 'text'],
    ['2,001 characters', { id: randomUUID(), atMs: 1, text: 'x'.repeat(2_001) }, 'text'],
    ['a time that is none', { id: randomUUID(), atMs: -5, text: 'x' }, 'atMs'],
    ['a time in fractions', { id: randomUUID(), atMs: 1.5, text: 'x' }, 'atMs'],
    ['a model name of nothing', { id: randomUUID(), atMs: 1, text: 'x', model: '' }, 'model'],
  ])('refuses a note with %s and names the field', async (_name, body, field) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(Object.keys((await bodyOf(answer)).fields ?? {})).toContain(field);
  });

  it('stores what PostgreSQL could not as what it can', async () => {
    const answer = await post({ id: randomUUID(), atMs: 1, text: 'a\u0000b \ud83d' });
    expect(Note.parse(await answer.json()).text).toBe('ab \ufffd');
  });

  it('refuses a range that ends before it starts', async () => {
    expect((await GET(new Request(`${ADDRESS}?startMs=5&endMs=4`))).status).toBe(400);
  });

  it('refuses a change that another site asked for', async () => {
    const body = { id: randomUUID(), atMs: 1, text: 'x' };
    expect((await post(body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(body, { origin: 'http://evil.test', host: 'localhost' })).status).toBe(403);
  });

  it('answers for a note that is not there', async () => {
    const answer = await PATCH(send('PATCH', { revision: 1, text: 'x' }), at(randomUUID()));
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([404, 'not_found']);
  });
});
