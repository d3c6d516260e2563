import type { SyntaxNode } from '@lezer/common';

/** The nodes of a name beneath a node in the order of the text; a found node is not searched further. */
export function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [];
  for (let child = node.lastChild; child; child = child.prevSibling) pending.push(child);
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.name === name) {
      found.push(next);
      continue;
    }
    for (let child = next.lastChild; child; child = child.prevSibling) pending.push(child);
  }
  return found;
}
