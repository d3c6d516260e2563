import { quote } from '../go/strings';
import { labelsTest } from '../label-matchers';
import { type Binary, type Call, type Expr, isComparison, isSetOperator, type Selector, type ValueType } from './ast';
import { ParseError } from './errors';
import { SIGNATURES } from './signatures';

const NAMES: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};

/** How Prometheus' messages call a type. */
export const typeName = (type: ValueType): string => NAMES[type];

/**
 * What an expression gives, before anything is evaluated; a call of a function that nobody knows counts as a vector.
 */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'paren':
    case 'unary':
      return typeOf(expr.inner);
    case 'matrix':
    case 'subquery':
      return 'matrix';
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
    case 'call':
      return SIGNATURES.get(expr.name)?.returns ?? 'vector';
    default:
      return 'vector';
  }
}

/** Throws the ParseError that Prometheus' checkAST [promql/parser/parse.go] finds first. */
export function checkTypes(query: string, expr: Expr): void {
  const fail = (position: number, problem: string): never => {
    throw new ParseError(query, position, problem);
  };

  function expectType(node: Expr, wanted: ValueType, where: string): void {
    check(node);
    if (typeOf(node) !== wanted) {
      fail(node.from, `expected type ${typeName(wanted)} in ${where}, got ${typeName(typeOf(node))}`);
    }
  }

  function checkBinary(node: Binary): void {
    check(node.left);
    check(node.right);
    const left = typeOf(node.left);
    const right = typeOf(node.right);
    const set = isSetOperator(node.op);
    if (node.bool && !isComparison(node.op)) {
      fail(node.opSpan.from, 'bool modifier can only be used on comparison operators');
    }
    if (isComparison(node.op) && !node.bool && left === 'scalar' && right === 'scalar') {
      fail(node.opSpan.from, 'comparisons between scalars must use BOOL modifier');
    }
    const twice = node.matching?.on
      ? node.matching.labels.find((label) => node.matching?.include.includes(label))
      : undefined;
    if (twice !== undefined) {
      fail(node.opSpan.from, `label ${quote(twice)} must not occur in ON and GROUP clause at once`);
    }
    for (const [side, type] of [[node.left, left] as const, [node.right, right] as const]) {
      if (type !== 'scalar' && type !== 'vector') {
        fail(side.from, 'binary expression must contain only scalar and instant vector types');
      }
    }
    if (left !== 'vector' || right !== 'vector') {
      if ((node.matching?.labels.length ?? 0) > 0)
        fail(node.from, 'vector matching only allowed between instant vectors');
    } else if (set && node.matching?.group) {
      fail(node.from, `no grouping allowed for ${quote(node.op)} operation`);
    }
    if (set && (left === 'scalar' || right === 'scalar')) {
      fail(node.from, `set operator ${quote(node.op)} not allowed in binary scalar expression`);
    }
  }

  function checkCall(node: Call): void {
    const signature = SIGNATURES.get(node.name);
    if (signature === undefined)
      throw new ParseError(query, node.from, `unknown function with name ${quote(node.name)}`);
    const { args, variadic } = signature;
    const given = node.args.length;
    const least = variadic === 0 ? args.length : args.length - 1;
    if (variadic === 0 && given !== args.length) {
      fail(node.from, `expected ${args.length} argument(s) in call to ${quote(node.name)}, got ${given}`);
    }
    if (given < least)
      fail(node.from, `expected at least ${least} argument(s) in call to ${quote(node.name)}, got ${given}`);
    if (variadic > 0 && given > least + variadic) {
      fail(node.from, `expected at most ${least + variadic} argument(s) in call to ${quote(node.name)}, got ${given}`);
    }
    node.args.forEach((argument, index) => {
      const wanted = args[Math.min(index, args.length - 1)];
      if (wanted !== undefined) expectType(argument, wanted, `call to function ${quote(node.name)}`);
    });
  }

  function check(node: Expr): void {
    switch (node.kind) {
      case 'paren':
        check(node.inner);
        break;
      case 'unary': {
        check(node.inner);
        const type = typeOf(node.inner);
        if (type !== 'scalar' && type !== 'vector') {
          fail(
            node.from,
            `unary expression only allowed on expressions of type scalar or instant vector, got ${quote(typeName(type))}`,
          );
        }
        break;
      }
      case 'subquery':
        check(node.inner);
        if (typeOf(node.inner) !== 'vector') {
          fail(node.from, `subquery is only allowed on instant vector, got ${typeOf(node.inner)} instead`);
        }
        break;
      case 'matrix':
        check(node.selector);
        break;
      case 'binary':
        checkBinary(node);
        break;
      case 'call':
        checkCall(node);
        break;
      case 'aggregate':
        expectType(node.inner, 'vector', 'aggregation expression');
        if (node.parameter !== null) {
          expectType(node.parameter, node.op === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
        }
        break;
      case 'selector':
        checkSelector(node);
        break;
    }
  }

  function checkSelector(node: Selector): void {
    if (node.name !== '') {
      const other = node.matchers.slice(0, -1).find(({ name }) => name === '__name__');
      if (other !== undefined) {
        fail(node.from, `metric name must not be set twice: ${quote(node.name)} or ${quote(other.value)}`);
      }
    } else if (node.matchers.every((matcher) => labelsTest([matcher])({}))) {
      fail(node.from, 'vector selector must contain at least one non-empty matcher');
    }
  }

  check(expr);
}
