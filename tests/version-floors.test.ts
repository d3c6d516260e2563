import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

/** Lowest versions without a known vulnerability (advisories up to November 2026). */
const FLOORS: Readonly<Record<string, string>> = {
  next: '16.4.6',
  react: '19.3.1',
  'react-dom': '19.3.1',
  echarts: '6.1.0',
  'better-auth': '1.7.24',
  zod: '4.6.7',
  sharp: '0.35.5',
};

const Lock = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), resolved: z.string().optional() })),
});
const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/** Whether a version is at least a floor; a pre-release is below the release it leads to. */
function isAtLeast(version: string, floor: string): boolean {
  const [release = '', preRelease] = version.split('-', 2);
  const have = release.split('.').map(Number);
  const need = floor.split('.').map(Number);
  for (const [i, wanted] of need.entries()) {
    const found = have[i] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return preRelease === undefined;
}

describe('the lock file', () => {
  it.each(Object.entries(FLOORS))('holds no %s below %s', (name, floor) => {
    const held = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(held.filter(([, { version }]) => version === undefined || !isAtLeast(version, floor))).toEqual([]);
  });

  it('holds what the console is made of', () => {
    expect(Object.keys(packages)).toEqual(
      expect.arrayContaining(['node_modules/next', 'node_modules/react', 'node_modules/zod']),
    );
  });

  it('names no registry, so that it installs from whichever is configured', () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([]);
  });
});

describe('versions', () => {
  it.each([
    ['16.4.6', '16.4.6', true],
    ['16.4.10', '16.4.6', true],
    ['16.4.5', '16.4.6', false],
    ['17.0.0', '16.4.6', true],
    ['15.9.9', '16.4.6', false],
    ['16.4.6-canary.1', '16.4.6', false],
  ])('%s is at least %s: %s', (version, floor, expected) => {
    expect(isAtLeast(version, floor)).toBe(expected);
  });
});
