/** Pixels a pointer moves before a press is a drag. */
const SLOP_PX = 5;

/** The shortest range a drag may ask for: less than a few scrapes holds nothing. */
const SHORTEST_MS = 60_000;

/** Pixels along the time axis; what moved less is a press on a point. */
export const isDrag = (fromX: number, toX: number): boolean => Math.abs(toX - fromX) > SLOP_PX;

/** Two instants of a drag, either way round, as a range of whole milliseconds of at least a minute. */
export function toRange(aMs: number, bMs: number): { startMs: number; endMs: number } {
  const startMs = Math.round(Math.min(aMs, bMs));
  const endMs = Math.round(Math.max(aMs, bMs));
  const missing = Math.max(0, SHORTEST_MS - (endMs - startMs));
  return { startMs: startMs - Math.ceil(missing / 2), endMs: endMs + Math.ceil(missing / 2) };
}
