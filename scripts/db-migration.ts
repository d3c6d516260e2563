import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { diffToSchema, prismaDirectory, readSchema, withSchemaEngine } from '../lib/server/db/schema-engine';
import { DurableLibSql } from '../lib/server/db/sqlite';
import { writePostgresSchema } from './derive-postgres-schema';
import { startPostgres } from './throwaway-postgres';

/** `npm run db:migration -- add-incidents`: writes the SQL that brings each database from its migrations to the schema. */
const name = process.argv[2] ?? '';
if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  console.error('Usage: npm run db:migration -- NAME, with NAME in kebab-case, such as add-incidents');
  process.exit(2);
}
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
writePostgresSchema(new URL('..', import.meta.url));

// The engine opens a connection before it compares anything.
const postgres = await startPostgres();
const factories = {
  sqlite: new DurableLibSql({ url: ':memory:' }),
  postgresql: new PrismaPg({ connectionString: postgres.url }),
};
for (const provider of ['sqlite', 'postgresql'] as const) {
  const directory = prismaDirectory(provider);
  const schema = readSchema(directory);
  const sql = await withSchemaEngine(factories[provider], directory, (engine) => diffToSchema(engine, directory));
  if (sql === null) {
    console.log(`${provider}: the migrations already make the schema`);
    continue;
  }
  const target = join(directory, 'migrations', `${stamp}_${name.replaceAll('-', '_')}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'migration.sql'), sql);
  writeFileSync(join(target, 'schema.prisma'), schema.content);
  writeFileSync(join(directory, 'migrations', 'migration_lock.toml'), `provider = "${provider}"\n`);
  console.log(`${provider}: ${target}`);
}
await postgres.stop();
process.exit(0);
