import type { Labels } from '../stores';
import { operate } from './arithmetic';
import { type Binary, isComparison } from './ast';
import { type Column, hasAny, mergeColumns, newColumn } from './columns';
import { ExecutionError } from './errors';
import { dropLabels, dropName, keepLabels, labelKey, printLabels, withLabel } from './label-sets';

/** The labels that two series must share, as `on` or `ignoring` say. */
function matchLabels(node: Binary): (labels: Labels) => Labels {
  if (node.matching?.on) {
    const names = new Set(node.matching.labels);
    return (labels) => keepLabels(labels, names);
  }
  const names = new Set([...(node.matching?.labels ?? []), '__name__']);
  return (labels) => dropLabels(labels, names);
}

function byMatch(columns: readonly Column[], match: (labels: Labels) => Labels): Map<string, Column[]> {
  const found = new Map<string, Column[]>();
  for (const column of columns) {
    const key = labelKey(match(column.labels));
    const siblings = found.get(key);
    if (siblings === undefined) found.set(key, [column]);
    else siblings.push(column);
  }
  return found;
}

/** `and`, `or` and `unless`: samples pass whole, by whether the other side has one of the same match. */
export function setOperation(node: Binary, left: Column[], right: Column[]): Column[] {
  const match = matchLabels(node);
  const gate = (columns: readonly Column[], others: readonly Column[], wanted: boolean): Column[] => {
    const found = byMatch(others, match);
    const kept: Column[] = [];
    for (const column of columns) {
      const siblings = found.get(labelKey(match(column.labels))) ?? [];
      const has = column.has.map((present, index) =>
        present === 1 && siblings.some((sibling) => sibling.has[index] === 1) === wanted ? 1 : 0,
      );
      if (has.includes(1)) kept.push({ ...column, has });
    }
    return kept;
  };
  if (node.op === 'and') return gate(left, right, true);
  if (node.op === 'unless') return gate(left, right, false);
  return mergeColumns([...left, ...gate(right, left, false)]);
}

function resultLabels(node: Binary, many: Labels, one: Labels): Labels {
  let labels = isComparison(node.op) ? many : dropName(many);
  const matching = node.matching;
  if (matching === null || matching.group === null) {
    if (matching?.on) labels = keepLabels(labels, new Set(matching.labels));
    else if (matching !== null) labels = dropLabels(labels, new Set(matching.labels));
  }
  for (const name of matching?.include ?? []) labels = withLabel(labels, name, one[name] ?? '');
  return node.bool ? dropName(labels) : labels;
}

/** The one series of a match at a time; two of them are an error, which names both. */
function only(
  candidates: readonly Column[],
  index: number,
  match: (labels: Labels) => Labels,
  side: string,
): Column | null {
  let found: Column | null = null;
  for (const candidate of candidates) {
    if (candidate.has[index] !== 1) continue;
    if (found !== null) {
      throw new ExecutionError(
        `found duplicate series for the match group ${printLabels(match(candidate.labels))} on the ${side} hand-side of the operation: [${printLabels(candidate.labels)}, ${printLabels(found.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    found = candidate;
  }
  return found;
}

/** Arithmetic and comparison between two instant vectors. */
export function vectorOperation(
  node: Binary,
  left: readonly Column[],
  right: readonly Column[],
  count: number,
): Column[] {
  const swapped = node.matching?.group === 'right';
  const grouped = node.matching?.group !== null && node.matching !== null;
  const [manySide, oneSide] = swapped ? [right, left] : [left, right];
  const match = matchLabels(node);
  const ones = byMatch(oneSide, match);
  const filters = isComparison(node.op) && !node.bool;
  for (const candidates of ones.values()) {
    // Prometheus refuses duplicates even where nothing matches them.
    if (candidates.length < 2) continue;
    for (let index = 0; index < count; index += 1) {
      if (manySide.some(({ has }) => has[index] === 1)) only(candidates, index, match, swapped ? 'left' : 'right');
    }
  }
  const results: Column[] = [];
  for (const [key, many] of byMatch(manySide, match)) {
    const candidates = ones.get(key) ?? [];
    const taken = new Uint8Array(count);
    for (const column of many) {
      // One column for each partner: what the partner's labels add may change over time.
      for (const partner of candidates) {
        const result = newColumn(resultLabels(node, column.labels, partner.labels), count);
        for (let index = 0; index < count; index += 1) {
          if (column.has[index] !== 1 || partner.has[index] !== 1) continue;
          const [a, b] = [column.values[index] ?? NaN, partner.values[index] ?? NaN];
          const value = swapped ? operate(node.op, b, a) : operate(node.op, a, b);
          if (filters && value === 0) continue;
          if (!grouped && taken[index] === 1) {
            throw new ExecutionError(
              'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
            );
          }
          taken[index] = 1;
          // A filter keeps the left value, whichever side is the many.
          result.values[index] = filters ? (swapped ? b : a) : value;
          result.has[index] = 1;
        }
        if (hasAny(result)) results.push(result);
      }
    }
  }
  try {
    return mergeColumns(results);
  } catch (error) {
    if (!(error instanceof ExecutionError) || !grouped) throw error;
    throw new ExecutionError('multiple matches for labels: grouping labels must ensure unique matches');
  }
}

/** An instant vector and a number at each time. `scalarLeft` says on which side the number stands. */
export function scalarOperation(
  node: Binary,
  columns: readonly Column[],
  scalars: Float64Array,
  scalarLeft: boolean,
): Column[] {
  const filters = isComparison(node.op) && !node.bool;
  const results: Column[] = [];
  for (const column of columns) {
    const result = newColumn(filters ? column.labels : dropName(column.labels), column.values.length);
    for (let index = 0; index < result.values.length; index += 1) {
      if (column.has[index] !== 1) continue;
      const value = column.values[index] ?? NaN;
      const scalar = scalars[index] ?? NaN;
      const outcome = scalarLeft ? operate(node.op, scalar, value) : operate(node.op, value, scalar);
      if (filters && outcome === 0) continue;
      result.values[index] = filters ? value : outcome;
      result.has[index] = 1;
    }
    if (hasAny(result)) results.push(result);
  }
  return mergeColumns(results);
}
