import type { DriftState } from '@/lib/contracts/drift-state';
import { isCalled } from './drift-verdict';

/** One window of a feature's row, oldest first. */
export interface DriftWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: DriftState;
  readonly psi: number | null;
  readonly noiseLimit: number | null;
  readonly noiseMean: number | null;
  readonly bins: number;
}

/**
 * When a drift that goes on began. `sinceMs` is the start of the first window that left the quiet level; it began within
 * that window. `isAtLeast`: the first window measured had left it already, so that it began then or earlier.
 */
export interface Onset {
  readonly sinceMs: number;
  readonly isAtLeast: boolean;
}

/** Windows that must be called for a drift to count as going on: one of the last two. */
const RECENT = 2;
/** Standard deviations of a PSI above the quiet level that end the quiet. */
const QUIET_Z = 3;

/**
 * When the drift that goes on at the end of a row began; null where neither of the last two measured windows is called.
 *
 * From the last called window back as long as windows lie beyond noise and above the row's own quiet level, which is the
 * median of its uncalled windows plus three standard deviations of a PSI of that size,
 *   Var(PSI) ≈ Var(χ²_{B−1})·(1/n + 1/m)² + 4·PSI·(1/n + 1/m)
 * (the second term that of a distribution that differs by a little all the time, as every service does from its training
 * set). A slow drift is so dated at its first trace, not where it crosses the limit. Windows without an answer are
 * passed over.
 */
export function driftOnset(row: readonly DriftWindow[]): Onset | null {
  const measured = row.filter(({ psi }) => psi !== null);
  const lastCalled = measured.findLastIndex(({ state }) => isCalled(state));
  if (lastCalled === -1 || lastCalled < measured.length - RECENT) return null;
  const quiet = measured.slice(0, lastCalled).filter(({ state }) => !isCalled(state));
  const level = median(quiet.map(({ psi }) => psi ?? 0));
  let first = lastCalled;
  for (let i = lastCalled - 1; i >= 0; i -= 1) {
    const window = measured[i];
    if (window === undefined || !hasLeft(window, level)) break;
    first = i;
  }
  const begun = measured[first];
  return begun === undefined ? null : { sinceMs: begun.startMs, isAtLeast: first === 0 };
}

function hasLeft(window: DriftWindow, level: number | null): boolean {
  if (isCalled(window.state)) return true;
  const value = window.psi ?? 0;
  // Without a sample a small move cannot be told from noise.
  if (window.noiseLimit === null || value <= window.noiseLimit) return false;
  if (level === null) return true;
  return value > level + QUIET_Z * psiDeviation(level, window);
}

/** Standard deviation of a PSI of this size: its noise, and the spread that comes with a true difference. */
function psiDeviation(psi: number, { noiseMean, bins }: Pick<DriftWindow, 'noiseMean' | 'bins'>): number {
  if (noiseMean === null || bins < 2) return 0;
  const scale = noiseMean / (bins - 1);
  return Math.sqrt(2 * (bins - 1) * scale ** 2 + 4 * psi * scale);
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
