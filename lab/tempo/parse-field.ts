import { arithmetic, isArithmetic } from './arithmetic';
import type { AttributeRef, BinaryOp, FieldExpression, SpansetFilter } from './ast';
import { INTRINSICS } from './ast';
import { isNumeric, TRUE } from './static';
import type { TokenReader } from './token-reader';

/**
 * Binding powers as the server's grammar has them: `&&` and `||` share one level and associate to the left,
 * unary minus binds like `+`, and `!` between `+` and `*`.
 */
const POWER: Readonly<Record<string, number>> = {
  '&&': 1,
  '||': 1,
  '=': 2,
  '!=': 2,
  '<': 2,
  '<=': 2,
  '>': 2,
  '>=': 2,
  '=~': 2,
  '!~': 2,
  '+': 3,
  '-': 3,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};

/** Above every binary operator: an operand alone. */
export const TIGHTEST = 7;

const isBinaryOp = (text: string): text is BinaryOp => text in POWER;

/** `{ … }` with the reader at the brace; empty braces match every span. */
export function parseFilter(reader: TokenReader): SpansetFilter {
  reader.expect('{', false);
  if (reader.take('}')) return { node: 'filter', expression: { node: 'static', value: TRUE } };
  const expression = parseField(reader);
  reader.expect('}', false);
  return { node: 'filter', expression };
}

/**
 * Takes operators that bind more tightly than `minPower` and stops before any other token. Throws TraceqlError where
 * an operand is missing.
 */
export function parseField(reader: TokenReader, minPower = 0): FieldExpression {
  let left = parseUnary(reader);
  for (;;) {
    const token = reader.peek();
    if (token.kind !== 'symbol' || !isBinaryOp(token.text)) return left;
    const power = POWER[token.text] ?? 0;
    if (power <= minPower) return left;
    reader.next();
    // Only the power operator associates to the right.
    const right = parseField(reader, token.text === '^' ? power - 1 : power);
    left = folded({ node: 'binary', op: token.text, left, right });
  }
}

/** Arithmetic between numbers is done once, so `duration > 2 * 1s` is a comparison with a constant. */
function folded(expression: Extract<FieldExpression, { node: 'binary' }>): FieldExpression {
  const { op, left, right } = expression;
  if (!isArithmetic(op) || left.node !== 'static' || right.node !== 'static') return expression;
  const value = arithmetic(op, left.value, right.value);
  return value.type === 'nil' ? expression : { node: 'static', value };
}

function parseUnary(reader: TokenReader): FieldExpression {
  if (reader.take('-')) {
    const expression = parseField(reader, 3);
    if (expression.node === 'static' && isNumeric(expression.value)) {
      return { node: 'static', value: { ...expression.value, value: -expression.value.value } };
    }
    return { node: 'unary', op: '-', expression };
  }
  if (reader.take('!')) return { node: 'unary', op: '!', expression: parseField(reader, 4) };
  if (reader.take('(')) {
    const inner = parseField(reader);
    reader.expect(')', false);
    return inner;
  }
  const token = reader.peek();
  if (token.kind === 'static') {
    reader.next();
    return { node: 'static', value: token.value };
  }
  const attribute = takeAttribute(reader);
  if (attribute === null) throw reader.unexpected();
  return attribute;
}

function takeAttribute(reader: TokenReader): AttributeRef | null {
  const token = reader.peek();
  if (token.kind === 'attribute') {
    reader.next();
    return { node: 'attribute', scope: token.scope, parent: token.parent, name: token.name };
  }
  const intrinsic = token.kind === 'intrinsic' ? INTRINSICS.get(token.text) : undefined;
  if (intrinsic === undefined) return null;
  reader.next();
  return { node: 'intrinsic', intrinsic, spelling: token.text };
}

/** An attribute or intrinsic; throws TraceqlError at any other token. */
export function parseAttribute(reader: TokenReader): AttributeRef {
  const attribute = takeAttribute(reader);
  if (attribute === null) throw reader.unexpected();
  return attribute;
}

/** `(a, b, …)` with the reader at the parenthesis. */
export function parseAttributeList(reader: TokenReader): AttributeRef[] {
  reader.expect('(');
  const attributes = [parseAttribute(reader)];
  while (reader.take(',')) attributes.push(parseAttribute(reader));
  reader.expect(')', false);
  return attributes;
}
