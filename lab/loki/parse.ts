import { parser } from '@grafana/lezer-logql';
import type { SyntaxNode, Tree } from '@lezer/common';
import { parseDurationMs } from '../prometheus/durations';
import type { Matcher } from '../stores';
import type { BinaryExpr, Expr, Grouping, LogExpr, MetricExpr, RangeExpr, Unwrap, VectorMatching } from './ast';
import { parseError } from './errors';
import { parseQueryDuration } from './literals';
import { identifiers, matcherOf, numberOf, parseFilter, parseStage, stringOf } from './parse-pipeline';
import { anchoredRegex } from './regex';
import { lowercaseKeywords, syntaxErrorAt, type Token, tokenize } from './tokens';
import { descendants } from './tree';
import { validateRange } from './validate';

const EMPTY_SELECTOR =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will';

function firstError(tree: Tree): number | null {
  let at: number | null = null;
  tree.iterate({
    enter(ref) {
      if (ref.type.isError) at = at === null ? ref.from : Math.min(at, ref.from);
    },
  });
  return at;
}

/**
 * The text that the grammar gets, of the same length. It takes no offset behind an unwrapped range, though Loki does, so
 * offsets are read from the tokens and blanked; and it trips over names such as `constructor`, which are masked.
 */
function maskForGrammar(text: string, tokens: readonly Token[]): { masked: string; offsets: Map<number, number> } {
  const offsets = new Map<number, number>();
  let masked = text;
  const cover = ({ from, text: old }: Token, fill: string): void => {
    masked = masked.slice(0, from) + fill.repeat(old.length) + masked.slice(from + old.length);
  };
  for (const [index, token] of tokens.entries()) {
    if (token.name === 'IDENTIFIER' && token.text.toLowerCase() in Object.prototype) cover(token, 'x');
    const [offset, duration] = [tokens[index + 1], tokens[index + 2]];
    if (token.name !== 'RANGE' || offset?.name !== 'offset' || duration?.name !== 'DURATION') continue;
    offsets.set(token.from, parseQueryDuration(duration.text) ?? parseNegative(duration.text));
    cover(offset, ' ');
    cover(duration, ' ');
  }
  return { masked, offsets };
}

const parseNegative = (text: string): number => -(parseQueryDuration(text.slice(1)) ?? 0);

class Reader {
  readonly text: string;
  /** Offsets in nanoseconds by where the range before them begins. */
  private readonly offsets: ReadonlyMap<number, number>;

  constructor(text: string, offsets: ReadonlyMap<number, number>) {
    this.text = text;
    this.offsets = offsets;
  }

  private parameter(node: SyntaxNode): number | null {
    const number = node.getChild('Number');
    if (!number) return null;
    const sign = number.prevSibling?.name === 'Sub' ? -1 : 1;
    return sign * Number(this.text.slice(number.from, number.to));
  }

  private grouping(node: SyntaxNode): Grouping | null {
    const grouping = node.getChild('Grouping');
    if (!grouping) return null;
    return { without: grouping.getChild('Without') !== null, labels: identifiers(grouping, this.text) };
  }

  log(node: SyntaxNode): LogExpr {
    const selector = descendants(node, 'Selector')[0];
    const matchers = selector ? descendants(selector, 'Matcher').map((m) => matcherOf(m, this.text)) : [];
    for (const matcher of matchers) compileMatcher(matcher);
    const stages = descendants(node, 'PipelineStage').flatMap((stage) => parseStage(stage, this.text));
    return { kind: 'log', matchers, stages };
  }

  private unwrap(node: SyntaxNode): Unwrap | null {
    const nodes = descendants(node, 'UnwrapExpr');
    const outer = nodes[0];
    if (!outer) return null;
    const conversion = descendants(outer, 'ConvOp')[0];
    const holder = outer.getChild('Identifier')
      ? outer
      : descendants(outer.firstChild ?? outer, 'Identifier')[0]?.parent;
    const label = (holder ?? outer).getChild('Identifier');
    const name = conversion ? this.text.slice(conversion.from, conversion.to).trim() : 'none';
    const filters = descendants(outer, 'LabelFilter').map((filter) => parseFilter(filter, this.text));
    return {
      label: label ? this.text.slice(label.from, label.to) : '',
      conversion: name === 'bytes' || name === 'duration' || name === 'duration_seconds' ? name : 'none',
      filters,
    };
  }

