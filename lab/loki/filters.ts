import { parseGoDuration } from '../go/durations';
import type { LabelFilterExpr, Stage } from './ast';
import { parseError } from './errors';
import { ipMatcher } from './ip-range';
import type { LineLabels } from './labels';
import { parseBytes, parseGoFloat } from './literals';
import { anchoredRegex, searchRegex } from './regex';
import { compilePattern, matchesPattern } from './text-parsers';

export type LabelTest = (labels: LineLabels) => boolean;

function ipTest(pattern: string): (text: string) => boolean {
  try {
    return ipMatcher(pattern);
  } catch (error) {
    throw parseError(error instanceof Error ? error.message : 'ip: invalid pattern');
  }
}

/** One test for a line filter with its `or` alternatives; a negative filter passes when none of them is found. */
export function compileLineFilter(stage: Extract<Stage, { kind: 'line' }>): (line: string) => boolean {
  const wanted = stage.alternatives.map((alternative): ((line: string) => boolean) => {
    if (alternative.isIp) return ipTest(alternative.text);
    if (stage.op === '|~' || stage.op === '!~') {
      const regex = searchRegex(alternative.text);
      return (line) => regex.test(line);
    }
    if (stage.op === '|>' || stage.op === '!>') {
      const parts = compilePattern(alternative.text, 'line');
      return (line) => matchesPattern(parts, line);
    }
    return (line) => line.includes(alternative.text);
  });
  const isNegative = stage.op.startsWith('!');
  const [only] = wanted;
  if (only && wanted.length === 1) return isNegative ? (line) => !only(line) : only;
  return (line) => wanted.some((test) => test(line)) !== isNegative;
}

const READERS = { number: parseGoFloat, duration: parseGoDuration, bytes: parseBytes } as const;

function compare(op: string, a: number, b: number): boolean {
  switch (op) {
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '!=':
      return a !== b;
    default:
      return a === b;
  }
}

/**
 * A label filter. A missing label fails a comparison of numbers; a value that is no number keeps the line and marks it
 * with LabelFilterErr, as Loki does; a line already in error passes unless the filter is on the error itself.
 */
export function compileLabelFilter(filter: LabelFilterExpr): LabelTest {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [compileLabelFilter(filter.left), compileLabelFilter(filter.right)];
      return (labels) => left(labels) && right(labels);
    }
    case 'or': {
      const [left, right] = [compileLabelFilter(filter.left), compileLabelFilter(filter.right)];
      return (labels) => left(labels) || right(labels);
    }
    case 'string': {
      const { name, op, value } = filter;
      if (op === '=') return (labels) => (labels.get(name) ?? '') === value;
      if (op === '!=') return (labels) => (labels.get(name) ?? '') !== value;
      const regex = anchoredRegex(value);
      return (labels) => regex.test(labels.get(name) ?? '') === (op === '=~');
    }
    case 'ip': {
      const test = ipTest(filter.value);
      return (labels) => {
        if (labels.error !== '') return true;
        const value = labels.get(filter.name);
        return value !== undefined && test(value) === (filter.op === '=');
      };
    }
    default: {
      const read = READERS[filter.kind];
      return (labels) => {
        if (labels.error !== '') return true;
        const text = labels.get(filter.name);
        if (text === undefined) return false;
        const value = read(text);
        if (value !== null) return compare(filter.op, value, filter.value);
        labels.fail('LabelFilterErr', `cannot read ${JSON.stringify(text)} as ${filter.kind}`);
        return true;
      };
    }
  }
}

/** Names that a label filter reads. */
export function filterNames(filter: LabelFilterExpr): string[] {
  if ('left' in filter) return [...filterNames(filter.left), ...filterNames(filter.right)];
  return [filter.name];
}

/** Equalities every line must satisfy: those joined by `and` alone. */
export function requiredEqualities(filter: LabelFilterExpr): { name: string; value: string }[] {
  if (filter.kind === 'and') return [...requiredEqualities(filter.left), ...requiredEqualities(filter.right)];
  return filter.kind === 'string' && filter.op === '=' ? [{ name: filter.name, value: filter.value }] : [];
}
