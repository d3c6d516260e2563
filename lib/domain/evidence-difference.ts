import type { EvidenceDifference } from '@/lib/contracts/evidence';

/** How an answer came to be, or words made from its numbers: not what was measured. */
const NOT_MEASURED: ReadonlySet<string> = new Set([
  'why',
  'answer',
  'elapsedMs',
  'exploreUrl',
  'definition',
  'word',
  'sentence',
  'gaps',
  'truncated',
  'lost',
  'next',
]);

/** Fields that tell one element of a list from the others, the first that is there. */
const NAMES = ['id', 'traceId', 'spanId', 'labels', 'model', 'version', 'segment', 'reason', 'name'] as const;

type Leaf = string | number | boolean | null;

/** Relative change below which two numbers are the same: a sum in another order ends in other digits. */
const SAME = 1e-9;

function nameOf(element: unknown, place: number): string {
  if (typeof element !== 'object' || element === null) return String(place);
  for (const name of NAMES) {
    const value: unknown = (element as Record<string, unknown>)[name];
    if (typeof value === 'string') return value;
    if (name === 'labels' && typeof value === 'object' && value !== null) {
      return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => `${key}=${each}`)
        .join(', ');
    }
  }
  return String(place);
}

/** What was measured, each by the place where it stands; elements of a list by their name, not by their number. */
function leavesOf(answer: unknown): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const open: { value: unknown; place: string }[] = [{ value: answer, place: '' }];
  while (open.length > 0) {
    const { value, place } = open.pop() ?? { value: null, place: '' };
    if (Array.isArray(value)) {
      const seen = new Map<string, number>();
      for (const [index, each] of value.entries()) {
        const name = nameOf(each, index);
        const nth = seen.get(name) ?? 0;
        seen.set(name, nth + 1);
        open.push({ value: each, place: `${place}[${name}${nth === 0 ? '' : ` #${nth + 1}`}]` });
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        if (!NOT_MEASURED.has(key)) open.push({ value: each, place: place === '' ? key : `${place}.${key}` });
      }
    } else if (value === null || typeof value !== 'object') {
      leaves.set(place, value as Leaf);
    }
  }
  return leaves;
}

const areSame = (a: Leaf, b: Leaf): boolean =>
  typeof a === 'number' && typeof b === 'number'
    ? Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b))
    : a === b;

/**
 * How an answer of today differs from the frozen one. Both are JSON; null is "not measured", so a value that is null or
 * absent on one side only was lost or gained. `furthest` is the number with the largest |after − before| in relation to
 * the larger of the two. No differences: changed, lost and gained are 0.
 */
export function differenceOf(frozen: unknown, fresh: unknown): EvidenceDifference {
  const before = leavesOf(frozen);
  const after = leavesOf(fresh);
  const difference: EvidenceDifference = { compared: 0, changed: 0, lost: 0, gained: 0, furthest: null };
  let furthestRatio = 0;
  for (const [place, was] of before) {
    if (was === null) continue;
    const is = after.get(place) ?? null;
    if (is === null) {
      difference.lost += 1;
      continue;
    }
    difference.compared += 1;
    if (areSame(was, is)) continue;
    difference.changed += 1;
    if (typeof was !== 'number' || typeof is !== 'number') continue;
    const ratio = Math.abs(is - was) / Math.max(Math.abs(is), Math.abs(was));
    if (ratio > furthestRatio) {
      furthestRatio = ratio;
      difference.furthest = { place, before: was, after: is };
    }
  }
  for (const [place, is] of after) {
    if (is !== null && (before.get(place) ?? null) === null) difference.gained += 1;
  }
  return difference;
}

/** Names of the lists in which answers keep what they found; grids, versions and choices beside them are found without it. */
const FINDINGS: ReadonlySet<string> = new Set([
  'series',
  'rows',
  'counts',
  'reasons',
  'jobs',
  'events',
  'measures',
  'before',
  'after',
  'story',
]);

/** Whether an answer found anything: a number or a text in one of the lists that hold findings. */
export function foundAnything(answer: unknown): boolean {
  const open: { value: unknown; isFinding: boolean }[] = [{ value: answer, isFinding: false }];
  while (open.length > 0) {
    const { value, isFinding } = open.pop() ?? { value: null, isFinding: false };
    if (Array.isArray(value)) for (const each of value) open.push({ value: each, isFinding });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        // Labels name a series; without a value it found nothing.
        if (key !== 'labels' && !NOT_MEASURED.has(key)) {
          open.push({ value: each, isFinding: isFinding || FINDINGS.has(key) });
        }
      }
    } else if (isFinding && value !== null && value !== undefined && typeof value !== 'boolean') return true;
  }
  return false;
}
