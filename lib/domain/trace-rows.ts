import type { TraceAnalysis } from './trace-analysis';
import type { TraceColumns } from './trace-columns';

/** Siblings alike from which on they are one row. */
const MIN_GROUP = 5;

export interface RowSettings {
  group: 'none' | 'siblings' | 'service';
  only: 'all' | 'errors' | 'critical';
  /** Rows that are not as they would be by themselves: "12" a span's, "g12" a group's by its first span. */
  toggled: ReadonlySet<string>;
  /** Spans at this depth and deeper are folded by themselves. */
  level: number;
  /** A span to be shown whatever is folded; −1 for none. */
  focus: number;
}

/** Rows of a trace under some settings, as columns. */
export interface RowList {
  total: number;
  /** The span, or the first of a group. */
  span: Int32Array;
  /** 1 of a span; the size of a group. */
  count: Int32Array;
  depth: Int32Array;
  /** Spans folded beneath: not shown by any other row. */
  hidden: Int32Array;
  /** Bit 1: has rows to show beneath; bit 2: shows them. */
  state: Uint8Array;
  /** The spans of each group, by row. */
  members: ReadonlyMap<number, readonly number[]>;
  spansShown: number;
  focusRow: number;
}

const CAN_OPEN = 1;
const OPEN = 2;

/** 1 for spans wanted by `only`, and for all above them. */
function keptSpans({ error, count }: TraceColumns, analysis: TraceAnalysis, settings: RowSettings): Uint8Array | null {
  if (settings.only === 'all') return null;
  const { tree, criticalNs } = analysis;
  const kept = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const isWanted = settings.only === 'errors' ? error[i] === 1 : (criticalNs[i] ?? 0) > 0;
    if (!isWanted && i !== settings.focus) continue;
    for (let at = i; at >= 0 && kept[at] === 0; at = tree.parent[at] ?? -1) kept[at] = 1;
  }
  return kept;
}

/** Spans below each, of those that are kept. */
function keptBelow(kept: Uint8Array | null, { tree }: TraceAnalysis): Int32Array {
  if (kept === null) return tree.descendants;
  const below = new Int32Array(kept.length);
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    const index = tree.order[at] ?? 0;
    const up = tree.parent[index] ?? -1;
    if (up >= 0 && kept[index] === 1) below[up] = (below[up] ?? 0) + (below[index] ?? 0) + 1;
  }
  return below;
}

/** A row to come: one span, or siblings alike. */
interface Pending {
  spans: readonly number[];
  depth: number;
  isMember: boolean;
}

/**
 * The rows of a trace in drawing order: parents before children, siblings by start, without what is folded. Every kept
 * span is in exactly one row, or in the `hidden` of exactly one. One walk with an explicit stack.
 */
