import { keepColumns, ValueColumn } from './baseline-columns';
import {
  BaselineFault,
  type KeptFeature,
  readBound,
  readCount,
  readName,
  shown,
  toCategories,
  toHistogram,
} from './baseline-content';
import { needSome, type ParsedBaseline, parseCsv } from './baseline-csv';

const FORMS =
  'Expected {"features": {NAME: {"buckets": [{"le": 10, "count": 5}, …]} or {"categories": {…}} or [values]}}, or a list of rows.';

/**
 * A baseline of JSON or CSV, told apart by how it begins. Throws BaselineFault with a sentence that names the place. The
 * names in a file are only ever keys of maps: `__proto__` is a feature like any other.
 */
export function parseBaseline(text: string, maxFeatures: number): ParsedBaseline {
  const begins = text.replace(/^\uFEFF/, '').trimStart();
  if (begins === '') throw new BaselineFault('The file is empty.');
  if (!/^[{[]/.test(begins)) return parseCsv(text, maxFeatures);
  let parsed: unknown;
  try {
    parsed = JSON.parse(begins);
  } catch (cause) {
    throw new BaselineFault(`This is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return Array.isArray(parsed) ? rowsOfJson(parsed, maxFeatures) : featuresOfJson(parsed, maxFeatures);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of rows, as data frames write themselves: [{"amount": 5, "country": "DE"}, …]. */
function rowsOfJson(rows: readonly unknown[], maxFeatures: number): ParsedBaseline {
  const columns = new Map<string, ValueColumn>();
  for (const [i, row] of rows.entries()) {
    if (!isRecord(row)) throw new BaselineFault(`Row ${i + 1} is not an object of features. ${FORMS}`);
    for (const [key, value] of Object.entries(row)) {
      const name = readName(key, `Row ${i + 1}`);
      let column = columns.get(name);
      if (column === undefined) {
        if (columns.size >= maxFeatures) throw new BaselineFault(`There are more than ${maxFeatures} features.`);
        column = new ValueColumn(name);
        // A feature that the rows before did not have was missing in them.
        column.skip(i);
        columns.set(name, column);
      }
      column.add(value, `Row ${i + 1}`);
    }
    for (const [name, column] of columns) if (!Object.hasOwn(row, name)) column.skip(1);
  }
  const notes: string[] = [];
  return { format: 'json-values', features: keepColumns([...needSome([...columns.values()])], notes), notes };
}

function featuresOfJson(parsed: unknown, maxFeatures: number): ParsedBaseline {
  const held = isRecord(parsed) && Object.hasOwn(parsed, 'features') ? parsed.features : null;
  const entries: [string, unknown][] = Array.isArray(held)
    ? held.map((one, i) => {
        if (!isRecord(one) || typeof one.name !== 'string') throw new BaselineFault(`Feature ${i + 1} has no name.`);
        return [one.name, one];
      })
    : isRecord(held)
      ? Object.entries(held)
      : [];
  if (held === null || (!Array.isArray(held) && !isRecord(held)))
    throw new BaselineFault(`It has no features. ${FORMS}`);
  if (entries.length > maxFeatures) throw new BaselineFault(`There are more than ${maxFeatures} features.`);
  needSome(entries);
  const names = new Set<string>();
  const raw: ValueColumn[] = [];
  const shaped: KeptFeature[] = [];
  for (const [key, value] of entries) {
    const name = readName(key, 'features');
    if (names.has(name)) throw new BaselineFault(`${shown(name)} is there twice.`);
    names.add(name);
    const values = Array.isArray(value) ? value : isRecord(value) && Array.isArray(value.values) ? value.values : null;
    if (values === null) shaped.push(featureOfJson(name, value));
    else {
      const column = new ValueColumn(name);
      for (const [i, one] of values.entries()) column.add(one, `${shown(name)}, value ${i + 1}`);
      raw.push(column);
    }
  }
  const notes: string[] = [];
  const kept = [...shaped, ...keepColumns(raw, notes)];
  return { format: shaped.length === 0 ? 'json-values' : 'json-histogram', features: kept, notes };
}

function featureOfJson(name: string, value: unknown): KeptFeature {
  const where = shown(name);
  if (!isRecord(value)) throw new BaselineFault(`${where} is neither an object nor a list of values. ${FORMS}`);
  const { buckets, bounds, counts, categories, missing, observed } = value;
  const histogram = Array.isArray(buckets)
    ? toHistogram(
        buckets.map((bucket, i) => pointOf(bucket, `${where}, bucket ${i + 1}`)),
        where,
      )
    : Array.isArray(bounds) && Array.isArray(counts)
      ? plainHistogram(bounds, counts, where)
      : null;
  const named = isRecord(categories)
    ? new Map(
        Object.entries(categories).map(([category, count]) => [
          category,
          readCount(count, `${where}, ${shown(category)}`),
        ]),
      )
    : null;
  if (histogram === null && named === null) {
    throw new BaselineFault(`${where} has no buckets, bounds with counts, categories or values. ${FORMS}`);
  }
  const lost = missing === undefined ? null : readCount(missing, `${where}, missing`);
  const total = histogram?.cumulative.at(-1) ?? [...(named?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  const seen = observed === undefined ? total + (lost ?? 0) : readCount(observed, `${where}, observed`);
  if (lost !== null && lost > seen)
    throw new BaselineFault(`${where}: more values are missing (${lost}) than were observed (${seen}).`);
  return {
    name,
    histogram,
    values: null,
    categories: named === null ? null : toCategories(named),
    missing: lost === null ? null : { missing: lost, observed: seen },
  };
}

function pointOf(bucket: unknown, where: string): { bound: number; count: number } {
  if (!isRecord(bucket)) throw new BaselineFault(`${where} is not {"le": …, "count": …}.`);
  return { bound: readBound(bucket.le, where), count: readCount(bucket.count, where) };
}

/** Finite bounds with counts per bin, one more than there are bounds: what lies beyond the last comes last. */
function plainHistogram(bounds: readonly unknown[], counts: readonly unknown[], where: string) {
  if (counts.length !== bounds.length + 1) {
    throw new BaselineFault(
      `${where} has ${counts.length} counts for ${bounds.length} bounds; one more than bounds is needed.`,
    );
  }
  let sum = 0;
  const points = [...bounds, '+Inf'].map((bound, i) => {
    sum += readCount(counts[i], `${where}, count ${i + 1}`);
    return { bound: readBound(bound, `${where}, bound ${i + 1}`), count: sum };
  });
  const finite = points.slice(0, -1).map((point) => point.bound);
  if (finite.some((bound, i) => i > 0 && bound <= (finite[i - 1] ?? 0))) {
    throw new BaselineFault(`${where}: its bounds do not ascend.`);
  }
  return toHistogram(points, where);
}
