import type { DriftState } from '@/lib/contracts/drift-state';
import { PSI_DRIFTED, PSI_WATCH } from '@/lib/domain/drift-verdict';
import { HEAT_STEPS } from './heatmap';

/** Steps below the first limit, between both, and above the second. */
const BELOW = 2;
const BETWEEN = 2;

/**
 * Step of a window of a heat strip, 0 (no more than noise: the panel itself) to HEAT_STEPS; null is a gap. Steps 1 and 2
 * are certain but small, 3 and 4 shifting, 5 to 7 drifted, so that the colour changes where the word does.
 */
export function stripStep(psi: number | null, state: DriftState): number | null {
  if (psi === null || state === 'not-enough-data' || state === 'not-measured' || state === 'not-comparable')
    return null;
  if (state === 'within-noise') return 0;
  if (psi <= PSI_WATCH) return psi <= PSI_WATCH / 2 ? 1 : BELOW;
  if (psi <= PSI_DRIFTED) return psi <= (PSI_WATCH + PSI_DRIFTED) / 2 ? BELOW + 1 : BELOW + BETWEEN;
  return psi <= 2 * PSI_DRIFTED ? BELOW + BETWEEN + 1 : psi <= 4 * PSI_DRIFTED ? HEAT_STEPS - 1 : HEAT_STEPS;
}
