import { RE2JS } from 're2js';
import { arithmetic, isArithmetic } from './arithmetic';
import type { AttributeRef, CompareOp, FieldExpression } from './ast';
import { attributesOf } from './ast';
import type { Read } from './attribute';
import { compileAttribute } from './attribute';
import type { Static } from './static';
import { isNumeric, NIL, staticBool, staticKey } from './static';
import type { TraceView } from './trace-view';

/** Whether span number `index` satisfies a condition. */
export type Test = (view: TraceView, index: number) => boolean;

/** Reads an expression's value on a span; regular expressions and constants are prepared once. */
export function compileField(expression: FieldExpression): Read {
  switch (expression.node) {
    case 'static': {
      const { value } = expression;
      return () => value;
    }
    case 'unary': {
      const read = compileField(expression.expression);
      if (expression.op === '!') {
        return (view, index) => {
          const value = read(view, index);
          return value.type === 'bool' ? staticBool(!value.value) : NIL;
        };
      }
      return (view, index) => {
        const value = read(view, index);
        return isNumeric(value) ? { ...value, value: -value.value } : NIL;
      };
    }
    case 'binary': {
      const { op, left, right } = expression;
      if (isArithmetic(op)) {
        const readLeft = compileField(left);
        const readRight = compileField(right);
        return (view, index) => arithmetic(op, readLeft(view, index), readRight(view, index));
      }
      const test = compileTest(expression);
      return (view, index) => staticBool(test(view, index));
    }
    default:
      return compileAttribute(expression);
  }
}

/** A condition over spans. What is not a boolean, such as a missing attribute, is false. */
export function compileTest(expression: FieldExpression): Test {
  if (expression.node === 'binary' && !isArithmetic(expression.op)) {
    const { op, left, right } = expression;
    if (op === '&&' || op === '||') {
      const testLeft = compileTest(left);
      const testRight = compileTest(right);
      return op === '&&'
        ? (view, index) => testLeft(view, index) && testRight(view, index)
        : (view, index) => testLeft(view, index) || testRight(view, index);
    }
    const readLeft = compileField(left);
    if (right.node === 'static') {
      const accepts = compileComparison(op, right.value);
      return (view, index) => accepts(readLeft(view, index));
    }
    const readRight = compileField(right);
    return (view, index) => compare(op, readLeft(view, index), readRight(view, index));
  }
  const read = compileField(expression);
  return (view, index) => {
    const value = read(view, index);
    return value.type === 'bool' && value.value;
  };
}

/** A comparison with a constant on its right. */
export function compileComparison(op: CompareOp, constant: Static): (value: Static) => boolean {
  // Only equality with nil is defined, and only nil equals it.
  if (constant.type === 'nil')
    return (value) => (op === '=' ? value.type === 'nil' : op === '!=' && value.type !== 'nil');
  const accepts = compileScalarComparison(op, constant);
  const negative = op === '!=' || op === '!~';
  return (value) => {
    if (value.type !== 'array') return accepts(value);
    return value.value.length > 0 && (negative ? value.value.every(accepts) : value.value.some(accepts));
  };
}

function compileScalarComparison(op: CompareOp, constant: Static): (value: Static) => boolean {
  if (op === '=~' || op === '!~') {
    if (constant.type !== 'string') return () => false;
    const pattern = RE2JS.compile(constant.value);
    const wanted = op === '=~';
    return (value) => value.type === 'string' && pattern.matches(value.value) === wanted;
  }
  if (constant.type === 'string' && (op === '=' || op === '!=')) {
    const wanted = op === '=';
    return (value) => value.type === 'string' && (value.value === constant.value) === wanted;
  }
  return (value) => compare(op, value, constant);
}

/** Values of unlike types are neither equal nor unequal; integers, floats and durations compare as numbers. */
function compare(op: CompareOp, left: Static, right: Static): boolean {
  if (right.type === 'nil' || left.type === 'nil' || left.type === 'array') {
    if (left.type === 'array' && right.type !== 'array') return compileComparison(op, right)(left);
    if (left.type === 'nil' && right.type === 'nil') return op === '=';
    return op === '!=' && right.type === 'nil';
  }
  if (isNumeric(left) && isNumeric(right)) return ordered(op, left.value, right.value);
  if (left.type !== right.type) return false;
  if (op === '=~' || op === '!~') return compileScalarComparison(op, right)(left);
  if (left.type === 'string' && right.type === 'string') return ordered(op, left.value, right.value);
  if (op === '=') return staticKey(left) === staticKey(right);
  return op === '!=' && staticKey(left) !== staticKey(right);
}

/** Numbers by size, texts by UTF-16 code units; false for an operator that does not compare by order. */
export function ordered<T extends number | string>(op: CompareOp, left: T, right: T): boolean {
  switch (op) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return false;
  }
}

/** An attribute that the query fetches, and the test its column is fetched with; null fetches whatever is there. */
export interface Condition {
  attribute: AttributeRef;
  accepts: ((value: Static) => boolean) | null;
}

/**
 * What the storage engine fetches for an expression: an attribute compared with a constant comes back only where it
 * satisfies that comparison, any other attribute wherever it is present. Search answers show exactly these.
 */
export function conditionsOf(expression: FieldExpression): Condition[] {
  if (expression.node === 'binary') {
    const { op, left, right } = expression;
    if (op === '&&' || op === '||') return [...conditionsOf(left), ...conditionsOf(right)];
    if (!isArithmetic(op)) {
      if (isAttribute(left) && right.node === 'static') {
        return [{ attribute: left, accepts: compileComparison(op, right.value) }];
      }
      if (left.node === 'static' && isAttribute(right)) {
        const value = left.value;
        return [{ attribute: right, accepts: (candidate) => compare(op, value, candidate) }];
      }
    }
  }
  return attributesOf(expression).map((attribute) => ({ attribute, accepts: null }));
}

const isAttribute = (expression: FieldExpression): expression is AttributeRef =>
  expression.node === 'attribute' || expression.node === 'intrinsic';
