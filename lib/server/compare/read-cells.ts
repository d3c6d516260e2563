import 'server-only';
import type { CompareInputs, SideCells } from '@/lib/contracts/compare-inputs';
import type { SeriesSet } from '@/lib/contracts/series';
import { type Buckets, histogramQuantile, toBuckets } from '@/lib/domain/histogram';
import { nativeBuckets } from '@/lib/domain/native-buckets';
import { MINUTE_MS, stepForRange } from '@/lib/domain/time';
import { tellsErrors } from '../fleet/counts';
import { versionOf } from '../fleet/labels';
import { histogramsOf, type VersionHistograms } from '../fleet/latency-series';
import type { NativeSeriesSet } from '../prometheus/results';
import { bucketsQuery, errorsQuery, nativeHistogramsQuery, requestsQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import type { SignalMap } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import type { Parts } from './parts';
import type { SideAsked } from './read-sides';

const CELL_MS = MINUTE_MS;
/** Cells at most; a longer window has longer cells. */
const MAX_CELLS = 1_440;

export interface CellsRead {
  startMs: number;
  stepMs: number;
  champion: { requests: (number | null)[]; errors: (number | null)[]; buckets: (Buckets | null)[] };
  challenger: { requests: (number | null)[]; errors: (number | null)[]; buckets: (Buckets | null)[] };
}

/**
 * Counts of both sides by minute (longer where the window is). Each cell is what the counter grew between the scrapes at
 * its ends: asked over one scrape more than the cell and scaled back, because increase() would otherwise stretch what it
 * saw over the scrape it did not see, and a stretched count looks like more evidence than there is.
 */
export async function readCells(
  { prometheus, map, source }: Telemetry,
  parts: Parts,
  sides: { champion: SideAsked; challenger: SideAsked },
  range: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<CellsRead | null> {
  const { scrapeIntervalMs } = source;
  const stepMs = stepForRange(range.endMs - range.startMs, MAX_CELLS, Math.max(CELL_MS, 2 * scrapeIntervalMs));
  const windowMs = stepMs + scrapeIntervalMs;
  const { model } = sides.champion;
  const asked = { fn: 'increase', windowMs, model, byVersion: true } as const;
  const grid = { ...range, stepMs };
  const ask = (query: string | null) => (query === null ? null : prometheus.range(query, grid, signal));
  const nativeQuery = nativeHistogramsQuery(map, asked);
  const [requests, errors, buckets, native] = await Promise.all([
    parts.take('requests', 'requests by version over time', ask(requestsQuery(map, asked))),
    parts.take('errors', 'failed requests by version over time', ask(errorsQuery(map, asked))),
    parts.take('latency', 'latency buckets by version over time', ask(bucketsQuery(map, asked))),
    // Beside classic buckets its failure costs resolution, not the measure.
    parts.take(
      map.latency.kind === 'native' ? 'latency' : 'other',
      'native latency histograms by version over time',
      nativeQuery === null ? null : prometheus.nativeRange(nativeQuery, grid, signal),
    ),
  ]);
  if (requests === null) return null;
  const factor = stepMs / windowMs;
  const length = requests.series[0]?.values.length ?? 0;
  const told = errors !== null && tellsErrors(map);
  const fine = native === null ? [] : nativeHistogramsOf(map, native);
  const histograms = [...fine, ...(buckets === null ? [] : histogramsOf(map, buckets))];
  const times = Array.from({ length }, (_, i) => requests.startMs + i * requests.stepMs);
  const own = (side: SideAsked): CellsRead['champion'] => {
    // A cell belongs to a side when it lies wholly in the side's own part of the window.
    const isOwn = times.map((atMs) => atMs - stepMs >= side.startMs - stepMs / 2 && atMs <= side.endMs);
    const sum = (set: SeriesSet | null): (number | null)[] =>
      times.map((_, i) => {
        if (!isOwn[i] || set === null) return null;
        let total: number | null = null;
        for (const { labels, values } of set.series) {
          const value = values[i] ?? null;
          if (value !== null && versionOf(map, labels) === side.version) total = (total ?? 0) + value * factor;
        }
        return total;
      });
    const counted = sum(requests);
    const failed = sum(errors).map((value, i) => (told && counted[i] !== null ? (value ?? 0) : null));
    const points = histograms.find(({ version }) => version === side.version)?.points ?? [];
    return {
      requests: counted.map((value, i) =>
        value !== null && map.requests?.successOnly === true ? value + (failed[i] ?? 0) : value,
      ),
      errors: failed,
      buckets: times.map((_, i) => (isOwn[i] ? scaled(points[i] ?? null, factor) : null)),
    };
  };
  return {
    startMs: requests.startMs,
    stepMs: requests.stepMs,
    champion: own(sides.champion),
    challenger: own(sides.challenger),
  };
}

/** Native histograms by version and point, all over the same bounds, so that cells can be added up. */
function nativeHistogramsOf(map: SignalMap, { series }: NativeSeriesSet): VersionHistograms[] {
  const factor = map.latency.kind === 'histogram' || map.latency.kind === 'native' ? UNIT_MS[map.latency.unit] : 1;
  const all = nativeBuckets(
    series.flatMap(({ values }) => values.map((one) => one ?? { buckets: [] })),
    factor,
  );
  return series.map(({ labels, values }, i) => ({
    version: versionOf(map, labels),
    points: all.slice(i * values.length, (i + 1) * values.length),
  }));
}

const scaled = (buckets: Buckets | null, factor: number): Buckets | null =>
  buckets === null
    ? null
    : { upperBounds: buckets.upperBounds, cumulative: buckets.cumulative.map((count) => count * factor) };

/** Cells as the comparison keeps them: `above` counts requests slower than the bound next above the champion's P95. */
export function toInputCells(cells: CellsRead, champion: Buckets | null): CompareInputs['cells'] {
  const p95 = champion === null ? null : histogramQuantile(champion, 0.95).value;
  const finite = champion?.upperBounds.filter(Number.isFinite) ?? [];
  // The bound nearest to P95 from below keeps more than 5 % above it, which tells dispersion better than fewer.
  const bound = p95 === null ? null : (finite.findLast((one) => one <= p95) ?? finite[0] ?? null);
  const above = (list: readonly (Buckets | null)[]): (number | null)[] =>
    list.map((one) => {
      const index = one === null || bound === null ? -1 : one.upperBounds.indexOf(bound);
      if (one === null || index === -1) return null;
      return Math.max(0, (one.cumulative.at(-1) ?? 0) - (one.cumulative[index] ?? 0));
    });
  const side = (one: CellsRead['champion']): SideCells => ({
    requests: one.requests,
    errors: one.errors,
    above: above(one.buckets),
  });
  return {
    startMs: cells.startMs,
    stepMs: cells.stepMs,
    aboveBoundMs: bound,
    champion: side(cells.champion),
    challenger: side(cells.challenger),
  };
}

/** First and last cell with traffic, as the instants they begin and end. */
export function lifeOf(
  cells: CellsRead | null,
  side: 'champion' | 'challenger',
): { firstMs: number | null; lastMs: number | null } {
  const values = cells?.[side].requests ?? [];
  const isOn = (value: number | null) => value !== null && value > 0;
  const first = values.findIndex(isOn);
  const last = values.findLastIndex(isOn);
  if (cells === null || first === -1) return { firstMs: null, lastMs: null };
  return { firstMs: cells.startMs + (first - 1) * cells.stepMs, lastMs: cells.startMs + last * cells.stepMs };
}

/** Sum of the histograms of neighbouring cells; null where none has one. */
export function mergeBuckets(list: readonly (Buckets | null)[]): Buckets | null {
  const points = list.flatMap((one) =>
    one === null ? [] : one.upperBounds.map((upperBound, i) => ({ upperBound, count: one.cumulative[i] ?? 0 })),
  );
  return points.length === 0 ? null : (toBuckets(points)?.buckets ?? null);
}
