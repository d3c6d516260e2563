import 'server-only';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import { formatDuration } from '@/lib/domain/format';
import type { SloCells } from '@/lib/domain/slo';
import { BURN_WINDOWS_MS } from '@/lib/domain/slo-windows';
import { gridLength, MINUTE_MS, rateWindowMs, snapRange, stepForRange } from '@/lib/domain/time';
import type { Gather } from '../gather';
import type { Telemetry } from '../telemetry';
import type { Sli } from './sli';

/*
 * Reads what objectives count, for all models of one kind at once: the number of queries depends on the kinds and
 * windows of the configuration, not on the number of models.
 */

/** Coverage of the burn windows is judged in steps of the shortest of them. */
export const COVERAGE_STEP_MS = 5 * MINUTE_MS;
/** Points of a whole window: a grid ends on a multiple of its step, so a month is at most an hour behind. */
const WINDOW_POINTS = 720;
const LONGEST_MS = BURN_WINDOWS_MS.at(-1) ?? 0;

/** Bad ÷ all by window (milliseconds) and by owner (a model, a job); null and absent are not measured. */
export type Ratios = ReadonlyMap<number, ReadonlyMap<string, number | null>>;

interface Asked {
  endMs: number;
  signal: AbortSignal;
}

const byKey = (sli: Sli, samples: readonly Sample[] | null): Map<string, number | null> =>
  new Map((samples ?? []).map(({ labels, value }) => [labels[sli.keyLabel] ?? '', value]));

/** Error ratios of every burn window at an instant: one query per window. */
export async function readRatios(
  { prometheus }: Telemetry,
  sli: Sli,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<Ratios> {
  const entries = await Promise.all(
    BURN_WINDOWS_MS.map(async (windowMs) => {
      const purpose = `${sli.group}: share of bad over ${formatDuration(windowMs)}`;
      const samples = await gather.take(purpose, prometheus.instant(sli.ratio(windowMs, null), endMs, signal));
      return [windowMs, byKey(sli, samples)] as const;
    }),
  );
  return new Map(entries);
}

/** What was measured in the `spanMs` before the end, in steps of five minutes, by owner: for coverage. */
export async function readCoverage(
  { prometheus }: Telemetry,
  sli: Sli,
  { endMs, signal, spanMs = LONGEST_MS }: Asked & { spanMs?: number },
  gather: Gather,
): Promise<CellsByKey> {
  const range = stepRange(endMs, spanMs, COVERAGE_STEP_MS);
  const purpose = `${sli.group}: what was measured of the last ${formatDuration(spanMs)}`;
  const set = await gather.take(purpose, prometheus.range(sli.total(COVERAGE_STEP_MS, null), range, signal));
  return new CellsByKey(sli, range, set, null);
}

/** All and bad events over an objective's window, by owner; a step holds several scrapes, else it would count nothing. */
export async function readWindow(
  { prometheus, source }: Telemetry,
  sli: Sli,
  { endMs, signal, windowMs, model = null }: Asked & { windowMs: number; model?: string | null },
  gather: Gather,
): Promise<CellsByKey> {
  const range = stepRange(
    endMs,
    windowMs,
    stepForRange(windowMs, WINDOW_POINTS, rateWindowMs(COVERAGE_STEP_MS, source.scrapeIntervalMs)),
  );
  const over = formatDuration(windowMs);
  const [total, bad] = await Promise.all([
    gather.take(`${sli.group}: all over ${over}`, prometheus.range(sli.total(range.stepMs, model), range, signal)),
    gather.take(`${sli.group}: bad over ${over}`, prometheus.range(sli.bad(range.stepMs, model), range, signal)),
  ]);
  return new CellsByKey(sli, range, total, bad);
}

interface StepRange {
  startMs: number;
  endMs: number;
  stepMs: number;
}

/** A grid whose points each count the step that ends there; the first ends a step after the window's start. */
function stepRange(endMs: number, spanMs: number, stepMs: number): StepRange {
  const { endMs: last } = snapRange({ startMs: endMs - spanMs, endMs }, stepMs);
  return { startMs: last - Math.max(1, Math.floor(spanMs / stepMs) - 1) * stepMs, endMs: last, stepMs };
}

/** Two answers on one grid, by owner. An owner without series has nothing but gaps. */
export class CellsByKey {
  private readonly totals: ReadonlyMap<string, readonly (number | null)[]>;
  private readonly bads: ReadonlyMap<string, readonly (number | null)[]>;

  constructor(
    sli: Sli,
    private readonly range: StepRange,
    total: SeriesSet | null,
    bad: SeriesSet | null,
  ) {
    const read = (set: SeriesSet | null) =>
      new Map(
        (set?.series ?? []).map(({ labels, values }) => [labels[sli.keyLabel] ?? '', onGrid(values, set, range)]),
      );
    this.totals = read(total);
    this.bads = read(bad);
  }

  of(key: string): SloCells {
    const { startMs, endMs, stepMs } = this.range;
    const gaps = () => new Array<number | null>(gridLength(startMs, endMs, stepMs)).fill(null);
    return { startMs, stepMs, total: this.totals.get(key) ?? gaps(), bad: this.bads.get(key) ?? gaps() };
  }
}

/** Values on the grid that was asked for, whatever grid the answer came on. */
function onGrid(values: readonly (number | null)[], set: SeriesSet | null, range: StepRange): (number | null)[] {
  const offset = Math.round((range.startMs - (set?.startMs ?? range.startMs)) / range.stepMs);
  const points = gridLength(range.startMs, range.endMs, range.stepMs);
  return Array.from({ length: points }, (_, at) => values[at + offset] ?? null);
}