  private range(node: SyntaxNode): RangeExpr {
    const op = node.getChild('RangeOp');
    const logRange = node.getChild('LogRangeExpr') ?? node;
    const range = descendants(logRange, 'Range')[0];
    const window = range ? this.text.slice(range.from + 1, range.to - 1).trim() : '';
    const rangeMs = parseDurationMs(window);
    if (rangeMs === null) throw parseError(`not a valid duration string: "${window}"`);
    const expr: RangeExpr = {
      kind: 'range',
      op: op ? this.text.slice(op.from, op.to) : '',
      parameter: this.parameter(node),
      log: this.log(logRange),
      unwrap: this.unwrap(logRange),
      rangeNs: rangeMs * 1e6,
      offsetNs: this.offsets.get(range?.from ?? -1) ?? 0,
      grouping: this.grouping(node),
    };
    validateRange(expr);
    return expr;
  }

  private matching(modifier: SyntaxNode | null): VectorMatching | null {
    const on = modifier?.getChild('OnOrIgnoringModifier');
    if (!modifier || !on) return null;
    const names = (node: SyntaxNode | null) =>
      node ? descendants(node, 'LabelName').map((n) => this.text.slice(n.from, n.to)) : [];
    const left = modifier.getChild('GroupLeft');
    const right = modifier.getChild('GroupRight');
    return {
      on: on.getChild('On') !== null,
      labels: names(on),
      card: left ? 'many-to-one' : right ? 'one-to-many' : 'one-to-one',
      include: names(modifier.getChild('GroupingLabels')),
    };
  }

  /** Operands and operators of a chain without parentheses, from left to right: the grammar nests them without precedence. */
  private chain(node: SyntaxNode, operands: MetricExpr[], operators: Omit<BinaryExpr, 'left' | 'right'>[]): void {
    const [left, right] = node.getChildren('Expr');
    const op = left?.nextSibling;
    if (!left || !right || !op) return;
    const side = (expr: SyntaxNode) => {
      const inner = expr.getChild('MetricExpr')?.firstChild;
      if (inner?.name === 'BinOpExpr') this.chain(inner, operands, operators);
      else operands.push(this.metric(expr.getChild('MetricExpr') ?? expr));
    };
    side(left);
    const modifier = node.getChild('BinOpModifier');
    operators.push({
      kind: 'binary',
      op: this.text.slice(op.from, op.to),
      bool: modifier?.getChild('Bool') != null,
      matching: this.matching(modifier),
    });
    side(right);
  }

  metric(node: SyntaxNode): MetricExpr {
    const child = node.firstChild;
    if (!child) throw parseError('syntax error: unexpected $end');
    switch (child.name) {
      case 'MetricExpr':
        return this.metric(child);
      case 'RangeAggregationExpr':
        return this.range(child);
      case 'VectorAggregationExpr': {
        const op = child.getChild('VectorOp');
        const inner = child.getChild('MetricExpr');
        if (!op || !inner) throw parseError('syntax error: unexpected )');
        const name = this.text.slice(op.from, op.to);
        const parameter = this.parameter(child);
        const needsParameter = name === 'topk' || name === 'bottomk';
        if (needsParameter && parameter === null) throw parseError(`parameter required for operation ${name}`);
        if (needsParameter && !(Number.isInteger(parameter) && Number(parameter) > 0)) {
          throw parseError(`invalid parameter (must be greater than 0) ${name}(${parameter}`);
        }
        if (!needsParameter && parameter !== null)
          throw parseError(`unsupported parameter for operation ${name}(${parameter},`);
        return { kind: 'aggregation', op: name, parameter, grouping: this.grouping(child), inner: this.metric(inner) };
      }
      case 'BinOpExpr': {
        const operands: MetricExpr[] = [];
        const operators: Omit<BinaryExpr, 'left' | 'right'>[] = [];
        this.chain(child, operands, operators);
        return associate(operands, operators);
      }
      case 'LiteralExpr':
        return { kind: 'literal', value: numberOf(child, this.text) };
      case 'VectorExpr':
        return { kind: 'vector', value: this.parameter(child) ?? 0 };
      case 'LabelReplaceExpr': {
        const inner = child.getChild('MetricExpr');
        const [target, replacement, source, pattern] = child.getChildren('String').map((s) => stringOf(s, this.text));
        if (
          !inner ||
          target === undefined ||
          replacement === undefined ||
          source === undefined ||
          pattern === undefined
        ) {
          throw parseError('syntax error: unexpected )');
        }
        return { kind: 'label_replace', inner: this.metric(inner), target, replacement, source, pattern };
      }
      default:
        throw parseError(`lab: ${child.name} is not supported`);
    }
  }
}

