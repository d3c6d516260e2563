import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { quote, unquote } from '../go/strings';
import { BadPattern, compilePattern } from '../label-matchers';
import type { Matcher } from '../stores';
import type { Aggregate, Expr, Matching, Selector } from './ast';
import { isBinaryOp, type Piece, readChain } from './chain';
import { checkTypes } from './check-types';
import { parseDurationMs } from './durations';
import { ParseError, unsupported } from './errors';
import { formatSample, parseNumber } from './numbers';
import type { Postfix } from './postfix';
import { AGGREGATIONS, PARAMETRIC } from './signatures';
import { checkSyntax } from './syntax-error';

/** Chains that the grammar nests without regard for how tightly `offset`, `@` and `[…]` bind. */
const CHAINED = new Set([
  'BinaryExpr',
  'UnaryExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'MatrixSelector',
  'SubqueryExpr',
]);

const children = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') found.push(child);
  }
  return found;
};

/** Reads a query into a typed tree. Throws ParseError with Prometheus' text, or ApiError for what the lab leaves out. */
export function parseQuery(query: string): Expr {
  const tree = parser.parse(query);
  checkSyntax(query, tree);
  const top = children(tree.topNode)[0];
  if (top === undefined) throw new ParseError(query, query.length, 'no expression found in input');
  const expr = new Reader(query).expr(top);
  checkTypes(query, expr);
  return expr;
}

class Reader {
  private readonly query: string;

  constructor(query: string) {
    this.query = query;
  }

  expr(node: SyntaxNode): Expr {
    if (!CHAINED.has(node.name)) return this.primary(node);
    return readChain(this.query, this.pieces(node), (operand) => this.primary(operand));
  }

  private text(node: { from: number; to: number }): string {
    return this.query.slice(node.from, node.to);
  }

  /** The value of a string; the lexer has named every bad escape but those that stand for no character. */
  private unquoted(node: SyntaxNode): string {
    const value = unquote(this.text(node));
    if (value === null) {
      throw new ParseError(this.query, node.from, 'escape sequence is an invalid Unicode code point');
    }
    return value;
  }

  /** The words of a chain in the order of the text, each operand whole. */
  private pieces(node: SyntaxNode): Piece[] {
    const parts = children(node);
    const [first = node, second] = parts;
    switch (node.name) {
      case 'BinaryExpr': {
        const last = parts[parts.length - 1];
        if (second === undefined || last === undefined) return [];
        return [...this.pieces(first), this.operator(second, parts.slice(2, -1)), ...this.pieces(last)];
      }
      case 'UnaryExpr':
        return [
          { type: 'sign', op: this.text(first) === '-' ? '-' : '+', from: first.from },
          ...(second === undefined ? [] : this.pieces(second)),
        ];
      case 'OffsetExpr':
      case 'StepInvariantExpr':
      case 'MatrixSelector':
      case 'SubqueryExpr':
        return [...this.pieces(first), { type: 'postfix', postfix: this.postfix(node, parts) }];
      default: {
        const sign = node.name === 'NumberDurationLiteral' ? /^[+-]/.exec(this.text(node))?.[0] : undefined;
        const operand: Piece = { type: 'operand', node, from: node.from };
        return sign === undefined
          ? [operand]
          : [{ type: 'sign', op: sign === '-' ? '-' : '+', from: node.from }, operand];
      }
    }
  }

  private primary(node: SyntaxNode): Expr {
    const span = { from: node.from, to: node.to };
    const parts = children(node);
    switch (node.name) {
      case 'ParenExpr': {
        const inner = parts[0];
        if (inner === undefined) break;
        return { kind: 'paren', inner: this.expr(inner), ...span };
      }
      case 'NumberDurationLiteral': {
        const text = this.text(node);
        const start = /^[+-]\s*/.exec(text)?.[0].length ?? 0;
        return { kind: 'number', value: this.number(text.slice(start), node), from: node.from + start, to: node.to };
      }
      case 'StringLiteral':
        return { kind: 'string', value: this.unquoted(node), ...span };
      case 'VectorSelector':
        return this.selector(node, parts);
      case 'FunctionCall':
        return {
          kind: 'call',
          name: this.text(parts[0] ?? node),
          args: parts[1] === undefined ? [] : children(parts[1]).map((argument) => this.expr(argument)),
          ...span,
        };
      case 'AggregateExpr':
        return this.aggregate(node, parts);
    }
    throw unsupported(`${this.text(node).slice(0, 60)} (${node.name})`);
  }

  /** Seconds where a duration is written as a number. */
  private number(text: string, node: SyntaxNode): number {
    const durationMs = /^\d/.test(text) && /[a-z]$/.test(text) ? parseDurationMs(text) : null;
    const value = durationMs === null ? parseNumber(text) : durationMs / 1000;
    if (value === null) throw new ParseError(this.query, node.from, `bad number or duration syntax: ${quote(text)}`);
    return value;
  }

  private durationMs(node: SyntaxNode): number {
    const text = this.text(node).replace(/\s+/g, '');
    const sign = text.startsWith('-') ? -1 : 1;
    const bare = text.replace(/^[+-]/, '');
    if (!/^[\w.]+$/.test(bare)) throw unsupported('arithmetic on durations');
    const value = this.number(bare, node) * 1000 * sign;
    if (!Number.isFinite(value)) throw new ParseError(this.query, node.from, 'duration out of range');
    return Math.round(value);
  }

