import type { At, Expr, Span } from './ast';
import { ParseError } from './errors';

export type Postfix = Span &
  (
    | { type: 'offset'; offsetMs: number }
    | { type: 'at'; at: At }
    | { type: 'range'; rangeMs: number }
    | { type: 'subquery'; rangeMs: number; stepMs: number | null }
  );

/** The expression with `offset`, `@`, `[5m]` or `[1h:5m]` after it; throws what Prometheus says where that may not be. */
export function applyPostfix(query: string, expr: Expr, postfix: Postfix): Expr {
  const span = { from: expr.from, to: postfix.to };
  const fail = (position: number, problem: string): never => {
    throw new ParseError(query, position, problem);
  };
  switch (postfix.type) {
    case 'range':
      if (expr.kind !== 'selector') return fail(postfix.from, 'ranges only allowed for vector selectors');
      if (expr.offsetMs !== 0) return fail(postfix.from, 'no offset modifiers allowed before range');
      if (expr.at !== null) return fail(postfix.from, 'no @ modifiers allowed before range');
      return { kind: 'matrix', selector: expr, rangeMs: postfix.rangeMs, ...span };
    case 'subquery':
      return {
        kind: 'subquery',
        inner: expr,
        rangeMs: postfix.rangeMs,
        stepMs: postfix.stepMs,
        offsetMs: 0,
        at: null,
        ...span,
      };
    case 'offset': {
      const twice = 'offset may not be set multiple times';
      if (expr.kind === 'matrix') {
        if (expr.selector.offsetMs !== 0) return fail(expr.from, twice);
        return { ...expr, selector: { ...expr.selector, offsetMs: postfix.offsetMs }, ...span };
      }
      if (expr.kind !== 'selector' && expr.kind !== 'subquery') {
        return fail(
          expr.from,
          'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
        );
      }
      if (expr.offsetMs !== 0) return fail(expr.from, twice);
      return { ...expr, offsetMs: postfix.offsetMs, ...span };
    }
    case 'at': {
      const twice = '@ <timestamp> may not be set multiple times';
      if (expr.kind === 'matrix') {
        if (expr.selector.at !== null) return fail(expr.from, twice);
        return { ...expr, selector: { ...expr.selector, at: postfix.at }, ...span };
      }
      if (expr.kind !== 'selector' && expr.kind !== 'subquery') {
        return fail(
          expr.from,
          '@ modifier must be preceded by an instant vector selector or range vector selector or a subquery',
        );
      }
      if (expr.at !== null) return fail(expr.from, twice);
      return { ...expr, at: postfix.at, ...span };
    }
  }
}
