import { quote } from '../go/strings';
import type { Labels } from '../stores';

const keys = new WeakMap<Labels, string>();

/** One string for one label set, whatever the order of its properties; labels with an empty value do not count. */
export function labelKey(labels: Labels): string {
  const known = keys.get(labels);
  if (known !== undefined) return known;
  let key = '';
  for (const name of Object.keys(labels).sort()) if (labels[name] !== '') key += `${name}\u0001${labels[name]}\u0002`;
  keys.set(labels, key);
  return key;
}

const filtered = (labels: Labels, keep: (name: string) => boolean): Labels => {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(labels)) {
    const value = labels[name];
    if (value !== undefined && value !== '' && keep(name)) kept[name] = value;
  }
  return kept;
};

/** A copy with these labels alone; those with an empty value go, for to Prometheus they are not there. */
export const keepLabels = (labels: Labels, names: ReadonlySet<string>): Labels =>
  filtered(labels, (name) => names.has(name));

/** A copy without these labels; those with an empty value go, too. */
export const dropLabels = (labels: Labels, names: ReadonlySet<string>): Labels =>
  filtered(labels, (name) => !names.has(name));

const NAME: ReadonlySet<string> = new Set(['__name__']);

/** Without the name of the metric, as after most functions; the same object where it has none. */
export const dropName = (labels: Labels): Labels => ('__name__' in labels ? dropLabels(labels, NAME) : labels);

/** A copy with this label set, or without it where the value is empty. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  return value === '' ? dropLabels(labels, new Set([name])) : { ...labels, [name]: value };
}

/** Sorted by name and without empty values, as the API shows a label set. */
export function sortedLabels(labels: Labels): Record<string, string> {
  const sorted: Record<string, string> = {};
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name];
    if (value !== undefined && value !== '') sorted[name] = value;
  }
  return sorted;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of Prometheus' labels.Compare: pair by pair over sorted names, the shorter set first. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = Object.keys(a).sort();
  const right = Object.keys(b).sort();
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const leftName = left[index] ?? '';
    const rightName = right[index] ?? '';
    if (leftName !== rightName) return order(leftName, rightName);
    const compared = order(a[leftName] ?? '', b[rightName] ?? '');
    if (compared !== 0) return compared;
  }
  return left.length - right.length;
}

/** A label set as Prometheus prints it in messages: `{a="b", c="d"}`. */
export function printLabels(labels: Labels): string {
  const pairs = Object.entries(sortedLabels(labels)).map(([name, value]) => {
    return `${/^[a-zA-Z_]\w*$/.test(name) ? name : quote(name)}=${quote(value)}`;
  });
  return `{${pairs.join(', ')}}`;
}
