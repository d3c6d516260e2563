import 'server-only';
import type { DriftConsequences } from '@/lib/contracts/drift';
import type { DriftParams } from '@/lib/contracts/drift-params';
import { scoreShift } from '@/lib/domain/drift-rank';
import { type FeaturePair, shapeOf } from '@/lib/domain/feature-drift';
import { bucketIndex } from '@/lib/domain/feature-place';
import { rankCorrelation } from '@/lib/domain/rank-correlation';
import { ScoreByBin } from '@/lib/domain/score-by-bin';
import { valueIncrease, valueSum } from '../prometheus/drift-queries';
import { readCurrent } from './current';
import type { LogSlice } from './log-slice';
import type { Context } from './open';
import { rowsOf } from './over-windows';
import { type BothSides, readBoth, withCurrent } from './read-drift';
import { MIN_WINDOW_MS } from './read-heat';
import { readLogWindows } from './read-logs';
import { askWindows, oneWindow, windowsOf } from './windows';

/** Lines with a score under which an effect is not estimated. */
const MIN_SCORED = 500;
const WINDOWS = 24;

/**
 * How much the mean score moves where a feature moved: from the prediction logs, line by line; where there are none, how
 * the feature's PSI and the mean score go together over windows. Neither is a cause.
 */
export async function readConsequences(params: DriftParams, context: Context): Promise<DriftConsequences> {
  const both = await readBoth(params, { feature: null, windows: oneWindow }, context);
  const { drift } = both;
  const { model, version } = drift;
  const base = { model, version, gaps: drift.panel.gather.gaps, why: drift.panel.gather.why };
  const logs = await readLogWindows(
    drift,
    { version, feature: null, windows: oneWindow(params), purpose: 'scores' },
    { tell: () => {} },
  );
  const slices = logs.windows[0]?.slices ?? [];
  const scored = slices.reduce((sum, { scores }) => sum + scores.filter((score) => score !== null).length, 0);
  if (scored >= MIN_SCORED) {
    const rows = both.pairsOf(0).flatMap((pair) => effectOf(pair, slices));
    return {
      ...base,
      how: 'logs',
      words: `from ${scored} prediction lines with a score`,
      sample: logs.sample,
      rows: bySize(rows),
    };
  }
  const rows = await alongWindows(both, params);
  if (rows !== null && rows.length > 0) {
    const words = `no prediction lines with a score (${scored}); from the mean score and the PSI of each window`;
    return { ...base, how: 'windows', words, sample: null, rows: bySize(rows) };
  }
  return {
    ...base,
    how: null,
    words: `Not measurable: ${scored} prediction lines with a score (${MIN_SCORED} are needed), and too few windows with a mean score that varies.`,
    sample: null,
    rows: [],
  };
}

type Row = DriftConsequences['rows'][number];

const bySize = (rows: readonly Row[]): Row[] =>
  rows.toSorted(
    (a, b) => Math.abs(b.consequence.value) - Math.abs(a.consequence.value) || (a.feature < b.feature ? -1 : 1),
  );

function effectOf(pair: FeaturePair, slices: readonly LogSlice[]): Row[] {
  const { sides, buckets, names } = shapeOf(pair, true);
  const { paired } = sides;
  if (paired === null) return [];
  const binOf =
    buckets === null
      ? categoryBin(names ?? [])
      : (value: number | string) =>
          typeof value === 'number' ? bucketIndex({ ...buckets, cumulative: [] }, value) : -1;
  const gathered = new ScoreByBin(paired.reference.length);
  for (const { features, scores } of slices) {
    for (const [i, value] of (features.get(pair.feature) ?? []).entries()) {
      const score = scores[i] ?? null;
      if (value !== null && score !== null) gathered.add(binOf(value), score);
    }
  }
  const n = gathered.total;
  const shift = n < MIN_SCORED ? null : scoreShift(paired, gathered.scores());
  if (shift === null) return [];
  return [{ feature: pair.feature, consequence: { how: 'logs', value: shift.shift, interval: shift.interval, n } }];
}

function categoryBin(names: readonly string[]): (value: number | string) => number {
  const at = new Map(names.map((name, i) => [name, i]));
  return (value) => at.get(String(value)) ?? -1;
}

/** Rank correlation of the mean score with each feature's PSI; null without scores. */
async function alongWindows(both: BothSides, params: DriftParams): Promise<Row[] | null> {
  const { drift } = both;
  const { panel, model, version, signal } = drift;
  const { prometheus, map } = panel.telemetry;
  const windows = windowsOf(params, WINDOWS, MIN_WINDOW_MS);
  const of = { model, version, windowMs: windows.windowMs };
  const { predictionScore } = map.contract;
  const ask = (query: string) => askWindows(prometheus, query, windows, signal, 10);
  const [sums, counts] = await Promise.all([
    panel.gather.take('sum of scores by window', ask(valueSum(predictionScore, [], of))),
    panel.gather.take('scores by window', ask(valueIncrease(predictionScore, [], of))),
  ]);
  const means = Array.from({ length: windows.count }, (_, i) => {
    const count = counts?.[0]?.values[i] ?? null;
    const sum = sums?.[0]?.values[i] ?? null;
    return count === null || sum === null || !(count > 0) ? null : sum / count;
  });
  if (means.every((mean) => mean === null)) return null;
  const read = await readCurrent(drift, { source: both.read.current.source ?? 'auto', feature: null, windows });
  return rowsOf(withCurrent(both, read)).flatMap(({ feature, psi }) => {
    const found = rankCorrelation(psi.map((value, i) => [value, means[i] ?? null] as const));
    return found === null
      ? []
      : [{ feature, consequence: { how: 'windows' as const, value: found.value, interval: null, n: found.n } }];
  });
}
