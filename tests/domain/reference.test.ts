import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkEntry, type ReferenceEntry } from '@/scripts/reference-functions';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string): ReferenceEntry[] =>
  JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/reference', name), 'utf8'));
const statistics = read('statistics.json');
const published = read('published.json');

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/check-reference.ts'), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });

const fileOf = (content: unknown): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'windsock-reference-')), 'values.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};

describe('reference values', () => {
  it('every entry of statistics.json is known and equals the console', () => {
    const wrong = statistics.filter((entry) => checkEntry(entry).state !== 'passed');
    expect(wrong).toEqual([]);
    expect(statistics.length).toBe(341);
  });

  it('every published value that the console has a function for equals it', () => {
    const outcomes = published.map((entry) => checkEntry(entry).state);
    expect(outcomes.filter((state) => state === 'failed')).toEqual([]);
    expect(outcomes.filter((state) => state === 'passed').length).toBeGreaterThanOrEqual(51);
  });

  it('an entry fails when its value, or one member of it, is altered', () => {
    const alter = (expected: unknown): unknown => {
      if (typeof expected === 'number') return expected * 1.001 + 0.001;
      if (Array.isArray(expected)) return expected.map((one, i) => (i === expected.length - 1 ? alter(one) : one));
      const own = expected as Record<string, unknown>;
      return { ...own, statistic: alter(own.statistic) };
    };
    for (const what of new Set(statistics.map((entry) => entry.what))) {
      const entry = statistics.find((one) => one.what === what) as ReferenceEntry;
      expect(checkEntry({ ...entry, expected: alter(entry.expected) }).state, what).toBe('failed');
    }
  });
});

describe('npm run check:reference', () => {
  it('prints passed per what and exits with 0 when all equal; unknown ones are named', () => {
    const wilson = statistics.filter(({ what }) => what.startsWith('wilson'));
    const strange = { what: 'colour of the moon', inputs: {}, expected: 1, tolerance: 0.1 };
    const { status, stdout } = run(fileOf([...wilson, strange]));
    expect(status).toBe(0);
    expect(stdout).toContain('passed  20 passed, 0 failed  wilson interval 95%');
    expect(stdout).toContain('unknown 1 not checked  colour of the moon');
  });

  it('exits with 1 on one altered value and says which', () => {
    const [first, ...rest] = statistics.filter(({ what }) => what.startsWith('burn rate'));
    const { status, stdout } = run(fileOf([{ ...first, expected: 99 }, ...rest]));
    expect(status).toBe(1);
    expect(stdout).toContain('FAILED  1 passed, 1 failed  burn rate');
    expect(stdout).toMatch(/failed: burn rate: expected 99, got 14\.39/);
  });

  it.each([
    ['no file', []],
    ['a file that is not there', ['/nowhere/values.json']],
    ['a file that is no JSON', [fileOf('not json')]],
    ['a file without entries', [fileOf([])]],
    ['an entry without a tolerance', [fileOf([{ what: 'burn rate', inputs: {}, expected: 1 }])]],
  ])('refuses %s with 2', (_, args) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^check:reference: /);
  });
});
