import {
  BaselineFault,
  KEPT_IN_ALL,
  KEPT_VALUES,
  type KeptFeature,
  shown,
  toCategories,
  toKeptValues,
} from './baseline-content';

/** Raw values of features, row by row, on their way to ordered values and counts. */

/** Text that means "missing" in files of any tool. */
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none']);
/** Numbers with so few values may be counted as categories elsewhere, so they are kept as both. */
const FEW_VALUES = 50;
const MAX_DISTINCT = 100_000;

/** One feature's values as they come. */
export class ValueColumn {
  private numbers: number[] = [];
  private readonly counts = new Map<string, number>();
  private missing = 0;
  private texts = 0;

  constructor(readonly name: string) {}

  /** A cell of a table or a value of JSON. Throws BaselineFault for what is no value. */
  add(value: unknown, where: string): void {
    if (
      value === null ||
      value === undefined ||
      (typeof value === 'string' && MISSING.has(value.trim().toLowerCase()))
    ) {
      this.missing += 1;
      return;
    }
    if (typeof value === 'boolean') this.count(String(value), true);
    else if (typeof value === 'number') this.number(value, where);
    else if (typeof value === 'string') this.text(value.trim(), where);
    else throw new BaselineFault(`${where}: ${shown(this.name)} holds neither a number nor a text.`);
  }

  /** Rows that do not have the feature at all. */
  skip(rows: number): void {
    this.missing += rows;
  }

  private text(text: string, where: string): void {
    if (/^[+-]?inf(inity)?$/i.test(text)) {
      throw new BaselineFault(`${where}: ${shown(this.name)} is ${text}, which is not a finite number.`);
    }
    const parsed = Number(text);
    if (Number.isFinite(parsed)) this.number(parsed, where);
    else this.count(text, true);
  }

  private number(value: number, where: string): void {
    if (!Number.isFinite(value)) throw new BaselineFault(`${where}: ${shown(this.name)} is not a finite number.`);
    this.numbers.push(value);
    this.count(String(value), false);
  }

  private count(text: string, isText: boolean): void {
    if (isText) this.texts += 1;
    const known = this.counts.get(text);
    if (known !== undefined) this.counts.set(text, known + 1);
    else if (this.counts.size < MAX_DISTINCT) this.counts.set(text, 1);
  }

  /** The feature as it is kept; `most` bounds its ordered values. */
  keep(most: number, notes: string[]): KeptFeature {
    const observed = this.missing + this.texts + this.numbers.length;
    const missing = { missing: this.missing, observed };
    const isNumeric = this.texts === 0 && this.numbers.length > 0;
    if (!isNumeric && this.numbers.length > 0) {
      notes.push(`${shown(this.name)} holds numbers and texts, so all are taken as categories.`);
    }
    const isCounted = !isNumeric ? this.counts.size > 0 : this.counts.size <= FEW_VALUES;
    return {
      name: this.name,
      histogram: null,
      values: isNumeric ? toKeptValues(Float64Array.from(this.numbers), most) : null,
      categories: isCounted ? toCategories(this.counts) : null,
      missing,
    };
  }
}

/** Ordered values kept of each of so many features. */
const keptPerFeature = (features: number): number =>
  Math.max(50, Math.min(KEPT_VALUES, Math.floor(KEPT_IN_ALL / Math.max(1, features))));

/** Columns as they are kept. */
export const keepColumns = (columns: readonly ValueColumn[], notes: string[]): KeptFeature[] =>
  columns.map((column) => column.keep(keptPerFeature(columns.length), notes));
