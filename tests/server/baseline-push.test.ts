import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/lib/server/db';
import { listBaselines } from '@/lib/server/drift/baseline-store';

const directory = mkdtempSync(join(tmpdir(), 'windsock-push-'));
const url = `file:${join(directory, 'windsock.db')}`;

beforeAll(() => {
  writeFileSync(join(directory, 'windsock.yaml'), 'sources: { prometheus: { url: "http://127.0.0.1:9" } }\n');
  writeFileSync(join(directory, 'good.csv'), 'feature,le,count\namount,10,5\namount,+Inf,9\n');
  writeFileSync(join(directory, 'bad.csv'), 'feature,le,count\namount,10,-5\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const push = (...args: string[]) =>
  spawnSync(process.execPath, [join(process.cwd(), 'bin/windsock.mjs'), 'baseline', 'push', ...args], {
    // What is typed is relative to where it is typed.
    cwd: directory,
    env: { ...process.env, WINDSOCK_CONFIG: join(directory, 'windsock.yaml'), DATABASE_URL: url },
    encoding: 'utf8',
  });

describe('npx windsock baseline push', () => {
  it('keeps a file in an empty database, refuses a bad one and keeps nothing of it', async () => {
    const kept = push('good.csv', '--model', 'fraud', '--version', '2.4.0');
    expect(kept.stderr).toBe('');
    expect(kept.stdout).toMatch(/^Baseline of fraud 2\.4\.0: 1 features of 9 rows, SHA-256 [0-9a-f]{64}\.\n$/);
    expect(kept.status).toBe(0);
    const refused = push('bad.csv', '--model', 'fraud');
    expect(refused.stderr).toContain('Line 2: the count -5 is negative');
    expect(refused.status).toBe(1);
    const database = openDatabase(url);
    const { baselines } = await listBaselines(undefined, database);
    await database.close();
    expect(baselines.map(({ model, version, fileName }) => [model, version, fileName])).toEqual([
      ['fraud', '2.4.0', 'good.csv'],
    ]);
  }, 60_000);

  it('says what is missing in its words', () => {
    const wordless = push();
    expect(wordless.status).toBe(2);
    expect(wordless.stderr).toMatch(/Name the file.*\nUsage: npx windsock baseline push FILE/);
  }, 30_000);
});
