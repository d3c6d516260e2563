import { simulateDrift } from '../domain/drift-simulation';
import { type Figures, round3 } from './figures';

const SEED = 20_261_121;
const FEATURES = 50;
const BINS = 10;
const WINDOWS = { 100: 4_000, 500: 2_000, 5000: 400 } as const;
const REFERENCE = 10_000;
/** Most windows without drift in which any feature may be called drifted. */
const MOST_FALSE = 0.05;
const SHIFT = 0.5;
const SHIFT_N = 5_000;
/** Least share of shifted features to be found within two windows. */
const LEAST_FOUND = 0.99;

/** What the rule of drift calls where nothing moved, and what of a true shift it finds. Seeded: the same at every run. */
export function measureDriftSimulation(): Figures {
  const figures: Figures = {};
  for (const [key, windows] of Object.entries(WINDOWS)) {
    const n = Number(key);
    const of = { seed: SEED + n, windows, features: FEATURES, bins: BINS, n, referenceN: REFERENCE };
    const { anyDrifted, anyCalled, plainFeatures, plainAny } = simulateDrift({ ...of, shift: 0 });
    const note = `no drift, ${windows} windows of ${FEATURES} features, ${BINS} bins, n = ${n} against ${REFERENCE}`;
    figures[`driftFalseDrifted${n}`] = { value: round3(anyDrifted), unit: 'share', limit: MOST_FALSE, note };
    figures[`driftFalseCalled${n}`] = { value: round3(anyCalled), unit: 'share', limit: MOST_FALSE, note };
    figures[`driftPlainPsi${n}`] = {
      value: round3(plainFeatures),
      unit: 'share',
      note: `PSI > 0.1 alone: of single features; of windows with any ${round3(plainAny)}`,
    };
  }
  const of = { seed: SEED, windows: 200, features: FEATURES, bins: BINS, n: SHIFT_N, referenceN: REFERENCE };
  const { foundWithinTwo, calledFeatures } = simulateDrift({ ...of, shift: SHIFT });
  figures.driftShiftMissed = {
    value: round3(1 - foundWithinTwo),
    unit: 'share',
    limit: round3(1 - LEAST_FOUND),
    note: `shift of ${SHIFT} standard deviations, n = ${SHIFT_N}, not found within two windows; in one window ${round3(1 - calledFeatures)}`,
  };
  return figures;
}
