import 'server-only';
import type { CompareInputs, Histogram, SideCounts } from '@/lib/contracts/compare-inputs';
import type { Role } from '@/lib/contracts/fleet';
import { NOTHING_READ } from '@/lib/domain/compare-inputs';
import type { Buckets } from '@/lib/domain/histogram';
import { type CellsRead, lifeOf, toInputCells } from '../compare/read-cells';
import { joinSegments, toHistogram } from '../compare/read-sides';
import type { BacktestCells, LabelledCells } from './backtest-cells';

type SideName = 'champion' | 'challenger';

interface Totals {
  requests: number | null;
  errors: number | null;
  upperBounds: readonly number[] | null;
  cumulative: number[];
}

export interface CumulateAsked {
  model: string;
  startMs: number;
  champion: { version: string; role: Role };
  challenger: { version: string; role: Role };
}

/**
 * Inputs of the comparison at one instant after the other, each from the last one and the cells between: the whole past
 * costs as much as reading it once. Call with instants that grow.
 */
export function cumulator(read: BacktestCells, asked: CumulateAsked): (atMs: number) => CompareInputs {
  const { cells, segments, outcomes, faults, scrapeIntervalMs } = read;
  const totals: Record<SideName, Totals> = {
    champion: { requests: null, errors: null, upperBounds: null, cumulative: [] },
    challenger: { requests: null, errors: null, upperBounds: null, cumulative: [] },
  };
  const sums = new Map<LabelledCells, Map<string, Record<SideName, number>>>();
  let done = 0;

  const addCell = (name: SideName, i: number): void => {
    const side = cells[name];
    const own = totals[name];
    own.requests = plus(own.requests, side.requests[i]);
    own.errors = plus(own.errors, side.errors[i]);
    const buckets = side.buckets[i] ?? null;
    if (buckets !== null) addBuckets(own, buckets);
  };
  const addLabels = (from: LabelledCells, i: number): void => {
    const own = sums.get(from) ?? new Map<string, Record<SideName, number>>();
    sums.set(from, own);
    for (const [label, values] of from) {
      // What neither side has exposed yet is not there, which is another thing than a zero.
      if ((values.champion[i] ?? null) === null && (values.challenger[i] ?? null) === null) continue;
      const sum = own.get(label) ?? { champion: 0, challenger: 0 };
      sum.champion += values.champion[i] ?? 0;
      sum.challenger += values.challenger[i] ?? 0;
      own.set(label, sum);
    }
  };

  const side = (name: SideName, atMs: number, part: CellsRead): SideCounts => {
    const { requests, errors } = totals[name];
    return {
      version: asked[name].version,
      role: asked[name].role,
      startMs: asked.startMs,
      endMs: atMs,
      requests: requests ?? 0,
      errors,
      latency: histogramOf(totals[name]),
      ...lifeOf(part, name),
    };
  };

  return (atMs) => {
    for (; done < cells.champion.requests.length && cells.startMs + done * cells.stepMs <= atMs; done += 1) {
      addCell('champion', done);
      addCell('challenger', done);
      for (const from of [segments?.all, segments?.failed, outcomes]) if (from) addLabels(from, done);
    }
    const part = firstCells(cells, done);
    return {
      model: asked.model,
      mode: 'versions',
      startMs: asked.startMs,
      endMs: atMs,
      splitMs: null,
      scrapeIntervalMs,
      ...NOTHING_READ,
      champion: side('champion', atMs, part),
      challenger: side('challenger', atMs, part),
      cells: toInputCells(part, bucketsOf(totals.champion)),
      segments:
        segments === null ? null : joinSegments(...segmentsOf(sums.get(segments.all), sums.get(segments.failed))),
      outcomes: outcomes === null ? null : outcomesOf(sums.get(outcomes)),
      faults,
    };
  };
}

const plus = (sum: number | null, value: number | null | undefined): number | null =>
  value === null || value === undefined ? sum : (sum ?? 0) + value;

function addBuckets(own: Totals, { upperBounds, cumulative }: Buckets): void {
  own.upperBounds ??= upperBounds;
  // Cells with other buckets than the first are left out: their counts cannot be added to it.
  const isSame =
    own.upperBounds.length === upperBounds.length && own.upperBounds.every((bound, i) => bound === upperBounds[i]);
  if (!isSame) return;
  for (const [i, count] of cumulative.entries()) own.cumulative[i] = (own.cumulative[i] ?? 0) + count;
}

const bucketsOf = ({ upperBounds, cumulative }: Totals): Buckets | null =>
  upperBounds === null ? null : { upperBounds, cumulative };

const histogramOf = (totals: Totals): Histogram | null => toHistogram(bucketsOf(totals));

const firstCells = (cells: CellsRead, count: number): CellsRead => {
  const cut = (one: CellsRead[SideName]): CellsRead[SideName] => ({
    requests: one.requests.slice(0, count),
    errors: one.errors.slice(0, count),
    buckets: one.buckets.slice(0, count),
  });
  return { ...cells, champion: cut(cells.champion), challenger: cut(cells.challenger) };
};

type Counted = Map<string, { successes: number; total: number }>;

function segmentsOf(
  all: Map<string, Record<SideName, number>> | undefined,
  failed: Map<string, Record<SideName, number>> | undefined,
): [Counted, Counted] {
  const of = (name: SideName): Counted =>
    new Map(
      [...(all ?? [])].flatMap(([segment, sum]) =>
        sum[name] > 0 ? [[segment, { total: sum[name], successes: failed?.get(segment)?.[name] ?? 0 }] as const] : [],
      ),
    );
  return [of('champion'), of('challenger')];
}

function outcomesOf(sums: Map<string, Record<SideName, number>> | undefined): CompareInputs['outcomes'] {
  if (sums === undefined || sums.size === 0) return null;
  const of = (name: SideName) => {
    const count = (outcome: string): number => sums.get(outcome)?.[name] ?? 0;
    return { tp: count('tp'), fp: count('fp'), tn: count('tn'), fn: count('fn') };
  };
  return { champion: of('champion'), challenger: of('challenger') };
}
