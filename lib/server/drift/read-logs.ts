import 'server-only';
import pLimit from 'p-limit';
import { ValueColumn } from '@/lib/domain/baseline-columns';
import type { KeptFeature } from '@/lib/domain/baseline-content';
import { whyOf } from '../answer';
import { keepMsOf, queryCache } from '../cache';
import { versionOf } from '../fleet/labels';
import type { LokiClient } from '../loki/client';
import { MAX_LINES } from '../loki/client';
import { type SamplesAsked, sampleCount, sampleLines } from '../loki/sample-queries';
import { requestsQuery } from '../prometheus/signal-queries';
import { openLoki } from '../telemetry';
import { type LogSlice, sliceBytes, toSlice } from './log-slice';
import type { DriftPanel } from './open';
import { endOf, type Windows } from './windows';

/** Lines that an answer to a reader who waits is made of, and those of the work that shows its progress. */
export const QUICK_LINES = 6_000;
export const DEEP_LINES = 60_000;
/** Stretches of the range that lines are taken from, so that a sample is of all of it. */
const SLICES = 24;
const AT_ONCE = 3;
/** Scrapes that a stretch holds at least. */
const MIN_SCRAPES = 4;

export interface LogWindows {
  windows: {
    /** Values of each feature; null: no line was found in the window. */
    features: ReadonlyMap<string, KeptFeature> | null;
    slices: LogSlice[];
  }[];
  /** Lines read, and how many requests there were; `of` null where they could not be counted. */
  read: number;
  of: number | null;
}

interface LogsAsked {
  version: string | null;
  feature: string | null;
  windows: Windows;
  purpose: string;
}

export interface LogProgress {
  done: number;
  of: number;
  lines: number;
  features: number;
}

const NOTHING: LogWindows = { windows: [], read: 0, of: null };

/** Names of the fields that prediction lines carry, as the configuration says. */
export function sampleFields({ panel }: DriftPanel) {
  const { logFields } = panel.telemetry.config.signals;
  const name = (own: string): string => logFields[own] ?? own;
  return {
    model: name('model_name'),
    version: name('model_version'),
    sample: name('feature_sample'),
    prediction: name('prediction'),
  };
}

/**
 * Values of features from prediction lines. The range is cut into stretches, and of each as large a share of its lines is
 * taken, the newest first, as the budget allows: the sample follows the traffic. Empty without a Loki or such lines.
 */
export async function readLogWindows(
  drift: DriftPanel,
  asked: LogsAsked,
  { tell, budget = QUICK_LINES }: { tell: (progress: LogProgress) => void; budget?: number },
): Promise<LogWindows> {
  const loki = openLoki();
  if (loki === null) return NOTHING;
  const { gather } = drift.panel;
  const { windows, purpose } = asked;
  const { signal } = drift;
  const fields = sampleFields(drift);
  const range = { startMs: windows.startMs, endMs: endOf(windows) };
  const labels = await gather.take('labels of log streams', loki.labels(range, signal));
  if (labels === null) return NOTHING;
  const query: SamplesAsked = {
    model: drift.model,
    version: asked.version,
    feature: asked.feature,
    fields,
    hasModelLabel: labels.includes(fields.model),
  };
  // Not shorter than increase() can count in.
  const shortestMs = MIN_SCRAPES * drift.panel.telemetry.source.scrapeIntervalMs;
  const perWindow = Math.max(
    1,
    Math.min(Math.round(SLICES / windows.count), Math.floor(windows.windowMs / shortestMs)),
  );
  const sliceMs = windows.windowMs / perWindow;
  const places = Array.from({ length: windows.count * perWindow }, (_, i) => ({
    startMs: Math.round(windows.startMs + i * sliceMs),
    endMs: Math.round(windows.startMs + (i + 1) * sliceMs),
  }));
  const counts = await countSlices(drift, loki, query, places, sliceMs, purpose);
  const limits = share(counts, places.length, budget);
  const progress = { done: 0, of: places.length, lines: 0, features: 0 };
  const names = new Set<string>();
  const turns = pLimit(AT_ONCE);
  const slices = await Promise.all(
    places.map((place, i) =>
      turns(async () => {
        signal.throwIfAborted();
        const limit = limits[i] ?? 0;
        const slice =
          limit === 0
            ? null
            : await gather.part(`${purpose}: prediction lines`, () =>
                readSlice(drift, loki, { query, place, limit, fields, purpose }),
              );
        progress.done += 1;
        progress.lines += slice?.lines ?? 0;
        for (const name of slice?.features.keys() ?? []) names.add(name);
        progress.features = names.size;
        tell({ ...progress });
        return slice;
      }),
    ),
  );
  return {
    read: progress.lines,
    of: counts === null ? null : counts.reduce((sum, count) => sum + count, 0),
    windows: Array.from({ length: windows.count }, (_, i) => {
      const own = slices.slice(i * perWindow, (i + 1) * perWindow).filter((slice) => slice !== null);
      return { slices: own, features: own.some(({ lines }) => lines > 0) ? joinSlices(own) : null };
    }),
  };
}

