import type { FieldKind } from '@/lib/contracts/log-filter';
import type { LogRow } from '@/lib/contracts/logs';
import { fieldsOf, type LineFields } from '@/lib/domain/log-fields';
import { ownValue } from '@/lib/domain/own-value';

const read = new WeakMap<LogRow, LineFields>();

/** Fields of a row's line, read once and only for rows that are looked at. */
export function lineFields(row: LogRow): LineFields {
  const held = read.get(row);
  if (held !== undefined) return held;
  const fields: LineFields =
    row.fields === null ? fieldsOf(row.line) : { format: 'json', fields: Object.entries(row.fields) };
  read.set(row, fields);
  return fields;
}

export interface RowField {
  name: string;
  value: string;
  kind: FieldKind;
}

/** Everything a row is described by: fields of the line, what the query found, metadata, labels. Each name once. */
export function allFields(row: LogRow): RowField[] {
  const { format, fields } = lineFields(row);
  const kind = format === 'logfmt' ? 'logfmt' : 'json';
  const all: RowField[] = [
    ...fields.map(([name, value]) => ({ name, value, kind }) as const),
    ...Object.entries(row.parsed).map(([name, value]) => ({ name, value, kind: 'label' }) as const),
    ...Object.entries(row.metadata).map(([name, value]) => ({ name, value, kind: 'meta' }) as const),
    ...Object.entries(row.labels).map(([name, value]) => ({ name, value, kind: 'label' }) as const),
  ];
  const seen = new Set<string>();
  return all.filter(({ name, value }) => {
    const key = `${name}\u0000${value}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** One field of a row by its name; the line's own goes first. Null where it has none. */
export function fieldOf(row: LogRow, name: string): string | null {
  const own = lineFields(row).fields.find(([each]) => each === name);
  return own?.[1] ?? ownValue(row.parsed, name) ?? ownValue(row.metadata, name) ?? ownValue(row.labels, name) ?? null;
}

/** The sets of a row in which an id may stand. */
export const idSets = (row: LogRow): Readonly<Record<string, string>>[] => [
  row.metadata,
  Object.fromEntries(lineFields(row).fields),
  row.parsed,
  row.labels,
];

/** Labels as the server takes them back: metadata besides, which Loki 2.9 mixes in. */
export const labelsText = (row: LogRow): string => JSON.stringify(row.labels);

/** Rows of all pages; the same line of two streams, on two pages, gets an id of its own. */
export function withOwnIds(pages: readonly (readonly LogRow[])[]): readonly LogRow[] {
  const [first] = pages;
  if (first !== undefined && pages.length === 1) return first;
  const times = new Map<string, number>();
  return pages.flatMap((rows) =>
    rows.map((row) => {
      const held = times.get(row.id) ?? 0;
      times.set(row.id, held + 1);
      if (held === 0) return row;
      const [base = row.id] = row.id.split('~');
      return { ...row, id: `${base}~${100 + held}` };
    }),
  );
}
