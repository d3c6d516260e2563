import 'server-only';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';

export type Provider = 'sqlite' | 'postgresql';

/** Where schema and migrations of a provider lie below the project's directory. */
export const prismaDirectory = (provider: Provider, root: string = process.cwd()): string =>
  resolve(/* turbopackIgnore: true */ root, provider === 'sqlite' ? 'prisma' : 'prisma/postgresql');

const NO_FILTER = { externalTables: [], externalEnums: [] };

type EngineModule = typeof import('@prisma/schema-engine-wasm');

// Once in a process: the module's JavaScript half remembers one memory, and a second instance would read the first's.
let instantiated: Promise<EngineModule> | null = null;

async function instantiate(): Promise<EngineModule> {
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  // Resolved from the project and not from this module, which is somewhere in a bundle when the console is built.
  const entry = createRequire(join(process.cwd(), 'package.json')).resolve('@prisma/schema-engine-wasm');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  // The engine reports a panic through this global, as Prisma's own command line sets it up.
  const setMessage = (message: string) => {
    throw new Error(message);
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: setMessage } });
  engine.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
  return engine;
}

const atomic = (sql: string): string =>
  /^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|VACUUM)\b/i.test(sql)
    ? sql
    : `BEGIN IMMEDIATE;\n${sql}\n;COMMIT;`;

/** Held on PostgreSQL by each migration's own transaction: the server may finish one whose process is gone. */
export const RUNNING_LOCK = 7_149_203_852;

/**
 * A migration that also says that it is finished, in its own transaction. The engine says so afterwards, in another: a
 * process killed between the two would leave a migration that is done and looks begun.
 */
function withItsEnd(sql: string, migrations: ReadonlyMap<string, string>): string {
  const name = migrations.get(sql.trim());
  if (name === undefined) return sql;
  const quoted = `'${name.replaceAll("'", "''")}'`;
  const unfinished = '"finished_at" IS NULL AND "rolled_back_at" IS NULL';
  return `${sql}\n;UPDATE "_prisma_migrations" SET "finished_at" = "started_at" WHERE "migration_name" = ${quoted} AND ${unfinished};`;
}

/**
 * A factory whose adapters run a text of several statements as one: all of it or nothing. By themselves the adapter for
 * libsql would run the first statement of what it gets as a query and say that all went well, and the one for PostgreSQL
 * would cut a script at its semicolons and commit each piece alone.
 */
function wholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  migrations: ReadonlyMap<string, string>,
  opened: SqlDriverAdapter[],
): SqlMigrationAwareDriverAdapterFactory {
  const whole = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
    opened.push(adapter);
    const executeRaw = adapter.executeRaw.bind(adapter);
    const executeScript = adapter.executeScript.bind(adapter);
    const run = async (sql: string): Promise<void> => {
      const script = withItsEnd(sql, migrations);
      if (factory.provider === 'sqlite') await executeScript(atomic(script));
      // Without arguments PostgreSQL gets the text in one message, and treats that as one transaction.
      else {
        const held = script === sql ? sql : `SELECT pg_advisory_xact_lock_shared(${RUNNING_LOCK});\n${script}`;
        await executeRaw({ sql: held, args: [], argTypes: [] });
      }
    };
    adapter.executeScript = run;
    adapter.executeRaw = async (query) => {
      if (query.args.length > 0) return executeRaw(query);
      await run(query.sql);
      return 0;
    };
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => whole(await factory.connect()),
    connectToShadowDb: async () => whole(await factory.connectToShadowDb()),
  };
}

/**
 * Prisma's own schema engine, compiled to WebAssembly, over a driver adapter. `prisma migrate` would download the same
 * engine as a binary, which a machine behind a proxy cannot. Its connections are closed afterwards: on PostgreSQL the
 * engine's own lock belongs to them, and a second migration would wait for it.
 */
export async function withSchemaEngine<T>(
  factory: SqlMigrationAwareDriverAdapterFactory,
  directory: string,
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const schema = readSchema(directory);
  instantiated ??= instantiate();
  const { SchemaEngine } = await instantiated;
  const opened: SqlDriverAdapter[] = [];
  const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(factory, migrationsBySql(directory), opened));
  try {
    const engine = await SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter);
    return await use(engine);
  } finally {
    await Promise.allSettled(opened.map((connection) => connection.dispose()));
  }
}

/** The Prisma schema of a folder, `prisma` itself or one migration's copy. Throws where the folder has none. */
export function readSchema(directory: string): { path: string; content: string } {
  const path = join(directory, 'schema.prisma');
  return { path, content: readFileSync(path, 'utf8') };
}

/** Names of the migrations of a provider, oldest first. */
export function migrationNames(directory: string): string[] {
  const base = join(directory, 'migrations');
  if (!existsSync(base)) return [];
  const entries = readdirSync(base, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

const readMigration = (directory: string, name: string): string =>
  readFileSync(join(directory, 'migrations', name, 'migration.sql'), 'utf8');

/** Name of each migration by its text. */
const migrationsBySql = (directory: string): Map<string, string> =>
  new Map(migrationNames(directory).map((name) => [readMigration(directory, name).trim(), name]));

/** The migrations of a provider as the engine takes them. */
function readMigrations(directory: string): MigrationList {
  const base = join(directory, 'migrations');
  const lock = join(base, 'migration_lock.toml');
  return {
    baseDir: base,
    lockfile: { path: 'migration_lock.toml', content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: migrationNames(directory).map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readMigration(directory, name) },
      },
    })),
  };
}

/**
 * Applies what is not applied yet and returns its names. `interrupted` names migrations that were begun and never
 * finished: each is all or nothing and its end is part of it, so such a one did nothing and may be done again.
 */
export async function applyMigrations(
  engine: SchemaEngine,
  { directory, interrupted }: { directory: string; interrupted: readonly string[] },
): Promise<string[]> {
  for (const migrationName of interrupted) await engine.markMigrationRolledBack({ migrationName });
  const { appliedMigrationNames } = await engine.applyMigrations({
    migrationsList: readMigrations(directory),
    filters: NO_FILTER,
  });
  return appliedMigrationNames;
}

/**
 * The SQL from the schema that the newest migration arrived at to the schema as it is; null when they are the same.
 * Each migration keeps its schema beside its SQL, because the engine cannot read the catalogue of a PostgreSQL through
 * the adapter ("Column type 'char' could not be deserialized") and so cannot see what the migrations made there.
 */
export async function diffToSchema(engine: SchemaEngine, directory: string): Promise<string | null> {
  const schema = readSchema(directory);
  const newest = migrationNames(directory).at(-1);
  const before = newest === undefined ? null : readSchema(join(directory, 'migrations', newest));
  if (before?.content === schema.content) return null;
  const { stdout } = await engine.diff({
    from: before === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [before] },
    to: { tag: 'schemaDatamodel', files: [schema] },
    script: true,
    exitCode: null,
    filters: NO_FILTER,
  });
  return stdout === null || /^\s*(--.*)?\s*$/.test(stdout) ? null : stdout;
}
