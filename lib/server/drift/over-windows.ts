import 'server-only';
import type { Onset } from '@/lib/contracts/drift';
import type { DriftState } from '@/lib/contracts/drift-state';
import { driftOnset } from '@/lib/domain/drift-onset';
import { type DriftMeasure, type DriftVerdict, driftVerdicts, measureDrift } from '@/lib/domain/drift-verdict';
import { type FeaturePair, scoreState, sidesOfPair } from '@/lib/domain/feature-drift';
import { type BothSides, canCompare } from './read-drift';

/** One feature in every window. */
export interface FeatureRow {
  feature: string;
  psi: (number | null)[];
  noiseLimit: (number | null)[];
  state: DriftState[];
  n: (number | null)[];
  began: Onset | null;
  verdicts: DriftVerdict[];
}

/** Every feature in every window, each window judged as a whole, and when what goes on began. */
export function rowsOf(both: BothSides): FeatureRow[] {
  const { startMs, windowMs, count } = both.read.windows;
  const rows = new Map<string, FeatureRow>();
  for (let i = 0; i < count; i += 1) {
    const pairs = both.pairsOf(i);
    const isMeasured = canCompare(pairs);
    const sides = pairs.map((pair) => sidesOfPair(pair, isMeasured));
    const measures: DriftMeasure[] = sides.map(measureDrift);
    for (const [at, verdict] of driftVerdicts(sides, measures).entries()) {
      const pair = pairs[at];
      if (pair !== undefined) {
        add(rowFor(rows, pair, i), both.read.scored === null ? verdict : verdictOfScore(pair), pair);
      }
    }
    // A feature that this window has on neither side.
    for (const row of rows.values()) if (row.psi.length === i) add(row, NOT_MEASURED, null);
  }
  for (const row of rows.values()) {
    row.began = driftOnset(
      row.verdicts.map(({ state, psi, noiseLimit, noiseMean, bins }, i) => ({
        startMs: startMs + i * windowMs,
        endMs: startMs + (i + 1) * windowMs,
        state,
        psi,
        noiseLimit,
        noiseMean,
        bins,
      })),
    );
  }
  return [...rows.values()];
}

const NOT_MEASURED: DriftVerdict = {
  psi: null,
  noiseLimit: null,
  noiseMean: null,
  pValue: null,
  bins: 0,
  state: 'not-measured',
  qValue: null,
};

/** A score in a window: what sampling alone gives is not known, since its sample is not. */
function verdictOfScore({ score }: FeaturePair): DriftVerdict {
  const { state } = scoreState(score);
  return { ...NOT_MEASURED, state, psi: state === 'not-measured' ? null : (score?.value ?? null) };
}

function rowFor(rows: Map<string, FeatureRow>, { feature }: FeaturePair, before: number): FeatureRow {
  const known = rows.get(feature);
  if (known !== undefined) return known;
  const row: FeatureRow = { feature, psi: [], noiseLimit: [], state: [], n: [], began: null, verdicts: [] };
  for (let i = 0; i < before; i += 1) add(row, NOT_MEASURED, null);
  rows.set(feature, row);
  return row;
}

function add(row: FeatureRow, verdict: DriftVerdict, pair: FeaturePair | null): void {
  row.psi.push(verdict.psi);
  row.noiseLimit.push(verdict.noiseLimit);
  row.state.push(verdict.state);
  row.n.push(pair?.current?.total ?? null);
  row.verdicts.push(verdict);
}
