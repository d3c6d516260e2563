import { RE2JS } from 're2js';
import { quote } from '../go/strings';
import type { Labels } from '../stores';
import { type Column, mergeColumns } from './columns';
import { ExecutionError } from './errors';
import { withLabel } from './label-sets';

/** `$1`, `${1}`, `$name` and `$$` of Go's Regexp.Expand; a name that is no group is empty. */
function expand(template: string, group: (name: string) => string): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) =>
    whole === '$$' ? '$' : group(bare ?? braced ?? ''),
  );
}

/** label_replace(v, destination, replacement, source, pattern). */
export function labelReplace(columns: Column[], texts: readonly string[]): Column[] {
  const [destination = '', replacement = '', source = '', pattern = ''] = texts;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    throw new ExecutionError(`invalid regular expression in label_replace(): ${pattern}`);
  }
  if (destination === '') throw new ExecutionError(`invalid destination label name in label_replace(): ${destination}`);
  const named = compiled.namedGroups();
  const rename = (labels: Labels): Labels => {
    const matcher = compiled.matcher(labels[source] ?? '');
    if (!matcher.matches()) return labels;
    const value = expand(replacement, (name) => {
      const number = /^\d+$/.test(name) ? Number(name) : named[name];
      return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '');
    });
    return withLabel(labels, destination, value);
  };
  return mergeColumns(columns.map((column) => ({ ...column, labels: rename(column.labels) })));
}

/** label_join(v, destination, separator, sources…). */
export function labelJoin(columns: Column[], texts: readonly string[]): Column[] {
  const [destination = '', separator = '', ...sources] = texts;
  if (destination === '')
    throw new ExecutionError(`invalid destination label name in label_join(): ${quote(destination)}`);
  return mergeColumns(
    columns.map((column) => {
      const value = sources.map((source) => column.labels[source] ?? '').join(separator);
      return { ...column, labels: withLabel(column.labels, destination, value) };
    }),
  );
}

const collator = new Intl.Collator('en', { numeric: true });

/** sort_by_label and sort_by_label_desc: natural order of the labels in turn, then of the whole label set. */
export function sortByLabel(columns: Column[], names: readonly string[], descending: boolean): Column[] {
  const compare = (a: Column, b: Column): number => {
    for (const name of names) {
      const order = collator.compare(a.labels[name] ?? '', b.labels[name] ?? '');
      if (order !== 0) return order;
    }
    return 0;
  };
  return columns.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)));
}
