import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import { muted, value } from './answer-parts';
import { formatMs, formatRatioPercent } from './format';
import type { TraceDiff, TraceDiffNode, TraceProfile } from './trace-diff';

const NS_PER_MS = 1e6;
/** Places shown at most. */
const MAX_DIFF_ROWS = 1_000;
/** Totals closer than this share of the longer are "as long as". */
const SAME_RATIO = 0.01;

/**
 * The places worth a row: all, or, of more than MAX_DIFF_ROWS, those with the largest differences and the places above
 * them. What is left out is summed, so that rows and rest still add up to the difference of the totals.
 */
export function boundedDiff(
  diff: TraceDiff,
  most = MAX_DIFF_ROWS,
): { nodes: TraceDiffNode[]; rest: { places: number; deltaNs: number } } {
  if (diff.nodes.length <= most) return { nodes: diff.nodes, rest: { places: 0, deltaNs: 0 } };
  const byKey = new Map(diff.nodes.map((node) => [node.key, node]));
  const kept = new Set<string>();
  for (const node of [...diff.nodes].sort((a, b) => Math.abs(b.deltaNs) - Math.abs(a.deltaNs))) {
    const chain: string[] = [];
    for (let at: TraceDiffNode | undefined = node; at !== undefined && !kept.has(at.key); ) {
      chain.push(at.key);
      at = at.parentKey === null ? undefined : byKey.get(at.parentKey);
    }
    if (kept.size + chain.length > most) continue;
    for (const key of chain) kept.add(key);
  }
  const nodes = diff.nodes.filter((node) => kept.has(node.key));
  const deltaNs = diff.nodes.reduce((sum, node) => (kept.has(node.key) ? sum : sum + node.deltaNs), 0);
  return { nodes, rest: { places: diff.nodes.length - nodes.length, deltaNs } };
}

const called = (name: string): string => (name === '' ? '(no name)' : name.slice(0, 120).toWellFormed());

/** The difference of two traces in a sentence: how much, and where most of it is. */
export function diffAnswer(
  diff: TraceDiff,
  sides: { before: TraceProfile; after: TraceProfile },
  title: string,
): AnswerText {
  const { before, after } = sides;
  const longer = Math.max(before.totalNs, after.totalNs);
  const isSame = Math.abs(diff.deltaNs) <= longer * SAME_RATIO;
  const ms = (ns: number) => formatMs(Math.abs(ns) / NS_PER_MS);
  const totals = muted(` (${ms(after.totalNs)} against ${ms(before.totalNs)}).`);
  const parts: AnswerPart[] = isSame
    ? [value(`As long as ${title}`), totals]
    : [value(`${ms(diff.deltaNs)} ${diff.deltaNs > 0 ? 'slower' : 'faster'} than ${title}`), totals];
  const [most] = [...diff.nodes].sort((a, b) => Math.abs(b.deltaNs) - Math.abs(a.deltaNs));
  if (most !== undefined && most.deltaNs !== 0) {
    const share = isSame || Math.sign(most.deltaNs) !== Math.sign(diff.deltaNs) ? null : most.deltaNs / diff.deltaNs;
    parts.push(
      value(` Most of it: ${called(most.name)} ${most.deltaNs > 0 ? '+' : '−'}${ms(most.deltaNs)}`),
      muted(share === null || share > 1 ? '.' : ` (${formatRatioPercent(share)}).`),
    );
  }
  const count = (presence: TraceDiffNode['presence']) => diff.nodes.filter((node) => node.presence === presence).length;
  const [added, missing] = [count('added'), count('missing')];
  const places = (n: number, what: string) => (n === 0 ? [] : [`${n} ${n === 1 ? 'place is' : 'places are'} ${what}`]);
  const changed = [...places(added, 'new'), ...places(missing, 'missing')];
  if (changed.length > 0) parts.push(muted(` ${changed.join(', ')}.`));
  return [{ status: isSame ? 'ok' : diff.deltaNs > 0 ? 'watch' : 'ok', parts }];
}
