import type { TraceFault } from '@/lib/contracts/trace';
import { formatCount, formatMs } from './format';
import type { TraceAnalysis } from './trace-analysis';
import type { TraceColumns } from './trace-columns';

const NS_PER_MS = 1e6;

/** A fault with the index of one such span; −1 where it is about none. */
export type FoundFault = Omit<TraceFault, 'span'> & { example: number };

const spans = (count: number): string => (count === 1 ? '1 span' : `${formatCount(count)} spans`);
const verb = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** What is wrong with a trace's shape or times, as sentences that say how it is drawn. Worst first. */
export function traceFaults(columns: TraceColumns, analysis: TraceAnalysis, unreadable: number): FoundFault[] {
  const { tree, root } = analysis;
  const { orphans, cycles, duplicates, negative } = tree.faults;
  const found: FoundFault[] = [];
  const add = (kind: FoundFault['kind'], count: number, example: number, text: string) => {
    if (count > 0) found.push({ kind, count, example, text });
  };
  const roots = tree.tops.filter((index) => columns.parentIds[index] === '');
  if (roots.length === 0 && columns.count > 0) {
    add(
      'no_root',
      1,
      root,
      'No span is without a parent: the root is not here (not arrived yet, dropped, or lost). The longest span at the top stands for it.',
    );
  }
  add(
    'orphan',
    orphans.length,
    orphans[0] ?? -1,
    `${spans(orphans.length)} ${verb(orphans.length, 'names a parent that is', 'name parents that are')} not among the spans: drawn at the top.`,
  );
  add(
    'cycle',
    cycles.length,
    cycles[0] ?? -1,
    `${spans(cycles.length)} ${verb(cycles.length, 'is its own ancestor', 'are their own ancestors')}: the chain of parents is cut there, and drawn at the top.`,
  );
  add(
    'duplicate',
    duplicates.length,
    duplicates[0] ?? -1,
    `${spans(duplicates.length)} ${verb(duplicates.length, 'has', 'have')} an id that an earlier span has: each is drawn, children hang on the earliest.`,
  );
  add(
    'negative',
    negative.length,
    negative[0] ?? -1,
    `${spans(negative.length)} ${verb(negative.length, 'ends', 'end')} before the start: drawn without length.`,
  );
  const odd = oddTimes(columns, analysis);
  add(
    'untimed',
    odd.untimed.count,
    odd.untimed.example,
    `${spans(odd.untimed.count)} came without a start: drawn at the beginning.`,
  );
  add(
    'zero',
    odd.zero.count,
    odd.zero.example,
    `${spans(odd.zero.count)} ${verb(odd.zero.count, 'has', 'have')} no duration: drawn as a tick.`,
  );
  add(
    'unnamed',
    odd.unnamed.count,
    odd.unnamed.example,
    `${spans(odd.unnamed.count)} came without an id: nothing can name ${verb(odd.unnamed.count, 'it as its', 'them as')} parent.`,
  );
  add(
    'unreadable',
    unreadable,
    -1,
    `${spans(unreadable)} could not be read and ${verb(unreadable, 'is', 'are')} left out.`,
  );
  add(
    'several_roots',
    Math.max(0, roots.length - 1),
    roots.find((index) => index !== root) ?? -1,
    `${spans(roots.length)} have no parent: the longest is taken as the root.`,
  );
  add(
    'outlives_root',
    odd.outliving.count,
    odd.outliving.example,
    `${spans(odd.outliving.count)} ${verb(odd.outliving.count, 'ends', 'end')} after the root, up to ${formatMs(odd.outlivedNs / NS_PER_MS)} later: work nobody waited for.`,
  );
  return found;
}

/** Spans with odd times, each kind with its number and first example. */
function oddTimes(columns: TraceColumns, analysis: TraceAnalysis) {
  const kind = () => ({ count: 0, example: -1 });
  const odd = { untimed: kind(), zero: kind(), unnamed: kind(), outliving: kind(), outlivedNs: 0 };
  const note = (found: { count: number; example: number }, index: number) => {
    found.count += 1;
    if (found.example < 0) found.example = index;
  };
  const { root } = analysis;
  const rootEnd = (analysis.startNs[root] ?? 0) + Math.max(0, columns.durationNs[root] ?? 0);
  for (let i = 0; i < columns.count; i += 1) {
    const ns = columns.durationNs[i] ?? 0;
    if (columns.untimed[i] === 1) note(odd.untimed, i);
    else if (ns === 0) note(odd.zero, i);
    if (columns.spanIds[i]?.startsWith('unnamed-')) note(odd.unnamed, i);
    const after = (analysis.startNs[i] ?? 0) + Math.max(0, ns) - rootEnd;
    if (root >= 0 && i !== root && after > 0) {
      note(odd.outliving, i);
      odd.outlivedNs = Math.max(odd.outlivedNs, after);
    }
  }
  return odd;
}