export function traceRows(columns: TraceColumns, analysis: TraceAnalysis, settings: RowSettings): RowList {
  const { tree } = analysis;
  const kept = keptSpans(columns, analysis, settings);
  const below = keptBelow(kept, analysis);
  const forced = new Set<number>();
  for (let at = settings.focus; at >= 0; at = tree.parent[at] ?? -1) forced.add(at);
  const isKept = (index: number) => kept === null || kept[index] === 1;
  const isOpenByItself = (key: string, byItself: boolean) => byItself !== settings.toggled.has(key);

  const childrenOf = (index: number): number[] => {
    const list: number[] = [];
    for (let slot = tree.childFrom[index] ?? 0; slot < (tree.childFrom[index + 1] ?? 0); slot += 1) {
      const child = tree.childList[slot] ?? -1;
      if (isKept(child)) list.push(child);
    }
    return list;
  };

  /** Nearest spans below that another service did: what a service asked of others. */
  const entriesBelow = (index: number): number[] => {
    const own = columns.service[index];
    const found: number[] = [];
    const stack = childrenOf(index).reverse();
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (columns.service[at] !== own) found.push(at);
      else for (const child of childrenOf(at).reverse()) stack.push(child);
    }
    return found;
  };

  const grouped = (spans: readonly number[], depth: number): Pending[] => {
    const single = (index: number): Pending => ({ spans: [index], depth, isMember: false });
    if (settings.group !== 'siblings' || spans.length < MIN_GROUP) return spans.map(single);
    const alike = new Map<string, number[]>();
    for (const index of spans) {
      const key = `${columns.service[index]} ${columns.name[index]}`;
      const list = alike.get(key);
      if (list) list.push(index);
      else alike.set(key, [index]);
    }
    return [...alike.values()]
      .flatMap((list) => (list.length < MIN_GROUP ? list.map(single) : [{ spans: list, depth, isMember: false }]))
      .sort((a, b) => placeOf(a) - placeOf(b));
  };
  const place = new Int32Array(columns.count);
  for (let at = 0; at < columns.count; at += 1) place[tree.order[at] ?? 0] = at;
  const placeOf = (pending: Pending) => place[pending.spans[0] ?? 0] ?? 0;

  const rows = new Rows(columns.count);
  const stack: Pending[] = grouped(tree.tops.filter(isKept), 0).reverse();
  const push = (list: readonly Pending[]) => {
    for (let i = list.length - 1; i >= 0; i -= 1) {
      const pending = list[i];
      if (pending !== undefined) stack.push(pending);
    }
  };
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    const { spans, depth, isMember } = row;
    const index = spans[0] ?? -1;
    if (spans.length > 1 && !isMember) {
      const isOpen = isOpenByItself(`g${index}`, false) || spans.some((span) => forced.has(span));
      const inside = spans.reduce((sum, span) => sum + (below[span] ?? 0) + 1, 0);
      rows.add({ span: index, depth, state: isOpen ? CAN_OPEN | OPEN : CAN_OPEN, hidden: isOpen ? 0 : inside, spans });
      if (isOpen) push(spans.map((span) => ({ spans: [span], depth: depth + 1, isMember: true })));
      continue;
    }
    const hasRows = (below[index] ?? 0) > 0;
    if (settings.group === 'service') {
      const isWhole = isOpenByItself(String(index), false) || forced.has(index);
      const shown = isWhole ? childrenOf(index) : entriesBelow(index);
      const covered = shown.reduce((sum, child) => sum + (below[child] ?? 0) + 1, 0);
      const hidden = (below[index] ?? 0) - covered;
      const canOpen = hidden > 0 || (isWhole && hasRows);
      rows.add({ span: index, depth, state: (canOpen ? CAN_OPEN : 0) | (isWhole && hasRows ? OPEN : 0), hidden });
      push(shown.map((child) => ({ spans: [child], depth: depth + 1, isMember: false })));
    } else {
      const isOpen = hasRows && (isOpenByItself(String(index), depth < settings.level) || holdsFocus(index));
      rows.add({
        span: index,
        depth,
        state: (hasRows ? CAN_OPEN : 0) | (isOpen ? OPEN : 0),
        hidden: isOpen ? 0 : (below[index] ?? 0),
      });
      if (isOpen) push(grouped(childrenOf(index), depth + 1));
    }
    if (index === settings.focus) rows.focusRow = rows.total - 1;
  }
  return rows.toList();

  function holdsFocus(index: number): boolean {
    return index !== settings.focus && forced.has(index);
  }
}

/** Rows as they are found; arrays are cut to their length at the end. */
class Rows {
  total = 0;
  focusRow = -1;
  #spansShown = 0;
  readonly #span: Int32Array;
  readonly #count: Int32Array;
  readonly #depth: Int32Array;
  readonly #hidden: Int32Array;
  readonly #state: Uint8Array;
  readonly #members = new Map<number, readonly number[]>();

  constructor(spanCount: number) {
    // A group's own row comes on top of those of its spans, and a group has several: twice is enough.
    const most = spanCount * 2;
    this.#span = new Int32Array(most);
    this.#count = new Int32Array(most);
    this.#depth = new Int32Array(most);
    this.#hidden = new Int32Array(most);
    this.#state = new Uint8Array(most);
  }

  add(row: { span: number; depth: number; state: number; hidden: number; spans?: readonly number[] }): void {
    const at = this.total;
    this.#span[at] = row.span;
    this.#count[at] = row.spans?.length ?? 1;
    this.#depth[at] = row.depth;
    this.#hidden[at] = row.hidden;
    this.#state[at] = row.state;
    if (row.spans === undefined) this.#spansShown += 1;
    else this.#members.set(at, row.spans);
    this.total = at + 1;
  }

  toList(): RowList {
    const { total } = this;
    return {
      total,
      span: this.#span.slice(0, total),
      count: this.#count.slice(0, total),
      depth: this.#depth.slice(0, total),
      hidden: this.#hidden.slice(0, total),
      state: this.#state.slice(0, total),
      members: this.#members,
      spansShown: this.#spansShown,
      focusRow: this.focusRow,
    };
  }
}

/** `state` is a row's sum of bits, as TraceRows carries it. */
export const canOpen = (state: number): boolean => (state & CAN_OPEN) !== 0;

/** The same sum: whether the rows below it are shown. */
export const isOpen = (state: number): boolean => (state & OPEN) !== 0;
