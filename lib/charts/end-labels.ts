/** Pixels between the middles of two names at the ends of lines, so that neither covers the other. */
const LINE_PX = 13;
/**
 * Height in pixels of the lowest plot with names, since the option does not know the element it is drawn in: in a higher
 * one the names stand a little further apart than they must, while taking it for higher than it is lets them collide.
 */
const PLOT_PX = 80;

/**
 * How far each name at a line's end is moved from its line, pixels, downwards positive, so that names of lines that end
 * close together stand beneath each other. `ends` are the last values; `span` is what the value axis covers.
 */
export function endLabelShifts(ends: readonly number[], span: number): number[] {
  const shifts = ends.map(() => 0);
  if (!(span > 0)) return shifts;
  const topDown = ends.map((value, index) => ({ index, y: -(value / span) * PLOT_PX })).sort((a, b) => a.y - b.y);
  let reached = Number.NEGATIVE_INFINITY;
  for (const { index, y } of topDown) {
    const at = Math.max(y, reached + LINE_PX);
    shifts[index] = at - y;
    reached = at;
  }
  return shifts;
}
