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

/**
 * A factory whose adapters run every statement of a text without arguments. The engine hands over whole migrations as
 * one statement, and the adapter for libsql would run the first of them and say that all went well. All of a text or
 * nothing of it: PostgreSQL does so by itself, SQLite when told.
 */
function wholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  opened: SqlDriverAdapter[],
): SqlMigrationAwareDriverAdapterFactory {
  const whole = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
    opened.push(adapter);
    const executeRaw = adapter.executeRaw.bind(adapter);
    adapter.executeRaw = async (query) => {
      if (query.args.length > 0) return executeRaw(query);
      await adapter.executeScript(factory.provider === 'sqlite' ? atomic(query.sql) : query.sql);
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
  schema: { path: string; content: string },
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  instantiated ??= instantiate();
  const { SchemaEngine } = await instantiated;
  const opened: SqlDriverAdapter[] = [];
  const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(factory, opened));
  try {
    const engine = await SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter);
    return await use(engine);
  } finally {
    await Promise.allSettled(opened.map((connection) => connection.dispose()));
  }
}

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

/** The migrations of a provider as the engine takes them. */
export function readMigrations(directory: string): MigrationList {
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
        content: { tag: 'ok', value: readFileSync(join(base, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/**
 * Applies what is not applied yet and returns its names. `interrupted` names migrations that were begun and never
 * finished: each is all or nothing, so such a one did nothing and may be done again.
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
