import 'server-only';
import type { Proportion } from '@/lib/domain/comparison';
import {
  categorySide,
  type FeatureSide,
  histogramSide,
  joinSides,
  NO_SIDE,
  nativeSide,
  type Sides,
  unreadSide,
  windowSide,
} from '@/lib/domain/feature-side';
import { boundOf } from '../fleet/counts';
import type { Gather } from '../gather';
import { categoryCount, type FeaturesAsked, featureIncrease, labelOf } from '../prometheus/drift-queries';
import { regexAnyOf } from '../prometheus/promql';
import type { ResolvedSignal } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import type { Unread } from './open';
import { MAX_FEATURE_SERIES, readMissing, type SidesAsked } from './read-missing';
import {
  askNativeWindows,
  askWindows,
  endOf,
  type NativeWindowSeries,
  type WindowSeries,
  type Windows,
} from './windows';

/** Bucket series of one answer at most: 5,000 features of ten buckets. */
export const MAX_BUCKET_SERIES = 60_000;
/** Category series of one answer at most. */
const MAX_CATEGORY_SERIES = 25_000;
/** Categories of one feature that are read at most; a feature with more is told to be one of too many. */
const MAX_READ_CATEGORIES = 12_000;
/** Native histograms of one answer at most: each is a whole distribution. */
const MAX_NATIVE_SERIES = 2_000;

/** The sides of every feature in each window, and what was cut. */
export interface WindowedSides {
  windows: Windows;
  /** One map per window. */
  sides: Sides[];
  truncated: string | null;
  unread: Unread;
}

/**
 * Distributions of every feature of a version in each window, from histograms and counters: four queries, however many
 * features there are, and one more where native histograms are there.
 */
export async function readMetricSides(
  { prometheus, map }: Telemetry,
  gather: Gather,
  { model, version, feature, windows, purpose }: SidesAsked,
  signal: AbortSignal,
): Promise<WindowedSides> {
  const { featureValue, featureCategory } = map.contract;
  const askedOf = (of: ResolvedSignal): FeaturesAsked => ({
    model,
    version,
    windowMs: windows.windowMs,
    ...(feature === null ? {} : { only: [{ label: labelOf(of, 'feature'), op: '=' as const, value: feature }] }),
  });
  const ask = (of: ResolvedSignal, keep: readonly string[], limit: number, suffix = '') =>
    askWindows(
      prometheus,
      featureIncrease(of, [labelOf(of, 'feature'), ...keep], askedOf(of), suffix),
      windows,
      signal,
      limit,
    );
  const [buckets, natives, categories, missing] = await Promise.all([
    gather.take(`${purpose}: histograms`, ask(featureValue, ['le'], MAX_BUCKET_SERIES, '_bucket')),
    featureValue.hasNative
      ? gather.take(
          `${purpose}: native histograms`,
          askNativeWindows(
            prometheus,
            featureIncrease(featureValue, [labelOf(featureValue, 'feature')], askedOf(featureValue)),
            windows,
            signal,
            MAX_NATIVE_SERIES,
          ),
        )
      : [],
    readCategories(
      { prometheus, map },
      gather,
      { of: featureCategory, asked: askedOf(featureCategory), windows, purpose },
      signal,
    ),
    readMissing({ prometheus, map }, gather, { model, version, feature, windows, purpose }, signal),
  ]);
  const sides = Array.from({ length: windows.count }, (): Sides => new Map());
  addHistograms(sides, buckets ?? [], (labels) => labels[labelOf(featureValue, 'feature')]);
  addNatives(sides, natives ?? [], (labels) => labels[labelOf(featureValue, 'feature')]);
  addCategories(sides, categories.series ?? [], featureCategory);
  for (const name of categories.tooMany.keys()) {
    for (const own of sides) own.set(name, unreadSide([categories.tooMany.get(name) ?? '']));
  }
  addMissing(sides, missing);
  const truncated = cutOf(gather, purpose);
  const isCut = truncated !== null;
  return {
    windows,
    sides,
    truncated,
    unread: {
      numeric: buckets === null || natives === null || isCut,
      categorical: categories.series === null || isCut,
    },
  };
}

/** The first part of these sides that was cut, in its own words. */
const cutOf = (gather: Gather, purpose: string): string | null =>
  gather.why.find((why) => why.purpose.startsWith(`${purpose}: `) && why.truncated !== null)?.truncated ?? null;

/**
 * Categories of every feature. Where there are too many series, the features with the most of them are left out and
 * named, so that the others are whole.
 */
