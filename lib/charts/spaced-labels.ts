/** Part of a small chart's height that a line of text takes, with some room. */
const TEXT_SHARE = 1 / 8;

interface Labelled {
  readonly value: number;
  readonly label: string;
}

/**
 * Thresholds whose labels do not lie over each other: what is too close beneath another is named at that one's dash,
 * "P50 · P10", and keeps a dash without words. `top`: greatest value of the axis, which begins at zero.
 */
export function spacedLabels(thresholds: readonly Labelled[], top: number): Labelled[] {
  const spaced: { value: number; label: string }[] = [];
  let named: { value: number; label: string } | null = null;
  for (const { value, label } of thresholds.toSorted((a, b) => b.value - a.value)) {
    const own = { value, label };
    if (named !== null && named.value - value < top * TEXT_SHARE) {
      named.label = `${named.label} · ${label}`;
      own.label = '';
    } else {
      named = own;
    }
    spaced.push(own);
  }
  return spaced;
}
