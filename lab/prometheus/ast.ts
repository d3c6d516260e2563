import type { Matcher } from '../stores';

/** A place in the query text: offsets of the first character and of the one after the last. */
export interface Span {
  from: number;
  to: number;
}

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | 'and'
  | 'or'
  | 'unless';

export interface NumberLiteral extends Span {
  kind: 'number';
  value: number;
}

export interface StringLiteral extends Span {
  kind: 'string';
  value: string;
}

export interface Paren extends Span {
  kind: 'paren';
  inner: Expr;
}

export interface Unary extends Span {
  kind: 'unary';
  op: '+' | '-';
  inner: Expr;
}

/** `@ 17.5` in milliseconds, or one of the ends of the query. */
export type At = number | 'start' | 'end';

export interface Selector extends Span {
  kind: 'selector';
  /** The metric name outside the braces; '' without one. It is among the matchers too. */
  name: string;
  matchers: Matcher[];
  offsetMs: number;
  at: At | null;
}

export interface Matrix extends Span {
  kind: 'matrix';
  selector: Selector;
  rangeMs: number;
}

export interface Subquery extends Span {
  kind: 'subquery';
  inner: Expr;
  rangeMs: number;
  /** Null: the default step of the server. */
  stepMs: number | null;
  offsetMs: number;
  at: At | null;
}

export interface Matching {
  on: boolean;
  labels: string[];
  group: 'left' | 'right' | null;
  include: string[];
}

export interface Binary extends Span {
  kind: 'binary';
  op: BinaryOp;
  opSpan: Span;
  left: Expr;
  right: Expr;
  bool: boolean;
  /** Null where no `on` or `ignoring` was written. */
  matching: Matching | null;
}

export interface Aggregate extends Span {
  kind: 'aggregate';
  op: string;
  without: boolean;
  labels: string[];
  /** False where neither `by` nor `without` was written. */
  grouped: boolean;
  parameter: Expr | null;
  inner: Expr;
}

export interface Call extends Span {
  kind: 'call';
  name: string;
  args: Expr[];
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | Paren
  | Unary
  | Selector
  | Matrix
  | Subquery
  | Binary
  | Aggregate
  | Call;

/** Operators that filter, unless `bool` makes them 0 or 1. */
export const isComparison = (op: BinaryOp): boolean => ['==', '!=', '>', '<', '>=', '<='].includes(op);

/** Operators on whole series, between vectors alone. */
export const isSetOperator = (op: BinaryOp): boolean => ['and', 'or', 'unless'].includes(op);

/** The expression inside any parentheses. */
export function unwrap(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren') inner = inner.inner;
  return inner;
}

/** The selectors of an expression, from left to right. */
export function selectorsOf(expr: Expr): Selector[] {
  switch (expr.kind) {
    case 'selector':
      return [expr];
    case 'matrix':
      return [expr.selector];
    case 'paren':
    case 'unary':
    case 'subquery':
      return selectorsOf(expr.inner);
    case 'binary':
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)];
    case 'aggregate':
      return [...(expr.parameter === null ? [] : selectorsOf(expr.parameter)), ...selectorsOf(expr.inner)];
    case 'call':
      return expr.args.flatMap(selectorsOf);
    default:
      return [];
  }
}