async function readCategories(
  { prometheus }: Pick<Telemetry, 'prometheus' | 'map'>,
  gather: Gather,
  { of, asked, windows, purpose }: { of: ResolvedSignal; asked: FeaturesAsked; windows: Windows; purpose: string },
  signal: AbortSignal,
): Promise<{ series: readonly WindowSeries[] | null; tooMany: Map<string, string> }> {
  const featureLabel = labelOf(of, 'feature');
  const tooMany = new Map<string, string>();
  const read = (more: FeaturesAsked['only'] = []) =>
    askWindows(
      prometheus,
      featureIncrease(of, [featureLabel, labelOf(of, 'category')], {
        ...asked,
        only: [...(asked.only ?? []), ...more],
      }),
      windows,
      signal,
      MAX_CATEGORY_SERIES,
    );
  const counted = await gather.take(
    `${purpose}: how many categories`,
    prometheus.instant(categoryCount(of, asked), endOf(windows), signal, MAX_FEATURE_SERIES),
  );
  const sizes = (counted ?? []).map(({ labels, value }) => ({ name: labels[featureLabel] ?? '', size: value ?? 0 }));
  // A range holds a value per window: it may have as many fewer series.
  const most = Math.max(1_000, Math.floor(MAX_CATEGORY_SERIES / Math.max(1, windows.count / 8)));
  let left = most;
  for (const { name, size } of sizes.sort((a, b) => a.size - b.size)) {
    if (size <= MAX_READ_CATEGORIES && size <= left) left -= size;
    else
      tooMany.set(
        name,
        `${size} series of categories are more than are read of one feature (${Math.min(most, MAX_READ_CATEGORIES)}).`,
      );
  }
  const more =
    tooMany.size === 0 ? [] : [{ label: featureLabel, op: '!~' as const, value: regexAnyOf([...tooMany.keys()]) }];
  const series = await gather.take(`${purpose}: categories`, read(more));
  return { series, tooMany };
}

/** Adds histograms told apart by what `featureOf` reads of their labels; a series without it is none. */
export function addHistograms(
  sides: readonly Sides[],
  series: readonly WindowSeries[],
  featureOf: (labels: WindowSeries['labels']) => string | undefined,
): void {
  const byName = new Map<string, { upperBound: number; values: readonly (number | null)[] }[]>();
  for (const { labels, values } of series) {
    const name = featureOf(labels);
    if (name === undefined || name === '') continue;
    const own = byName.get(name) ?? [];
    own.push({ upperBound: boundOf(labels.le), values });
    byName.set(name, own);
  }
  for (const [name, own] of byName) {
    own.sort((a, b) => a.upperBound - b.upperBound);
    const bounds = own.map(({ upperBound }) => upperBound);
    const isOnce = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? 0));
    for (const [i, window] of sides.entries()) {
      const side = isOnce
        ? windowSide(
            bounds,
            own.map(({ values }) => values[i] ?? null),
          )
        : histogramSide(own.map(({ upperBound, values }) => ({ upperBound, count: values[i] ?? null })));
      put(window, name, side);
    }
  }
}

/** Adds native histograms where a feature has no classic one: those say exactly what lies below their bounds. */
export function addNatives(
  sides: readonly Sides[],
  series: readonly NativeWindowSeries[],
  featureOf: (labels: NativeWindowSeries['labels']) => string | undefined,
): void {
  for (const { labels, values } of series) {
    const name = featureOf(labels);
    if (name === undefined || name === '') continue;
    for (const [i, window] of sides.entries()) {
      const own = values[i] ?? null;
      const isClassic = (window.get(name)?.buckets ?? null) !== null;
      if (own !== null && !isClassic) put(window, name, nativeSide(own));
    }
  }
}

function addCategories(sides: readonly Sides[], series: readonly WindowSeries[], signal: ResolvedSignal): void {
  const byName = new Map<string, { category: string; values: readonly (number | null)[] }[]>();
  for (const { labels, values } of series) {
    const name = labels[labelOf(signal, 'feature')] ?? '';
    if (name === '') continue;
    const own = byName.get(name) ?? [];
    own.push({ category: labels[labelOf(signal, 'category')] ?? '', values });
    byName.set(name, own);
  }
  for (const [name, own] of byName) {
    for (const [i, window] of sides.entries()) {
      const counts = new Map<string, number>();
      for (const { category, values } of own) {
        const value = values[i] ?? null;
        if (value !== null) counts.set(category, (counts.get(category) ?? 0) + value);
      }
      if (counts.size > 0) put(window, name, categorySide(counts));
    }
  }
}

function addMissing(sides: readonly Sides[], missing: ReadonlyMap<string, readonly (Proportion | null)[]>): void {
  for (const [name, rates] of missing) {
    for (const [i, window] of sides.entries()) {
      const rate = rates[i] ?? null;
      if (rate !== null) put(window, name, { ...NO_SIDE, missing: rate });
    }
  }
}

function put(window: Sides, name: string, side: FeatureSide): void {
  const known = window.get(name);
  window.set(name, known === undefined ? side : joinSides(known, side));
}

/** Whether anything was observed in a window. */
export const hasTraffic = (sides: Sides): boolean => {
  for (const { total } of sides.values()) if ((total ?? 0) > 0) return true;
  return false;
};
