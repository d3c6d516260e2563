import 'server-only';
import type { ArgType, SqlQueryable } from '@prisma/driver-adapter-utils';
import { type Column, type ColumnType, fromStored, type Table, toStored } from './tables';

type Provider = 'sqlite' | 'postgresql';

/** Rows read together: few of those that hold files, many of the others. */
const pageOf = ({ columns }: Table): number => (columns.some(({ type }) => type === 'Bytes') ? 20 : 500);
/** Arguments of one statement: both databases take more. */
const MAX_ARGUMENTS = 900;

const SCALAR: Readonly<Record<ColumnType, ArgType['scalarType']>> = {
  String: 'string',
  Int: 'int',
  BigInt: 'bigint',
  Float: 'float',
  Boolean: 'boolean',
  Bytes: 'bytes',
};
const argType = ({ type }: Column): ArgType => ({ scalarType: SCALAR[type], arity: 'scalar' });

/** Names of the schema are letters and digits; quoted for their capitals. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const marks = (count: number, from: number, provider: Provider): string =>
  Array.from({ length: count }, (_, index) => (provider === 'sqlite' ? '?' : `$${from + index}`)).join(', ');

/**
 * Every row of a table as one line of JSON, in the order of its key: bytes of UTF-8 on both databases, so that the same
 * rows give the same text.
 */
export async function* readRows(queryable: SqlQueryable, table: Table, provider: Provider): AsyncGenerator<string> {
  const collated = ({ name, type }: Column) =>
    provider === 'postgresql' && type === 'String' ? `${quoted(name)} COLLATE "C"` : quoted(name);
  const order = table.key.map(collated).join(', ');
  const select = `SELECT ${table.columns.map(({ name }) => quoted(name)).join(', ')} FROM ${quoted(table.name)}`;
  const keyAt = table.key.map((column) => table.columns.indexOf(column));
  let after: readonly unknown[] | null = null;
  for (;;) {
    const beyond: string = after === null ? '' : ` WHERE (${order}) > (${marks(table.key.length, 1, provider)})`;
    const { rows } = await queryable.queryRaw({
      sql: `${select}${beyond} ORDER BY ${order} LIMIT ${pageOf(table)}`,
      args: after === null ? [] : [...after],
      argTypes: after === null ? [] : table.key.map(argType),
    });
    for (const row of rows) {
      const values = table.columns.map(({ name, type }, index) => [name, toStored(row[index], type)] as const);
      yield `${JSON.stringify(Object.fromEntries(values))}\n`;
    }
    if (rows.length < pageOf(table)) return;
    const last = rows.at(-1);
    after = keyAt.map((index, at) => {
      const column = table.key[at];
      return column === undefined ? null : fromStored(toStored(last?.[index], column.type), column.type, provider);
    });
  }
}

/** Stores rows of a backup. Columns that the backup does not have get their defaults. */
export async function insertRows(
  queryable: SqlQueryable,
  { table, rows, provider }: { table: Table; rows: readonly Record<string, unknown>[]; provider: Provider },
): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const columns = table.columns.filter(({ name }) => name in first);
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  const atOnce = Math.max(1, Math.floor(MAX_ARGUMENTS / columns.length));
  for (let from = 0; from < rows.length; from += atOnce) {
    const some = rows.slice(from, from + atOnce);
    const tuples = some.map((_, index) => `(${marks(columns.length, index * columns.length + 1, provider)})`);
    await queryable.executeRaw({
      sql: `INSERT INTO ${quoted(table.name)} (${names}) VALUES ${tuples.join(', ')}`,
      args: some.flatMap((row) => columns.map(({ name, type }) => fromStored(row[name] ?? null, type, provider))),
      argTypes: some.flatMap(() => columns.map(argType)),
    });
  }
}

/** How many rows a table has. */
export async function countRows(queryable: SqlQueryable, table: Table): Promise<number> {
  const { rows } = await queryable.queryRaw({
    sql: `SELECT COUNT(*) FROM ${quoted(table.name)}`,
    args: [],
    argTypes: [],
  });
  return Number(rows[0]?.[0] ?? 0);
}
