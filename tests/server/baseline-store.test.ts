import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Identity } from '@/lib/server/auth/identity';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { createBaseline, findBaseline, listBaselines, removeBaseline } from '@/lib/server/drift/baseline-store';
import { onEachDatabase } from './databases';

const ana: Identity = { id: 'ana', name: 'Ana', permissions: new Set(['baselines:write']) };
const values = (least: number) =>
  JSON.stringify({ features: { amount: Array.from({ length: 2_000 }, (_, i) => least + i), 'a\u0000b': ['x', 'y'] } });

onEachDatabase('baselines', (kind) => {
  let database: Database;
  beforeAll(async () => {
    const url = await kind.create();
    await migrate(url);
    database = openDatabase(url);
  });
  afterAll(async () => {
    await database.close();
  });
  const at = (nowMs: number) => ({ identity: ana, nowMs });

  it('keep what a file holds, thinned out to its bound, names and all', async () => {
    const made = await createBaseline({ model: 'm\u0000', version: '1' }, values(0), at(1_000), database);
    expect(made).toMatchObject({ model: 'm', version: '1', rows: 2_000, features: 2, author: { name: 'Ana' } });
    const found = await findBaseline({ model: 'm', version: '1' }, database);
    expect(found?.baseline.id).toBe(made.id);
    expect(found?.features.map(({ name }) => name)).toEqual(['amount', 'ab']);
    expect(found?.features[0]?.values).toMatchObject({ count: 2_000 });
    expect(found?.features[0]?.values?.kept).toHaveLength(1_000);
  });

  it('stand for a version by the newest of its own, else by that of the whole model', async () => {
    const whole = await createBaseline({ model: 'n' }, values(0), at(1_000), database);
    const older = await createBaseline({ model: 'n', version: '2' }, values(1), at(2_000), database);
    const newer = await createBaseline({ model: 'n', version: '2' }, values(2), at(3_000), database);
    expect((await findBaseline({ model: 'n', version: '3' }, database))?.baseline.id).toBe(whole.id);
    expect((await findBaseline({ model: 'n', version: '2' }, database))?.baseline.id).toBe(newer.id);
    await removeBaseline({ id: newer.id }, at(4_000), database);
    expect((await findBaseline({ model: 'n', version: '2' }, database))?.baseline.id).toBe(older.id);
    expect((await listBaselines('n', database)).baselines.map(({ id }) => id)).toEqual([older.id, whole.id]);
  });

  it('are one row however often and at once they are sent', async () => {
    const sent = await Promise.all(
      Array.from({ length: 8 }, () => createBaseline({ model: 'o', version: '1' }, values(5), at(1_000), database)),
    );
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect((await listBaselines('o', database)).baselines).toHaveLength(1);
  });

  it('refuse an id that another baseline has', async () => {
    const id = randomUUID();
    await createBaseline({ id, model: 'p' }, values(6), at(1_000), database);
    await expect(createBaseline({ id, model: 'p' }, values(7), at(1_000), database)).rejects.toThrow(/under this id/);
  });
});
