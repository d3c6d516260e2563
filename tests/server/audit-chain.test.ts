import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adoptEarlierEntries } from '@/lib/server/audit/adopt';
import { actorValue, commitmentOf, entryHash, GENESIS } from '@/lib/server/audit/chain';
import { readCheckpoints, writeCheckpoint } from '@/lib/server/audit/checkpoints';
import { eraseAuditValues } from '@/lib/server/audit/erase';
import { recordAudit } from '@/lib/server/audit/store';
import { verifyChain } from '@/lib/server/audit/verify';
import { type Database, openDatabase, type Transaction } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { onEachDatabase } from './databases';

// Made with sha256sum, not with the program under test.
const ANA_COMMITMENT = '9a43a842d2064556a774ac6a75ae2a86837d076a2e2b8c7f7459573d0ee56912';
const FIRST_HASH = 'c01c7384de331cd63e437efc5f8f304a26d999b725dd18853aa3fdd1f9a2b27f';

const ana = { id: 'ana', name: 'Ana Example' };
const ben = { id: 'ben', name: 'Ben Example' };

describe('the hash of an entry', () => {
  it('is SHA-256 over its canonical JSON, so that anybody can check it without this program', () => {
    // printf '%s' '{"action":"note.create",…}' | sha256sum
    const hash = entryHash({
      sequence: 1,
      previousHash: GENESIS,
      id: 'a',
      atMs: 1000n,
      action: 'note.create',
      subject: 'note:b',
      actorCommitment: commitmentOf('00', actorValue({ actorId: 'ana', actorName: 'Ana' })),
      beforeCommitment: null,
      afterCommitment: null,
    });
    expect(commitmentOf('00', '{"id":"ana","name":"Ana"}')).toBe(ANA_COMMITMENT);
    expect(hash).toBe(FIRST_HASH);
  });
});

