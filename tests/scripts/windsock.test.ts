import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '@/lib/server/audit/checkpoints';
import { recordAudit } from '@/lib/server/audit/store';
import { openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { COMMANDS } from '@/scripts/cli/commands';

/** `npx windsock` as a person types it, in a folder that is not the project's. */
const directory = mkdtempSync(join(tmpdir(), 'windsock-cli-'));
const url = `file:${join(directory, 'windsock.db')}`;
const program = resolve('bin/windsock.mjs');

function windsock(words: readonly string[], database = url) {
  const env = { ...process.env, WINDSOCK_CONFIG: join(directory, 'windsock.yaml'), DATABASE_URL: database };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: directory,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  writeFileSync(join(directory, 'windsock.yaml'), 'sources: { prometheus: { url: "http://127.0.0.1:9" } }\n');
  await migrate(url);
  const database = openDatabase(url);
  for (let number = 1; number <= 5; number += 1) {
    await database.write((transaction) =>
      recordAudit(transaction, {
        actor: { id: 'ana', name: 'Ana' },
        action: 'note.create',
        subject: `note:${number}`,
        before: null,
        after: { number },
        atMs: number,
      }),
    );
  }
  await writeCheckpoint(`${join(directory, 'windsock.db')}.checkpoints.ndjson`, database, 6);
  await database.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('npx windsock', () => {
  it('is what the package says', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).bin).toEqual({ windsock: 'bin/windsock.mjs' });
  });

  it('--help names every command', () => {
    const { status, stdout } = windsock(['--help']);
    expect(status).toBe(0);
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(`  ${name}`);
      expect(stdout).toContain(summary);
    }
  });

  it.each([
    [['nonsense'], /there is no command "nonsense"/],
    [['audit', 'verify', '--nonsense'], /Unknown option '--nonsense'/],
    [['audit', 'erase'], /Name either --actor or --subject/],
    [['backup'], /Name the folder of the backup/],
    [['backup', 'one', 'two'], /"two" is one word too many/],
  ])('%j ends with 2 and says what is wrong', (words, message) => {
    const { status, stderr } = windsock(words);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('backs up, erases, restores and verifies; and names the entry that somebody altered', async () => {
    expect(windsock(['audit', 'verify'])).toMatchObject({ status: 0, stdout: expect.stringContaining('5 entries') });
    expect(windsock(['backup', 'saved'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(directory, 'saved', 'manifest.json'))).toBe(true);
    const copy = `file:${join(directory, 'copy.db')}`;
    const restored = windsock(['restore', 'saved'], copy);
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringContaining('The audit holds: 5 entries') });
    expect(windsock(['restore', 'saved'], copy)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^windsock: The database is not empty/),
    });

    expect(windsock(['audit', 'erase', '--actor', 'ana'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('5 entries'),
    });
    expect(windsock(['audit', 'verify'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('5 of them lost a value on request'),
    });

    const database = openDatabase(copy);
    await database.write((transaction) =>
      transaction.auditEntry.update({ where: { sequence: 3 }, data: { subject: 'note:other' } }),
    );
    await database.close();
    const verified = windsock(['audit', 'verify', '--json'], copy);
    expect(verified.status).toBe(1);
    expect(JSON.parse(verified.stdout)).toMatchObject({ state: 'broken', broken: { sequence: 3, kind: 'altered' } });
  }, 120_000);
});
