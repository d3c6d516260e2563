import type { Relation, SpansetOperation } from './ast';
import type { TraceView } from './trace-view';

/**
 * Spans of `right` that stand in the relation to a span of `left` (`A > B`: children B of A), those that do not
 * (`not`), or both sides of every such pair (`union`). In the order of the trace.
 */
export function relatedSpans(
  view: TraceView,
  relation: Relation,
  variant: SpansetOperation['variant'],
  left: readonly number[],
  right: readonly number[],
): readonly number[] {
  if (variant === 'not') {
    const related = new Set(rightOf(view, relation, left, right));
    return right.filter((index) => !related.has(index));
  }
  const matches = rightOf(view, relation, left, right);
  if (variant === 'plain') return matches;
  const mirrored = rightOf(view, MIRROR[relation], right, left);
  return [...new Set([...matches, ...mirrored])].sort((a, b) => a - b);
}

const MIRROR: Readonly<Record<Relation, Relation>> = { '>': '<', '<': '>', '>>': '<<', '<<': '>>', '~': '~' };

function rightOf(
  view: TraceView,
  relation: Relation,
  left: readonly number[],
  right: readonly number[],
): readonly number[] {
  if (left.length === 0 || right.length === 0) return [];
  const parents = view.parents();
  const parentOf = (index: number): number => parents[index] ?? -1;
  switch (relation) {
    case '>': {
      const wanted = new Set(left);
      return right.filter((index) => wanted.has(parentOf(index)));
    }
    case '<': {
      const wanted = new Set(left.map(parentOf));
      return right.filter((index) => wanted.has(index));
    }
    case '>>': {
      const below = belowAny(parents, new Set(left));
      return right.filter((index) => below[index] === 1);
    }
    case '<<': {
      const above = new Set<number>();
      for (const index of left) {
        for (let up = parentOf(index); up >= 0 && !above.has(up); up = parentOf(up)) above.add(up);
      }
      return right.filter((index) => above.has(index));
    }
    case '~': {
      // A span is no sibling of itself: its parent must have another child in `left`.
      const byParent = new Map<number, Set<number>>();
      for (const index of left) {
        const siblings = byParent.get(parentOf(index));
        if (siblings === undefined) byParent.set(parentOf(index), new Set([index]));
        else siblings.add(index);
      }
      return right.filter((index) => {
        const siblings = parentOf(index) < 0 ? undefined : byParent.get(parentOf(index));
        return siblings !== undefined && (siblings.size > 1 || !siblings.has(index));
      });
    }
  }
}

/** 1 where a span has one of these above it. Each span is walked once; a cycle in hostile data ends the walk. */
function belowAny(parents: Int32Array, wanted: ReadonlySet<number>): Uint8Array {
  const UNKNOWN = 0;
  const YES = 1;
  const NO = 2;
  const state = new Uint8Array(parents.length).fill(UNKNOWN);
  for (let start = 0; start < parents.length; start++) {
    const path: number[] = [];
    let index = start;
    let answer = NO;
    while (index >= 0 && state[index] === UNKNOWN) {
      state[index] = NO;
      path.push(index);
      index = parents[index] ?? -1;
      if (wanted.has(index)) break;
    }
    if (index >= 0 && (wanted.has(index) || state[index] === YES)) answer = YES;
    // Walking back down: below a wanted span everything is below it.
    for (const visited of path.reverse()) {
      state[visited] = answer;
      if (wanted.has(visited)) answer = YES;
    }
  }
  return state;
}
