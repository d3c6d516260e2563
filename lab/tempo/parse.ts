import type {
  AggregateName,
  ArithmeticOp,
  CompareOp,
  Pipeline,
  PipelineElement,
  Relation,
  RootExpression,
  ScalarExpression,
  SpansetExpression,
  SpansetOperation,
} from './ast';
import { parseError } from './lexer';
import { parseAttributeList, parseField, parseFilter } from './parse-field';
import { atMetric, parseMetric, parseSecondStages } from './parse-metrics';
import type { Static } from './static';
import { TokenReader } from './token-reader';
import { validate } from './validate';

/** The server refuses longer expressions before it parses them. */
const MAX_QUERY_BYTES = 128 * 1024;

/**
 * The typed form of a TraceQL query of Tempo 3.0. Throws TraceqlError in the server's words.
 * The published editor grammar is not used: it knows no `.5`, `1h2m`, `nestedSetParent`, `childCount`, thresholds on
 * metrics nor most hints, drops `!` and unary minus, and gives every binary operator one precedence.
 */
export function parseTraceql(query: string): RootExpression {
  if (Buffer.byteLength(query) > MAX_QUERY_BYTES) {
    throw parseError(query, 0, `query expression exceeds maximum size of ${MAX_QUERY_BYTES} bytes`);
  }
  const reader = new TokenReader(query);
  const pipeline = parsePipeline(reader);
  const metrics = atMetric(reader) ? parseMetric(reader) : null;
  const secondStages = metrics === null ? [] : parseSecondStages(reader, metrics.metric === 'compare');
  const hints = parseHints(reader);
  if (reader.peek().kind !== 'end') throw reader.unexpected();
  const root: RootExpression = { pipeline, metrics, secondStages, hints };
  validate(root);
  return root;
}

/** Elements between pipes; stops before a metrics function, which only the root may hold. */
function parsePipeline(reader: TokenReader): Pipeline {
  const elements = [parseElement(reader)];
  while (reader.take('|')) {
    if (atMetric(reader)) break;
    elements.push(parseElement(reader));
  }
  return { node: 'pipeline', elements };
}

const AGGREGATES: Readonly<Record<string, AggregateName>> = {
  count: 'count',
  min: 'min',
  max: 'max',
  sum: 'sum',
  avg: 'avg',
};

function parseElement(reader: TokenReader): PipelineElement {
  const token = reader.peek();
  if (token.kind === 'word' && token.text === 'by') {
    reader.next();
    reader.expect('(');
    const by = parseField(reader);
    reader.expect(')', false);
    return { node: 'group', by };
  }
  if (token.kind === 'word' && token.text === 'select') {
    reader.next();
    return { node: 'select', fields: parseAttributeList(reader) };
  }
  if (token.kind === 'word' && token.text === 'coalesce') {
    reader.next();
    reader.expect('(');
    reader.expect(')');
    return { node: 'coalesce' };
  }
  return atScalar(reader) ? parseScalarFilter(reader) : parseSpanset(reader);
}

/** Whether a scalar filter begins here, behind any number of parentheses. */
function atScalar(reader: TokenReader): boolean {
  let ahead = 0;
  while (reader.peek(ahead).kind === 'symbol' && reader.peek(ahead).text === '(') ahead++;
  const token = reader.peek(ahead);
  return token.kind === 'static' || token.text === '-' || (token.kind === 'word' && token.text in AGGREGATES);
}

const SPANSET_OPS: ReadonlyMap<string, Pick<SpansetOperation, 'op' | 'variant'>> = new Map<
  string,
  Pick<SpansetOperation, 'op' | 'variant'>
>([
  ['&&', { op: '&&', variant: 'plain' }],
  ['||', { op: '||', variant: 'plain' }],
  ...(['>', '>>', '<', '<<', '~'] satisfies Relation[]).flatMap(
    (op): [string, Pick<SpansetOperation, 'op' | 'variant'>][] => [
      [op, { op, variant: 'plain' }],
      [`!${op}`, { op, variant: 'not' }],
      [`&${op}`, { op, variant: 'union' }],
    ],
  ),
]);

