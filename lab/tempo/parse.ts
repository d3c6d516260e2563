import type {
  Aggregate,
  AggregateName,
  CompareOp,
  Pipeline,
  PipelineElement,
  Relation,
  RootExpression,
  SpansetExpression,
  SpansetOperation,
} from './ast';
import { parseError, TraceqlError } from './lexer';
import { parseAttributeList, parseField, parseFilter, TIGHTEST } from './parse-field';
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
  if (reader.at('coalesce')) throw reader.unexpected();
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
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^']);

/** The grammar has arithmetic on both sides; the server evaluates an aggregate against a value and refuses the rest. */
function parseScalarFilter(reader: TokenReader): PipelineElement {
  const aggregate = parseScalar(reader);
  const { kind, text } = reader.peek();
  if (kind !== 'symbol' || !isCompareOp(text)) throw reader.unexpected();
  reader.next();
  const value = parseScalar(reader);
  if (aggregate?.node !== 'aggregate') throw new TraceqlError('scalar filter lhs of this type not yet supported');
  if (value?.node !== 'static') throw new TraceqlError('scalar filter rhs of this type not yet supported');
  return { node: 'scalarFilter', op: text, aggregate, value: value.value };
}

type Scalar = Aggregate | { node: 'static'; value: Static };

/** A lone aggregate or value; null where operators join several. */
function parseScalar(reader: TokenReader): Scalar | null {
  let scalar = parseScalarTerm(reader);
  while (reader.peek().kind === 'symbol' && ARITHMETIC.has(reader.peek().text)) {
    reader.next();
    parseScalarTerm(reader);
    scalar = null;
  }
  return scalar;
}

function parseScalarTerm(reader: TokenReader): Scalar | null {
  if (reader.take('(')) {
    const inner = parseScalar(reader);
    reader.expect(')', false);
    return inner;
  }
  const token = reader.peek();
  const name = token.kind === 'word' ? AGGREGATES[token.text] : undefined;
  if (name === undefined) {
    const value = token.kind === 'static' || token.text === '-' ? parseField(reader, TIGHTEST) : null;
    if (value?.node !== 'static') throw reader.unexpected();
    return value;
  }
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
