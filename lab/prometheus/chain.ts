import type { SyntaxNode } from '@lezer/common';
import type { Binary, BinaryOp, Expr, Matching } from './ast';
import { ParseError } from './errors';
import { applyPostfix, type Postfix } from './postfix';

const PRECEDENCE: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '<': 3,
  '>=': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 7,
};
/** A sign binds as `*` does: `-a ^ b` is `-(a ^ b)`, `-a * b` is `(-a) * b`. */
const UNARY_PRECEDENCE = 6;

/** A word of a chain; operands are whole. */
export type Piece =
  | { type: 'operand'; node: SyntaxNode; from: number }
  | { type: 'sign'; op: '+' | '-'; from: number }
  | { type: 'operator'; op: BinaryOp; bool: boolean; matching: Matching | null; from: number; to: number }
  | { type: 'postfix'; postfix: Postfix };

/** Words as the parser has them, in lower case. */
export const isBinaryOp = (text: string): text is BinaryOp => Object.hasOwn(PRECEDENCE, text);

/**
 * Binds the words of a chain as Prometheus' grammar does. The parser that cut the words lets `offset`, `@` and `[…]`
 * take everything to their left, and lets a sign belong to its number before `^` does.
 */
export function readChain(query: string, pieces: readonly Piece[], primary: (node: SyntaxNode) => Expr): Expr {
  let taken = 0;

  function prefix(): Expr {
    const piece = pieces[taken];
    taken += 1;
    if (piece?.type === 'sign') {
      const inner = chain(UNARY_PRECEDENCE);
      if (inner.kind === 'number') {
        return { ...inner, value: piece.op === '-' ? -inner.value : inner.value, from: piece.from };
      }
      return { kind: 'unary', op: piece.op, inner, from: piece.from, to: inner.to };
    }
    if (piece?.type !== 'operand') throw new ParseError(query, query.length, 'unexpected end of input');
    let operand = primary(piece.node);
    for (;;) {
      const next = pieces[taken];
      if (next?.type !== 'postfix') return operand;
      taken += 1;
      operand = applyPostfix(query, operand, next.postfix);
    }
  }

  function chain(minimum: number): Expr {
    let left = prefix();
    for (;;) {
      const operator = pieces[taken];
      if (operator?.type !== 'operator') return left;
      const precedence = PRECEDENCE[operator.op];
      if (precedence < minimum) return left;
      taken += 1;
      const right = chain(operator.op === '^' ? precedence : precedence + 1);
      const { op, bool, matching, from, to } = operator;
      const binary: Binary = {
        kind: 'binary',
        op,
        bool,
        matching,
        opSpan: { from, to },
        left,
        right,
        from: left.from,
        to: right.to,
      };
      left = binary;
    }
  }

  return chain(0);
}