  private postfix(node: SyntaxNode, parts: readonly SyntaxNode[]): Postfix {
    const [, second, third] = parts;
    const operand = second ?? node;
    const argument = third ?? operand;
    // `[` has no node of its own; it stands before the first duration.
    const from =
      node.name === 'OffsetExpr' || node.name === 'StepInvariantExpr'
        ? operand.from
        : this.query.lastIndexOf('[', operand.from);
    const place = { from, to: node.to };
    switch (node.name) {
      case 'OffsetExpr':
        return { type: 'offset', offsetMs: this.durationMs(argument), ...place };
      case 'StepInvariantExpr': {
        if (argument.name === 'AtModifierPreprocessors') {
          return { type: 'at', at: this.text(argument).startsWith('s') ? 'start' : 'end', ...place };
        }
        const text = this.text(argument).replace(/\s+/g, '');
        const seconds = this.number(text.replace(/^[+-]/, ''), argument) * (text.startsWith('-') ? -1 : 1);
        if (!(Math.abs(seconds) * 1000 < 2 ** 63)) {
          throw new ParseError(
            this.query,
            node.from,
            `timestamp out of bounds for @ modifier: ${Number.isFinite(seconds) ? seconds.toFixed(6) : formatSample(seconds)}`,
          );
        }
        return { type: 'at', at: Math.round(seconds * 1000), ...place };
      }
      default: {
        const rangeMs = this.durationMs(operand);
        if (rangeMs <= 0) throw new ParseError(this.query, operand.from, 'duration must be greater than 0');
        if (node.name === 'MatrixSelector') return { type: 'range', rangeMs, ...place };
        const stepMs = third === undefined ? null : this.durationMs(third);
        if (stepMs !== null && stepMs <= 0)
          throw new ParseError(this.query, argument.from, 'duration must be greater than 0');
        return { type: 'subquery', rangeMs, stepMs, ...place };
      }
    }
  }

  private operator(node: SyntaxNode, modifiers: readonly SyntaxNode[]): Piece {
    const op = this.text(node).toLowerCase();
    if (!isBinaryOp(op)) throw unsupported(`the operator ${op}`);
    let matching: Matching | null = null;
    for (const clause of modifiers) {
      if (clause.name === 'FillModifier') throw unsupported('fill modifiers');
      if (clause.name !== 'MatchingModifierClause') continue;
      const parts = children(clause);
      const lists = parts.filter(({ name }) => name === 'GroupingLabels').map((list) => this.labels(list));
      const group = parts.some(({ name }) => name === 'GroupLeft')
        ? 'left'
        : parts.some(({ name }) => name === 'GroupRight')
          ? 'right'
          : null;
      matching = { on: parts[0]?.name === 'On', labels: lists[0] ?? [], group, include: lists[1] ?? [] };
    }
    const bool = modifiers.some(({ name }) => name === 'BoolModifier');
    return { type: 'operator', op, bool, matching, from: node.from, to: node.to };
  }

  private labels(list: SyntaxNode): string[] {
    return children(list).map((label) => (label.name === 'QuotedLabelName' ? this.unquoted(label) : this.text(label)));
  }

  private aggregate(node: SyntaxNode, parts: readonly SyntaxNode[]): Aggregate {
    const op = this.text(parts[0] ?? node).toLowerCase();
    const body = parts.find(({ name }) => name === 'FunctionCallBody');
    const modifier = parts.find(({ name }) => name === 'AggregateModifier');
    const args = body === undefined ? [] : children(body).map((argument) => this.expr(argument));
    if (!AGGREGATIONS.has(op)) throw unsupported(`the aggregation ${op}`);
    const fail = (problem: string): never => {
      throw new ParseError(this.query, node.from, problem);
    };
    if (args.length === 0) fail('no arguments for aggregate expression provided');
    const wanted = PARAMETRIC.has(op) ? 2 : 1;
    const inner = args[wanted - 1];
    if (args.length !== wanted || inner === undefined) {
      return fail(
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    }
    const list = modifier === undefined ? undefined : children(modifier)[1];
    return {
      kind: 'aggregate',
      op,
      without: modifier !== undefined && children(modifier)[0]?.name === 'Without',
      labels: list === undefined ? [] : this.labels(list),
      grouped: modifier !== undefined,
      parameter: wanted === 2 ? (args[0] ?? null) : null,
      inner,
      from: node.from,
      to: node.to,
    };
  }

  private selector(node: SyntaxNode, parts: readonly SyntaxNode[]): Selector {
    const identifier = parts.find(({ name }) => name === 'Identifier');
    const list = parts.find(({ name }) => name === 'LabelMatchers');
    const matchers: Matcher[] = [];
    for (const item of list === undefined ? [] : children(list)) {
      if (item.name === 'QuotedLabelName') {
        matchers.push({ name: '__name__', op: '=', value: this.unquoted(item) });
        continue;
      }
      const [label, op, value] = children(item);
      if (label === undefined || op === undefined || value === undefined) continue;
      const matcher: Matcher = {
        name: label.name === 'QuotedLabelName' ? this.unquoted(label) : this.text(label),
        // MatchOp is one of these four by the grammar.
        op: this.text(op) as Matcher['op'],
        value: this.unquoted(value),
      };
      if (matcher.op === '=~' || matcher.op === '!~') this.checkPattern(matcher.value, label);
      matchers.push(matcher);
    }
    const name = identifier === undefined ? '' : this.text(identifier);
    if (name !== '') matchers.push({ name: '__name__', op: '=', value: name });
    return { kind: 'selector', name, matchers, offsetMs: 0, at: null, from: node.from, to: node.to };
  }

  private checkPattern(pattern: string, label: SyntaxNode): void {
    try {
      compilePattern(pattern);
    } catch (error) {
      if (error instanceof BadPattern) throw new ParseError(this.query, label.from, error.message);
      throw error;
    }
  }
}