onEachDatabase('the audit chain', (kind) => {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-audit-'));
  let database: Database;
  let url = '';
  let file = '';
  beforeAll(async () => {
    url = await kind.create();
    await migrate(url);
  });
  beforeEach(async () => {
    database = openDatabase(url);
    await database.write(async (transaction) => {
      await transaction.auditEntry.deleteMany();
      await transaction.auditHead.deleteMany();
    });
    file = join(directory, `${randomUUID()}.ndjson`);
  });
  afterEach(() => database.close());
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
  });

  const append = (transaction: Transaction, number: number, actor = ana) =>
    recordAudit(transaction, {
      actor,
      action: 'note.edit',
      subject: `note:${number}`,
      before: number % 2 === 0 ? { text: `before ${number}` } : null,
      after: { text: `after ${number} \u0000 \ud800` },
      atMs: 1_000 + number,
    });
  const fill = async (count: number) => {
    for (let number = 1; number <= count; number += 1) await database.write((t) => append(t, number));
  };
  const verify = async () =>
    verifyChain(database, { checkpoints: await readCheckpoints(file), checkpointFile: file, nowMs: 0 });
  const tamper = (change: (transaction: Transaction) => Promise<unknown>) => database.write(change);

  it('of nothing holds', async () => {
    expect(await verify()).toMatchObject({ state: 'intact', entries: 0, hash: null });
  });

  it('holds after entries with and without a state before, odd characters included', async () => {
    await fill(5);
    expect(await verify()).toMatchObject({ state: 'intact', entries: 5, erased: 0, broken: null });
  });

  it('has no gap where a change was rolled back', async () => {
    await fill(1);
    const undone = database.write(async (transaction) => {
      await append(transaction, 2);
      throw new Error('the change failed');
    });
    await expect(undone).rejects.toThrow('the change failed');
    await fill(1);
    expect(await verify()).toMatchObject({ state: 'intact', entries: 2 });
  });

  it('is one chain when several consoles append at once', async () => {
    const consoles = Array.from({ length: 4 }, () => openDatabase(url));
    await Promise.all(
      consoles.flatMap((each, index) =>
        Array.from({ length: 15 }, (_, number) => each.write((t) => append(t, index * 100 + number))),
      ),
    );
    await Promise.all(consoles.map((each) => each.close()));
    expect(await verify()).toMatchObject({ state: 'intact', entries: 60 });
  });

  it.each([
    ['what was done', { action: 'note.remove' }],
    ['what it was done to', { subject: 'note:other' }],
    ['when', { atMs: 5n }],
    ['who', { actorName: 'Somebody Else' }],
    ['the state before', { before: '{"text":"never"}' }],
    ['the state after', { after: '{"text":"never"}' }],
    ['a state before that was not there, put in', { before: '{}', beforeSalt: 'ff' }],
    ['who, made to look erased under another name', { actorId: 'x', actorName: 'Nobody', actorSalt: null }],
  ])('finds an entry of which somebody altered %s', async (what, data) => {
    await fill(5);
    const at = what.includes('put in') ? 3 : 4;
    await tamper((t) => t.auditEntry.update({ where: { sequence: at }, data }));
    expect(await verify()).toMatchObject({
      state: 'broken',
      entries: at - 1,
      broken: { sequence: at, kind: 'altered' },
    });
  });

  it('finds an entry that was altered and hashed anew', async () => {
    await fill(5);
    await tamper(async (t) => {
      const entry = await t.auditEntry.findUniqueOrThrow({ where: { sequence: 3 } });
      const altered = { ...entry, action: 'note.remove' };
      await t.auditEntry.update({ where: { sequence: 3 }, data: { ...altered, hash: entryHash(altered) } });
    });
    expect(await verify()).toMatchObject({ state: 'broken', broken: { sequence: 4, kind: 'moved' } });
  });

  it('finds a deleted entry', async () => {
    await fill(5);
    await tamper((t) => t.auditEntry.delete({ where: { sequence: 2 } }));
    expect(await verify()).toMatchObject({ state: 'broken', entries: 1, broken: { sequence: 2, kind: 'missing' } });
  });

  it('finds two entries that changed places', async () => {
    await fill(5);
    await tamper(async (t) => {
      await t.auditEntry.update({ where: { sequence: 2 }, data: { sequence: 99 } });
      await t.auditEntry.update({ where: { sequence: 3 }, data: { sequence: 2 } });
      await t.auditEntry.update({ where: { sequence: 99 }, data: { sequence: 3 } });
    });
    expect(await verify()).toMatchObject({ state: 'broken', entries: 1, broken: { sequence: 2, kind: 'moved' } });
  });

  it('finds an end that was cut off', async () => {
    await fill(5);
    await tamper((t) => t.auditEntry.deleteMany({ where: { sequence: { gt: 3 } } }));
    expect(await verify()).toMatchObject({ state: 'broken', entries: 3, broken: { sequence: 4, kind: 'missing' } });
  });

  it('finds an entry put in beside the chain', async () => {
    await fill(2);
    await tamper((t) =>
      t.auditEntry.create({
        data: { id: 'x', atMs: 0n, actorId: 'a', actorName: 'a', action: 'note.create', subject: 'note:x' },
      }),
    );
    expect(await verify()).toMatchObject({ state: 'broken', broken: { id: 'x', kind: 'beside' } });
  });

  describe('against its checkpoints', () => {
    const cutOff = async (to: number) =>
      tamper(async (t) => {
        await t.auditEntry.deleteMany({ where: { sequence: { gt: to } } });
        const last = await t.auditEntry.findUniqueOrThrow({ where: { sequence: to } });
        await t.auditHead.update({ where: { id: 1 }, data: { sequence: to, hash: last.hash ?? '' } });
      });

    it('finds an end that was cut off together with its head', async () => {
      await fill(5);
      await writeCheckpoint(file, database, 7_000);
      await cutOff(3);
      const verified = await verify();
      expect(verified).toMatchObject({ state: 'broken', entries: 3, broken: { sequence: 4, kind: 'missing' } });
      expect(verified.broken?.reason).toContain('1970-01-01T00:00:07.000Z');
    });

    it('finds an end that was cut off and appended anew', async () => {
      await fill(5);
      await writeCheckpoint(file, database, 7_000);
      await cutOff(3);
      await fill(4);
      expect(await verify()).toMatchObject({
        state: 'broken',
        entries: 4,
        broken: { sequence: 5, kind: 'rewritten' },
      });
    });

    it('is written when there is something new, and not over a chain that no longer fits', async () => {
      expect(await writeCheckpoint(file, database, 1)).toBeNull();
      await fill(2);
      expect(await writeCheckpoint(file, database, 2)).toMatchObject({ sequence: 2 });
      expect(await writeCheckpoint(file, database, 3)).toBeNull();
      await fill(1);
      expect(await writeCheckpoint(file, database, 4)).toMatchObject({ sequence: 3 });
      expect(await verify()).toMatchObject({
        state: 'intact',
        checkpoints: { count: 2, newest: { sequence: 3, atMs: 4 } },
      });
      await cutOff(1);
      await expect(writeCheckpoint(file, database, 5)).rejects.toThrow(
        /no longer holds what its checkpoint says of entry 3/,
      );
      expect(await readCheckpoints(file)).toHaveLength(2);
    });

    it('leaves out a line that was cut off in the writing, and refuses one that somebody wrote', async () => {
      await fill(1);
      await writeCheckpoint(file, database, 2);
      appendFileSync(file, '{"sequence":2,"ha');
      expect(await readCheckpoints(file)).toHaveLength(1);
      writeFileSync(file, 'nothing of the kind\n');
      await expect(readCheckpoints(file)).rejects.toThrow(/Line 1 of .* is no checkpoint/);
    });
  });

  it('still holds after a person is erased, and nothing of them is left', async () => {
    await fill(2);
    await database.write((t) => append(t, 8, ben));
    expect(await eraseAuditValues({ actorId: 'ben' }, { identity: ana, nowMs: 9 }, database)).toBe(1);
    expect(await verify()).toMatchObject({ state: 'intact', entries: 4, erased: 1 });
    const rows = await database.read((client) => client.auditEntry.findMany());
    const kept = JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
    expect(kept).not.toMatch(/ben|Ben|after 8|before 8/);
    expect(kept).toContain('after 2');
    expect(rows.find(({ sequence }) => sequence === 3)).toMatchObject({
      actorSalt: null,
      beforeSalt: null,
      afterSalt: null,
    });
  });

  it('still holds after what was said of a subject is erased, who did it stays', async () => {
    await fill(4);
    expect(await eraseAuditValues({ subject: 'note:2' }, { identity: ben, nowMs: 9 }, database)).toBe(1);
    const row = await database.read((client) => client.auditEntry.findUniqueOrThrow({ where: { sequence: 2 } }));
    expect(row).toMatchObject({ before: null, after: null, actorName: 'Ana Example' });
    expect(await verify()).toMatchObject({ state: 'intact', entries: 5, erased: 1 });
  });

  it('takes in the entries from before it once, and none that are put there later', async () => {
    const old = (id: string, atMs: bigint) => ({
      id,
      atMs,
      actorId: 'ana',
      actorName: 'Ana',
      action: 'note.create',
      subject: `note:${id}`,
      after: '{"text":"old"}',
    });
    const many = Array.from({ length: 700 }, (_, index) => old(`old-${index}`, BigInt(index)));
    await database.write((t) => t.auditEntry.createMany({ data: many }));
    const other = openDatabase(url);
    const counts = await Promise.all([adoptEarlierEntries(database), adoptEarlierEntries(other)]);
    await other.close();
    expect(counts[0] + counts[1]).toBe(700);
    await fill(1);
    expect(await verify()).toMatchObject({ state: 'intact', entries: 701 });
    await database.write((t) => t.auditEntry.create({ data: old('late', 1n) }));
    expect(await adoptEarlierEntries(database)).toBe(0);
    expect(await verify()).toMatchObject({ state: 'broken', broken: { id: 'late', kind: 'beside' } });
  });
});