/** `&&` and `||` share one level below the structural operators; all associate to the left. */
function parseSpanset(reader: TokenReader, minPower = 0): SpansetExpression {
  let left = parseSpansetTerm(reader);
  for (;;) {
    const token = reader.peek();
    const operation = token.kind === 'symbol' ? SPANSET_OPS.get(token.text) : undefined;
    if (operation === undefined) return left;
    const power = operation.op === '&&' || operation.op === '||' ? 1 : 2;
    if (power <= minPower) return left;
    reader.next();
    left = { node: 'operation', ...operation, left, right: parseSpanset(reader, power) };
  }
}

function parseSpansetTerm(reader: TokenReader): SpansetExpression {
  if (reader.take('(')) {
    const inner = parsePipeline(reader);
    reader.expect(')', false);
    const [only] = inner.elements;
    const isExpression = only?.node === 'filter' || only?.node === 'operation' || only?.node === 'pipeline';
    return inner.elements.length === 1 && isExpression ? only : inner;
  }
  return parseFilter(reader);
}

const isCompareOp = (text: string): text is CompareOp => ['=', '!=', '<', '<=', '>', '>='].includes(text);

function parseScalarFilter(reader: TokenReader): PipelineElement {
  const left = parseScalar(reader);
  const { kind, text } = reader.peek();
  if (kind !== 'symbol' || !isCompareOp(text)) throw reader.unexpected();
  reader.next();
  return { node: 'scalarFilter', op: text, left, right: parseScalar(reader) };
}

const SCALAR_POWER: Readonly<Record<ArithmeticOp, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 };
const isArithmetic = (text: string): text is ArithmeticOp => text in SCALAR_POWER;

function parseScalar(reader: TokenReader, minPower = 0): ScalarExpression {
  let left = parseScalarTerm(reader);
  for (;;) {
    const { kind, text } = reader.peek();
    if (kind !== 'symbol' || !isArithmetic(text)) return left;
    const power = SCALAR_POWER[text];
    if (power <= minPower) return left;
    reader.next();
    left = { node: 'scalar', op: text, left, right: parseScalar(reader, text === '^' ? power - 1 : power) };
  }
}

function parseScalarTerm(reader: TokenReader): ScalarExpression {
  if (reader.take('(')) {
    const inner = parseScalar(reader);
    reader.expect(')', false);
    return inner;
  }
  const token = reader.peek();
  if (token.kind === 'static') {
    reader.next();
    return { node: 'static', value: token.value };
  }
  if (token.text === '-') {
    const value = parseField(reader, 5);
    if (value.node !== 'static') throw reader.unexpected();
    return value;
  }
  const name = token.kind === 'word' ? AGGREGATES[token.text] : undefined;
  if (name === undefined) throw reader.unexpected();
  reader.next();
  reader.expect('(');
  if (name === 'count') {
    reader.expect(')');
    return { node: 'aggregate', name, field: null };
  }
  const field = parseField(reader);
  reader.expect(')', false);
  return { node: 'aggregate', name, field };
}

/** `with (name=value, …)`; unknown names are accepted, as the server does. */
function parseHints(reader: TokenReader): ReadonlyMap<string, Static> {
  const hints = new Map<string, Static>();
  if (!reader.take('with')) return hints;
  reader.expect('(');
  do {
    const name = reader.next();
    if (name.kind !== 'word')
      throw parseError(reader.query, name.at, `syntax error: unexpected ${name.text}, expecting IDENTIFIER`);
    reader.expect('=');
    const value = reader.next();
    if (value.kind !== 'static') throw parseError(reader.query, value.at, `syntax error: unexpected ${value.text}`);
    hints.set(name.text, value.value);
  } while (reader.take(','));
  reader.expect(')', false);
  return hints;
}
