import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/lib/server/db';
import { findBaseline, listBaselines } from '@/lib/server/drift/baseline-store';

const directory = mkdtempSync(join(tmpdir(), 'windsock-push-'));
const url = `file:${join(directory, 'windsock.db')}`;

beforeAll(() => {
  writeFileSync(join(directory, 'windsock.yaml'), 'sources: { prometheus: { url: "http://127.0.0.1:9" } }\n');
  writeFileSync(join(directory, 'good.csv'), 'feature,le,count\namount,10,5\namount,+Inf,9\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Said {
  status: number | null;
  stdout: string;
  stderr: string;
}

const push = (...args: string[]): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(process.cwd(), 'bin/windsock.mjs'), 'baseline', 'push', ...args], {
      // What is typed is relative to where it is typed.
      cwd: directory,
      env: { ...process.env, WINDSOCK_CONFIG: join(directory, 'windsock.yaml'), DATABASE_URL: url },
    });
    const said: Said = { status: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...said, status }));
  });

async function read<T>(ask: (database: ReturnType<typeof openDatabase>) => Promise<T>): Promise<T> {
  const database = openDatabase(url);
  try {
    return await ask(database);
  } finally {
    await database.close();
  }
}
const kept = async () => (await read((database) => listBaselines(undefined, database))).baselines;

describe('npx windsock baseline push', () => {
  it('keeps a file in an empty database', async () => {
    const said = await push('good.csv', '--model', 'fraud', '--version', '2.4.0');
    expect(said.stderr).toBe('');
    expect(said.stdout).toMatch(/^Baseline of fraud 2\.4\.0: 1 features of 9 rows, SHA-256 [0-9a-f]{64}\.\n$/);
    expect(said.status).toBe(0);
    expect((await kept()).map(({ model, version, fileName }) => [model, version, fileName])).toEqual([
      ['fraud', '2.4.0', 'good.csv'],
    ]);
  }, 60_000);

  it('refuses in a sentence what is no baseline, and keeps nothing of it', async () => {
    writeFileSync(join(directory, 'header.csv'), 'feature,upto,count\namount,10,5\n');
    writeFileSync(join(directory, 'latin1.csv'), Buffer.from('feature,category,count\ncity,K\xf6ln,5\n', 'latin1'));
    writeFileSync(join(directory, 'half.csv'), 'feature,le,count\nfine,10,5\nfine,+Inf,9\namount,10,-5\n');
    writeFileSync(join(directory, 'empty.csv'), '');
    writeFileSync(join(directory, 'huge.csv'), '');
    // A hole on the disk: as long as any file of 500 MB, and nothing of it is read.
    truncateSync(join(directory, 'huge.csv'), 500_000_000);
    const cases: [string[], RegExp][] = [
      [['huge.csv', '--model', 'bad'], /huge\.csv has 500 MB; a baseline has at most 20 MB\. Send histograms/],
      [
        ['header.csv', '--model', 'bad'],
        /The header has neither a column le nor a column category\. A table of histograms has/,
      ],
      [['latin1.csv', '--model', 'bad'], /latin1\.csv is not text in UTF-8; a baseline is JSON or CSV\./],
      [['half.csv', '--model', 'bad'], /Line 4: the count -5 is negative/],
      [['empty.csv', '--model', 'bad'], /The file is empty\./],
      [['absent.csv', '--model', 'bad'], /absent\.csv cannot be read/],
      [['good.csv', '--model', 'bad', '--url', 'http://127.0.0.1:9'], /The console at .*:9 cannot be reached\./],
    ];
    // Two at a time: each is a process of its own.
    for (let i = 0; i < cases.length; i += 2) {
      const pair = cases.slice(i, i + 2);
      const said = await Promise.all(pair.map(([args]) => push(...args)));
      for (const [own, { status, stdout, stderr }] of said.entries()) {
        expect(stderr).toMatch(pair[own]?.[1] ?? /never/);
        expect(stderr).not.toMatch(/\n\s+at /);
        expect([status, stdout]).toEqual([1, '']);
      }
    }
    expect((await kept()).filter(({ model }) => model === 'bad')).toEqual([]);
  }, 120_000);

  it('keeps features by names that every object has already', async () => {
    const text = 'feature,le,count\n__proto__,10,5\n__proto__,+Inf,9\nconstructor,10,1\nconstructor,+Inf,3\n';
    writeFileSync(join(directory, 'names.csv'), text);
    expect(await push('names.csv', '--model', 'names', '--json')).toMatchObject({ status: 0, stderr: '' });
    const found = await read((database) => findBaseline({ model: 'names', version: null }, database));
    expect(found?.features.map(({ name, histogram }) => [name, histogram?.cumulative])).toEqual([
      ['__proto__', [5, 9]],
      ['constructor', [1, 3]],
    ]);
  }, 60_000);

  it('says what is missing in its words', async () => {
    const wordless = await push();
    expect(wordless.status).toBe(2);
    expect(wordless.stderr).toMatch(/Name the file.*\nUsage: npx windsock baseline push FILE/);
  }, 30_000);
});
