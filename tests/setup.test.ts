import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationNames, prismaDirectory } from '@/lib/server/db/schema-engine';
import { derivePostgresSchema } from '@/scripts/derive-postgres-schema';

const read = (path: string): string => readFileSync(path, 'utf8');

describe('the schema', () => {
  it('for PostgreSQL is the one derived from the schema for SQLite', () => {
    expect(read('prisma/postgresql/schema.prisma')).toBe(derivePostgresSchema(read('prisma/schema.prisma')));
  });

  it.each(['sqlite', 'postgresql'] as const)('for %s is what its newest migration arrives at', (provider) => {
    const directory = prismaDirectory(provider);
    const newest = migrationNames(directory).at(-1);
    expect(read(`${directory}/migrations/${newest}/schema.prisma`)).toBe(read(`${directory}/schema.prisma`));
  });

  it('has the same migrations on both databases', () => {
    expect(migrationNames(prismaDirectory('postgresql'))).toEqual(migrationNames(prismaDirectory('sqlite')));
  });

  it('that lost the lines which are replaced is refused', () => {
    expect(() => derivePostgresSchema('model A { id Int @id }')).toThrow(/no longer holds the lines/);
  });
});

describe('continuous integration', () => {
  it('runs npm test and nothing cleverer', () => {
    const commands = read('.ci/run')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !/^(set|cd) /.test(line));
    expect(commands).toEqual(['npm test']);
    expect(statSync('.ci/run').mode & 0o111).toBe(0o111);
  });
});

describe('a start that cannot succeed ends with one sentence', () => {
  const taken = createServer();
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    taken.close();
  });

  const start = (script: string, env: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}`], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, said: stderr.trim() };
  };

  it('when the port is taken', () => {
    const { status, said } = start('demo.mjs', { PORT: String(port), LAB_PORT: '0' });
    expect(status).toBe(1);
    expect(said).toBe(`windsock: port ${port} is taken; choose another, such as PORT=${port + 1} npm run demo.`);
  });

  it('when both ports are the same', () => {
    const { status, said } = start('demo.mjs', { PORT: '3999', LAB_PORT: '3999' });
    expect([status, said]).toEqual([1, 'windsock: PORT and LAB_PORT are both 3999; they must differ.']);
  });

  it('when the port is none', () => {
    const { status, said } = start('demo.mjs', { PORT: 'http' });
    expect([status, said]).toEqual([1, 'windsock: PORT must be a port number, not "http".']);
  });

  it('when there is no configuration', () => {
    const { status, said } = start('start.mjs', { WINDSOCK_CONFIG: '/no/such/windsock.yaml' });
    expect(status).toBe(1);
    expect(said).toMatch(
      /^windsock: \/no\/such\/windsock\.yaml cannot be used:\n {2}there is no such file; copy windsock\.sample\.yaml/,
    );
    expect(said).not.toMatch(/\n {4}at /);
  });
});
