import Papa from 'papaparse';
import type { BaselineFormat } from '@/lib/contracts/drift-baseline';
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

/** Columns of a table of histograms; any other table is one of raw values, a column for each feature. */
const KNOWN = new Set(['feature', 'le', 'category', 'count', 'missing', 'observed']);

export interface ParsedBaseline {
  format: BaselineFormat;
  features: KeptFeature[];
  notes: string[];
}

/**
 * A baseline as CSV: `feature,le,count` and `feature,category,count` (cumulative counts up to le, with +Inf; counts by
 * category), or raw values under the names of the features. Throws BaselineFault with the line.
 */
export function parseCsv(text: string, maxFeatures: number): ParsedBaseline {
  let header: string[] | null = null;
  let reader: { row: (cells: readonly string[], line: number) => void; end: () => ParsedBaseline } | null = null;
  let line = 0;
  Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), {
    skipEmptyLines: false,
    step: ({ data }) => {
      line += 1;
      if (data.length === 1 && (data[0] ?? '').trim() === '') return;
      if (header === null || reader === null) {
        header = data.map((name) => name.trim());
        reader = readerOf(header, maxFeatures);
        return;
      }
      if (data.length !== header.length) {
        throw new BaselineFault(`Line ${line} has ${data.length} cells where the header has ${header.length}.`);
      }
      reader.row(data, line);
    },
  });
  // Assigned in the callback, which the compiler does not follow.
  const made = reader as { end: () => ParsedBaseline } | null;
  if (made === null) throw new BaselineFault('The file is empty.');
  return made.end();
}

function readerOf(header: readonly string[], maxFeatures: number) {
  const names = header.map((name) => name.toLowerCase());
  if (names.includes('feature') || (names.includes('le') && names.includes('count')))
    return histogramReader(names, maxFeatures);
  return valuesReader(header, maxFeatures);
}

function histogramReader(names: readonly string[], maxFeatures: number) {
  const lacking = ['feature', 'count'].filter((name) => !names.includes(name));
  if (lacking.length > 0 || !(names.includes('le') || names.includes('category'))) {
    const needs =
      lacking.length > 0
        ? `has no column ${lacking.join(' and no ')}`
        : 'has neither a column le nor a column category';
    throw new BaselineFault(
      `The header ${needs}. A table of histograms has feature,le,count or feature,category,count; a table of values has the names of the features.`,
    );
  }
  const unknown = names.find((name) => !KNOWN.has(name));
  if (unknown !== undefined)
    throw new BaselineFault(`The header has a column ${shown(unknown)}, which a table of histograms does not.`);
  const at = (name: string) => names.indexOf(name);
  const features = new Map<string, { points: { bound: number; count: number }[]; categories: Map<string, number> }>();
  return {
    row: (cells: readonly string[], line: number) => {
      const where = `Line ${line}`;
      const name = readName(cells[at('feature')] ?? '', where);
      const own = features.get(name) ?? { points: [], categories: new Map<string, number>() };
      features.set(name, own);
      if (features.size > maxFeatures) throw new BaselineFault(`There are more than ${maxFeatures} features.`);
      const count = readCount(cells[at('count')], where);
      const le = at('le') === -1 ? '' : (cells[at('le')] ?? '').trim();
      if (le !== '') {
        own.points.push({ bound: readBound(le, where), count });
        return;
      }
      if (at('category') === -1) throw new BaselineFault(`${where} has no upper bound in le.`);
      const category = cells[at('category')] ?? '';
      if (own.categories.has(category))
        throw new BaselineFault(`${where}: ${shown(name)} has the category ${shown(category)} twice.`);
      own.categories.set(category, count);
    },
    end: (): ParsedBaseline => ({
      format: 'csv-histogram',
      notes: [],
      features: needSome([...features]).map(([name, { points, categories }]) => {
        if (points.length > 0 && categories.size > 0)
          throw new BaselineFault(`${shown(name)} has both upper bounds and categories.`);
        return {
          name,
          histogram: points.length > 0 ? toHistogram(points, shown(name)) : null,
          values: null,
          categories: categories.size > 0 ? toCategories(categories) : null,
          missing: null,
        };
      }),
    }),
  };
}

function valuesReader(header: readonly string[], maxFeatures: number) {
  if (header.length > maxFeatures) throw new BaselineFault(`There are more than ${maxFeatures} features.`);
  if (header.every((name) => name !== '' && Number.isFinite(Number(name)))) {
    throw new BaselineFault(
      `The first line has numbers where the names of the features belong: ${header.slice(0, 5).map(shown).join(', ')}.`,
    );
  }
  const columns = header.map((name) => new ValueColumn(readName(name, 'The header')));
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new BaselineFault(`The header has ${shown(name)} twice.`);
    names.add(name);
  }
  let rows = 0;
  return {
    row: (cells: readonly string[], line: number) => {
      rows += 1;
      for (const [i, column] of columns.entries()) column.add(cells[i] ?? '', `Line ${line}`);
    },
    end: (): ParsedBaseline => {
      if (rows === 0) throw new BaselineFault('There is a header and no line of values.');
      const notes: string[] = [];
      return { format: 'csv-values', features: keepColumns(columns, notes), notes };
    },
  };
}

/** At least one feature, or a fault. */
export function needSome<T>(features: readonly T[]): readonly T[] {
  if (features.length === 0) throw new BaselineFault('There is no feature in it.');
  return features;
}