const PRECEDENCE: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
];

/** Operator precedence as in Loki's grammar: the loosest operator splits; `^` binds to the right, the others to the left. */
function associate(operands: MetricExpr[], operators: Omit<BinaryExpr, 'left' | 'right'>[]): MetricExpr {
  const only = operands[0];
  if (operators.length === 0 && only) return only;
  for (const [level, ops] of PRECEDENCE.entries()) {
    const isPower = level === PRECEDENCE.length - 1;
    const has = (o: { op: string }) => ops.includes(o.op);
    const at = isPower ? operators.findIndex(has) : operators.findLastIndex(has);
    const operator = operators[at];
    if (!operator) continue;
    return {
      ...operator,
      left: associate(operands.slice(0, at + 1), operators.slice(0, at)),
      right: associate(operands.slice(at + 1), operators.slice(at + 1)),
    };
  }
  throw parseError('syntax error: unexpected $end');
}

function compileMatcher(matcher: Matcher): void {
  if (matcher.op !== '=~' && matcher.op !== '!~') return;
  try {
    anchoredRegex(matcher.value);
  } catch (error) {
    throw parseError(error instanceof Error ? error.message : 'error parsing regexp');
  }
}

/** Whether a matcher takes the empty value, which a stream without the label has. */
function matchesEmpty(matcher: Matcher): boolean {
  if (matcher.op === '=') return matcher.value === '';
  if (matcher.op === '!=') return matcher.value !== '';
  return anchoredRegex(matcher.value).test('') === (matcher.op === '=~');
}

/** Refuses a selector none of whose matchers excludes a stream without the label: it would read everything. */
function requireSelective(matchers: readonly Matcher[]): void {
  if (!matchers.some((m) => (m.op === '=' || m.op === '=~') && !matchesEmpty(m))) throw parseError(EMPTY_SELECTOR);
}

function logsOf(expr: Expr): LogExpr[] {
  switch (expr.kind) {
    case 'log':
      return [expr];
    case 'range':
      return [expr.log];
    case 'aggregation':
    case 'label_replace':
      return logsOf(expr.inner);
    case 'binary':
      return [...logsOf(expr.left), ...logsOf(expr.right)];
    default:
      return [];
  }
}

const isEmptySelector = (tokens: readonly Token[]) => tokens.map((t) => t.name).join('') === '{}$end';

/** Parses a LogQL query; throws Loki's own parse errors, position and all. */
export function parseQuery(query: string): Expr {
  const tokens = tokenize(query);
  if (isEmptySelector(tokens)) throw parseError(EMPTY_SELECTOR);
  const text = lowercaseKeywords(query, tokens);
  const { masked, offsets } = maskForGrammar(text, tokens);
  const tree = parser.parse(masked);
  const at = firstError(tree);
  if (at !== null) throw syntaxErrorAt(tokens, at);
  const top = tree.topNode.getChild('Expr')?.firstChild;
  if (!top) throw syntaxErrorAt(tokens, 0);
  const reader = new Reader(text, offsets);
  const expr = top.name === 'LogExpr' ? reader.log(top) : reader.metric(top);
  for (const log of logsOf(expr)) requireSelective(log.matchers);
  return expr;
}

/** The matchers of a bare selector, as `/series` and `/labels` take it; empty for `{}` and the empty text. */
export function parseSelector(query: string): Matcher[] {
  const tokens = tokenize(query);
  if (query.trim() === '' || isEmptySelector(tokens)) return [];
  const expr = parseQuery(query);
  if (expr.kind !== 'log' || expr.stages.length > 0) throw parseError('only label matchers is supported');
  return expr.matchers;
}