/**
 * Requests of each stretch, by which the lines to read are shared out: counted by the metrics, which costs nothing, else
 * by the lines themselves, which reads them all. Null where neither counts them.
 */
async function countSlices(
  drift: DriftPanel,
  loki: LokiClient,
  query: SamplesAsked,
  places: readonly { startMs: number; endMs: number }[],
  sliceMs: number,
  purpose: string,
): Promise<number[] | null> {
  const first = places[0];
  const last = places.at(-1);
  // A grid needs whole milliseconds that its step divides; a stretch that has none is sampled evenly.
  if (first === undefined || last === undefined || !Number.isInteger(sliceMs) || first.startMs % sliceMs !== 0) {
    return null;
  }
  const { gather, telemetry } = drift.panel;
  const grid = { startMs: first.endMs, endMs: last.endMs, stepMs: sliceMs };
  const { map, prometheus } = telemetry;
  const counted = requestsQuery(map, { fn: 'increase', windowMs: sliceMs, model: drift.model, byVersion: true });
  const isCounted =
    counted !== null && drift.panel.versions.some(({ version }) => query.version === null || version === query.version);
  const set = isCounted
    ? await gather.take(`${purpose}: requests over time`, prometheus.range(counted, grid, drift.signal))
    : await gather.take(
        `${purpose}: how many prediction lines there are`,
        loki.range(sampleCount(query, sliceMs), grid, drift.signal),
      );
  if (set === null || set.stepMs !== sliceMs) return null;
  const own = set.series.filter(
    ({ labels }) => !isCounted || query.version === null || versionOf(map, labels) === query.version,
  );
  const counts = places.map(({ endMs }) => {
    const at = Math.round((endMs - set.startMs) / sliceMs);
    return Math.ceil(own.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  });
  // Nothing counted is no proof that nothing was logged.
  return counts.some((count) => count > 0) ? counts : null;
}

/** Lines to take of each stretch: as large a share of all as the budget allows; evenly where they were not counted. */
function share(counts: readonly number[] | null, slices: number, budget: number): number[] {
  if (counts === null) return new Array<number>(slices).fill(Math.min(MAX_LINES - 1, Math.ceil(budget / slices)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const part = total > budget ? budget / total : 1;
  return counts.map((count) => Math.min(MAX_LINES - 1, Math.ceil(count * part)));
}

/** One stretch, kept as columns: what is settled is not read again for a while. */
async function readSlice(
  { panel, signal }: DriftPanel,
  loki: LokiClient,
  {
    query,
    place,
    limit,
    fields,
    purpose,
  }: {
    query: SamplesAsked;
    place: { startMs: number; endMs: number };
    limit: number;
    fields: { sample: string; prediction: string };
    purpose: string;
  },
): Promise<LogSlice> {
  const text = sampleLines(query);
  const { value } = await queryCache().get({
    key: JSON.stringify(['drift slice', loki.source.name, loki.source.url, text, place, limit, fields]),
    signal,
    load: async (shared) => {
      const answer = await loki.logs(text, { ...place, limit }, shared);
      return { slice: toSlice(answer.value.entries, fields), why: answer.why };
    },
    keepMs: () => keepMsOf({ endMs: place.endMs, stepMs: null }, Date.now()),
    sizeBytes: ({ slice }) => sliceBytes(slice),
  });
  const known = panel.gather.why.some((why) => why.purpose === `${purpose}: prediction lines`);
  // One of many alike: the others differ in their time only.
  if (!known)
    panel.gather.why.push(
      whyOf({ value: null, why: { ...value.why, truncated: null } }, `${purpose}: prediction lines`),
    );
  return value.slice;
}

/** Columns of several stretches together. */
export function joinSlices(slices: readonly LogSlice[]): Map<string, KeptFeature> {
  const columns = new Map<string, ValueColumn>();
  let before = 0;
  for (const { features, lines } of slices) {
    for (const [name, values] of features) {
      let column = columns.get(name);
      if (column === undefined) {
        column = new ValueColumn(name);
        column.skip(before);
        columns.set(name, column);
      }
      for (const value of values) column.add(value, name);
    }
    for (const [name, column] of columns) if (!features.has(name)) column.skip(lines);
    before += lines;
  }
  // All of them: they are not stored, and thinned-out values would add an error of their own to that of the sample.
  return new Map([...columns].map(([name, column]) => [name, column.keep(Number.POSITIVE_INFINITY, [])]));
}
