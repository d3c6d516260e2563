import type { SyntaxNode, Tree } from '@lezer/common';
import { quote } from '../go/strings';
import { ParseError } from './errors';
import { describe, throwLexicalError, tokens } from './lexer';
import { AGGREGATIONS, SIGNATURES } from './signatures';

/** The first place where the grammar did not fit, with the node it stands in. */
function firstMisfit(tree: Tree): SyntaxNode | null {
  let first: SyntaxNode | null = null;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && (first === null || node.from < first.from)) first = node.node;
    },
  });
  return first;
}

/** The nearest aggregation around a misfit takes the blame, unless its arguments were already complete. */
function isInAggregation(misfit: SyntaxNode): boolean {
  for (let node: SyntaxNode | null = misfit; node !== null; node = node.parent) {
    if (node.parent?.name === 'AggregateExpr' && node.prevSibling?.name !== 'FunctionCallBody') return true;
  }
  return false;
}

/** What Prometheus says it was reading when it met a misfit [promql/parser/generated_parser.y]. */
function context(misfit: SyntaxNode, before: string): string {
  const parent = misfit.parent;
  switch (parent?.name) {
    case 'LabelMatchers':
      return misfit.prevSibling === null
        ? ' in label matching, expected identifier or "}"'
        : ' in label matching, expected "," or "}"';
    case 'UnquotedLabelMatcher':
    case 'QuotedLabelMatcher':
      return misfit.prevSibling?.name === 'MatchOp'
        ? ' in label matching, expected string'
        : ' in label matching, expected label matching operator';
    case 'GroupingLabels':
      if (before === '(' || before === ',') return ' in grouping opts, expected label';
      return misfit.prevSibling === null ? ' in grouping opts, expected "("' : ' in grouping opts, expected "," or ")"';
    case 'AggregateModifier':
    case 'MatchingModifierClause':
      return ' in grouping opts, expected "("';
    case 'OffsetExpr':
    case 'OffsetDurationExpr':
      return ' in offset, expected number, duration, or step()';
    case 'StepInvariantExpr':
      return ' in @, expected timestamp';
    default:
      if (parent?.parent?.name === 'StepInvariantExpr') return ' in @, expected timestamp';
      return isInAggregation(misfit) ? ' in aggregation' : '';
  }
}

/** Throws the ParseError of a tree that does not fit the grammar; returns where it does. */
export function checkSyntax(query: string, tree: Tree): void {
  const found = tokens(query);
  const misfit = firstMisfit(tree);
  if (misfit === null) {
    throwLexicalError(query, found, query.length);
    return;
  }
  if (found.length === 1 && found[0]?.type === 'end') throw new ParseError(query, 0, 'no expression found in input');
  const index = found.findIndex(({ from, text, type }) => from + text.length > misfit.from || type === 'end');
  const token = found[index] ?? found[found.length - 1];
  const before = found[index - 1];
  throwLexicalError(query, found, token?.from ?? query.length);
  if (token === undefined) throw new ParseError(query, query.length, 'unexpected end of input');
  if (token.text === '(' && before?.type === 'word' && !AGGREGATIONS.has(before.text.toLowerCase())) {
    if (!SIGNATURES.has(before.text)) {
      throw new ParseError(query, before.from, `unknown function with name ${quote(before.text)}`);
    }
  }
  if (before?.text === ',' && token.text === ')' && misfit.parent?.name === 'FunctionCallBody') {
    throw new ParseError(query, before.from, 'trailing commas not allowed in function call args');
  }
  throw new ParseError(query, token.from, `unexpected ${describe(token)}${context(misfit, before?.text ?? '')}`);
}
