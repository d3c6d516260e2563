import 'server-only';
import { z } from 'zod';

/** Column types of the schema that a backup can hold; another one in the schema is refused, which a test shows. */
const COLUMN_TYPES = ['String', 'Int', 'BigInt', 'Float', 'Boolean', 'Bytes'] as const;
const ColumnType = z.enum(COLUMN_TYPES);
export type ColumnType = z.infer<typeof ColumnType>;

export interface Column {
  name: string;
  type: ColumnType;
}

export interface Table {
  name: string;
  columns: readonly Column[];
  /** Columns of the primary key, by which rows are ordered. */
  key: readonly Column[];
}

/**
 * The tables of a Prisma schema, those that others refer to first: in this order they can be filled. Every model is one,
 * so that a table added later is in the next backup. Throws for a schema that a backup could not hold as a whole.
 */
export function readTables(schema: string): Table[] {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => ({
    name,
    lines: body.split('\n').map((line) => line.trim()),
  }));
  const names = new Set(models.map(({ name }) => name));
  const read = models.map(({ name, lines }) => {
    if (lines.some((line) => /@@?map\(/.test(line)))
      throw new Error(`${name} has a mapped name, which a backup does not know`);
    const fields = lines.flatMap((line) => {
      const [, field = '', type = '', list = ''] = /^(\w+)\s+(\w+)(\[\])?/.exec(line) ?? [];
      return field === '' ? [] : [{ name: field, type, isList: list !== '', line }];
    });
    const parents = fields
      .filter(({ type, line }) => names.has(type) && line.includes('fields:'))
      .map(({ type }) => type);
    const columns = fields
      .filter(({ type }) => !names.has(type))
      .map(({ name: column, type, isList }): Column => {
        const known = ColumnType.safeParse(type);
        if (!known.success || isList) throw new Error(`${name}.${column} is of a type that a backup does not know`);
        return { name: column, type: known.data };
      });
    const composite = /^@@id\(\[([\w, ]+)\]\)/.exec(lines.find((line) => line.startsWith('@@id(')) ?? '')?.[1];
    const keyNames = composite?.split(',').map((part) => part.trim()) ?? [
      fields.find(({ line }) => /\s@id\b/.test(line))?.name ?? '',
    ];
    const key = keyNames.flatMap((keyName) => columns.filter((column) => column.name === keyName));
    if (key.length !== keyNames.length) throw new Error(`${name} has no primary key`);
    return { table: { name, columns, key }, parents };
  });
  return parentsFirst(read);
}

function parentsFirst(models: readonly { table: Table; parents: readonly string[] }[]): Table[] {
  const placed: Table[] = [];
  const isPlaced = (name: string) => placed.some((table) => table.name === name);
  while (placed.length < models.length) {
    const next = models.find(({ table, parents }) => !isPlaced(table.name) && parents.every(isPlaced));
    if (next === undefined)
      throw new Error('tables refer to each other in a circle, which a backup could not fill again');
    placed.push(next.table);
  }
  return placed;
}

type Stored = string | number | boolean | null;

/** A value as a database gives it, as the one JSON value that stands for it in every backup. */
export function toStored(value: unknown, type: ColumnType): Stored {
  if (value === null || value === undefined) return null;
  if (type === 'String') return String(value);
  if (type === 'BigInt') return String(value);
  if (type === 'Boolean') return value === true || value === 1 || value === '1';
  if (type === 'Int' || type === 'Float') return Number(value);
  return bytesOf(value).toString('base64');
}

function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (Array.isArray(value)) return Buffer.from(value.map(Number));
  throw new Error('a column of bytes holds something else');
}

/** A stored value as an argument of SQL. SQLite has no booleans of its own. */
export function fromStored(
  value: unknown,
  type: ColumnType,
  provider: 'sqlite' | 'postgresql',
): Stored | Buffer | bigint {
  if (value === null) return null;
  if (type === 'String') return String(value);
  if (type === 'BigInt') return BigInt(String(value));
  if (type === 'Boolean') return provider === 'sqlite' ? Number(value === true) : value === true;
  if (type === 'Bytes') return Buffer.from(String(value), 'base64');
  return Number(value);
}
