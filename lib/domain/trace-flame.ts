import type { TraceAnalysis } from './trace-analysis';
import type { TraceColumns } from './trace-columns';

/** Places drawn at most. */
const MAX_PLACES = 3_000;

/** A place in the merged tree: spans with the same services and names from the top down. Nanoseconds of self time. */
export interface FlamePlace {
  /** Into the list; −1 at the bottom. */
  parent: number;
  depth: number;
  service: number;
  name: number;
  fromNs: number;
  /** Self time of the place and all above it in the picture. */
  ns: number;
  selfNs: number;
  count: number;
  errors: number;
  /** The longest span here. */
  longest: number;
}

/**
 * The flame graph of a trace: spans of one place as one box, as wide as their self time and that of all they called.
 * Self times add up whatever runs beside each other, so boxes never overlap and those above never stand out. Widest
 * first within a box. Boxes narrower than 1/2,000 of the whole, and what is beyond MAX_PLACES, are left out.
 */
export function flamePlaces(
  columns: TraceColumns,
  analysis: TraceAnalysis,
): { places: FlamePlace[]; totalNs: number; left: number } {
  const { tree } = analysis;
  const all: FlamePlace[] = [];
  const children: number[][] = [[]];
  const byKey = new Map<string, number>();
  const placeOf = new Int32Array(columns.count);
  for (const index of tree.order) {
    const up = tree.parent[index] ?? -1;
    const parent = up < 0 ? -1 : (placeOf[up] ?? -1);
    const service = columns.service[index] ?? 0;
    const name = columns.name[index] ?? 0;
    const key = `${parent} ${service} ${name}`;
    let place = byKey.get(key);
    if (place === undefined) {
      place = all.length;
      byKey.set(key, place);
      const depth = parent < 0 ? 0 : (all[parent]?.depth ?? 0) + 1;
      all.push({ parent, depth, service, name, fromNs: 0, ns: 0, selfNs: 0, count: 0, errors: 0, longest: index });
      children.push([]);
      children[parent + 1]?.push(place);
    }
    placeOf[index] = place;
    const row = all[place];
    if (row === undefined) continue;
    row.count += 1;
    row.errors += columns.error[index] ?? 0;
    row.selfNs += analysis.selfNs[index] ?? 0;
    if ((columns.durationNs[index] ?? 0) > (columns.durationNs[row.longest] ?? 0)) row.longest = index;
  }
  let totalNs = 0;
  for (let at = all.length - 1; at >= 0; at -= 1) {
    const row = all[at];
    if (row === undefined) continue;
    row.ns += row.selfNs;
    const parent = all[row.parent];
    if (parent === undefined) totalNs += row.ns;
    else parent.ns += row.ns;
  }
  return { ...layOut(all, children, totalNs), totalNs };
}

/** Widest first, parents before children; what is too narrow is left out with all above it. */
function layOut(all: readonly FlamePlace[], children: readonly (readonly number[])[], totalNs: number) {
  const places: FlamePlace[] = [];
  let left = 0;
  // Breadth first, so that a bound on the number cuts the top of the picture and not its right.
  const queue: { place: number; parent: number; fromNs: number }[] = [];
  const enqueue = (parentPlace: number, parent: number, fromNs: number) => {
    const list = [...(children[parentPlace + 1] ?? [])].sort((a, b) => (all[b]?.ns ?? 0) - (all[a]?.ns ?? 0) || a - b);
    let cursor = fromNs;
    for (const place of list) {
      queue.push({ place, parent, fromNs: cursor });
      cursor += all[place]?.ns ?? 0;
    }
  };
  enqueue(-1, -1, 0);
  for (let head = 0; head < queue.length; head += 1) {
    const next = queue[head];
    const row = next === undefined ? undefined : all[next.place];
    if (next === undefined || row === undefined) continue;
    if (places.length >= MAX_PLACES || row.ns * 2_000 < totalNs) {
      left += 1;
      continue;
    }
    places.push({ ...row, parent: next.parent, fromNs: next.fromNs });
    enqueue(next.place, places.length - 1, next.fromNs);
  }
  return { places, left };
}
