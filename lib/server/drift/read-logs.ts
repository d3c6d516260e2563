import 'server-only';
import pLimit from 'p-limit';
import type { LogSample } from '@/lib/contracts/drift';
import { ValueColumn } from '@/lib/domain/baseline-columns';
import type { KeptFeature } from '@/lib/domain/baseline-content';
import { type SamplePiece, sampleWords, windowPlans } from '@/lib/domain/log-sample';
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
import { endOf, type StretchGrid, stretchesOf, type Windows } from './windows';

/** Lines that an answer to a reader who waits is made of, and those of the work that shows its progress. */
export const QUICK_LINES = 6_000;
export const DEEP_LINES = 60_000;
/** Lines of each of several windows: enough to judge it, with what a request without inputs and chance take away. */
const LINES_PER_WINDOW = 650;
/** Stretches of the range of each of which the same share is read, so that a sample is of all of it. */
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
  sample: LogSample;
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

const NOTHING: LogWindows = { windows: [], sample: { read: 0, of: null } };

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
 * Values of features from prediction lines. The range is cut into stretches, and of each the same share of its time is
 * read, in pieces drawn over it: the sample follows the traffic, and what happened in a part of a stretch is in it in its
 * proportion. Empty without a Loki or such lines.
 */
export async function readLogWindows(
  drift: DriftPanel,
  asked: LogsAsked,
  { tell, lines = QUICK_LINES }: { tell: (progress: LogProgress) => void; lines?: number },
): Promise<LogWindows> {
  const loki = openLoki();
  if (loki === null) return NOTHING;
  const { gather } = drift.panel;
  const { windows, purpose } = asked;
  const { signal } = drift;
  const budget = Math.max(lines, windows.count === 1 ? 0 : windows.count * LINES_PER_WINDOW);
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
  const grid = stretchesOf(windows, { most: SLICES, shortestMs });
  const counts = await countStretches(drift, loki, { query, grid, purpose });
  const { share, pieces } = windowPlans(
    grid.stretches.map((one, i) => ({ ...one, requests: counts?.[i] ?? null })),
    { budget, windows: windows.count, most: MAX_LINES - 1 },
  );
  const progress = { done: 0, of: pieces.length, lines: 0, features: 0 };
  const names = new Set<string>();
  const turns = pLimit(AT_ONCE);
  const slices = await Promise.all(
    pieces.map((piece) =>
      turns(async () => {
        signal.throwIfAborted();
        const slice = await gather.part(`${purpose}: prediction lines`, () =>
          readSlice(drift, loki, { query, piece, fields, purpose }),
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
  const cut = slices.filter((slice) => slice?.isCut === true).length;
  const counted = counts === null ? null : counts.reduce((sum, count) => sum + count, 0);
  return {
    sample: {
      read: progress.lines,
      // What was counted lags behind what was logged: never fewer than were read.
      of: counted === null ? null : Math.max(Math.round(counted), progress.lines),
      words: sampleWords({ share, pieces: pieces.length, cut }),
    },
    windows: Array.from({ length: windows.count }, (_, window) => {
      const own = slices.filter(
        (slice, i) => slice !== null && grid.stretches[pieces[i]?.stretch ?? -1]?.window === window,
      );
      const found = own.filter((slice) => slice !== null);
      return { slices: found, features: found.some(({ lines }) => lines > 0) ? joinSlices(found) : null };
    }),
  };
}

/**
 * Requests of each stretch, by which the lines to read are shared out: counted by the metrics, which costs nothing, else
 * by the lines themselves, which reads them all. Null where neither counts them.
 */
async function countStretches(
  drift: DriftPanel,
  loki: LokiClient,
  { query, grid, purpose }: { query: SamplesAsked; grid: StretchGrid; purpose: string },
): Promise<number[] | null> {
  const { gather, telemetry } = drift.panel;
  const { map, prometheus } = telemetry;
  const { stepMs } = grid;
  const asked = { startMs: grid.startMs + stepMs, endMs: grid.endMs, stepMs };
  const counted = requestsQuery(map, { fn: 'increase', windowMs: stepMs, model: drift.model, byVersion: true });
  const isCounted =
    counted !== null && drift.panel.versions.some(({ version }) => query.version === null || version === query.version);
  const set = isCounted
    ? await gather.take(`${purpose}: requests over time`, prometheus.range(counted, asked, drift.signal))
    : await gather.take(
        `${purpose}: how many prediction lines there are`,
        loki.range(sampleCount(query, stepMs), asked, drift.signal),
      );
  if (set === null || set.stepMs !== stepMs) return null;
  const own = set.series.filter(
    ({ labels }) => !isCounted || query.version === null || versionOf(map, labels) === query.version,
  );
  const counts = grid.stretches.map(({ cellEndMs, startMs, endMs }) => {
    const at = Math.round((cellEndMs - set.startMs) / stepMs);
    return (own.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) * (endMs - startMs)) / stepMs;
  });
  // Nothing counted is no proof that nothing was logged.
  return counts.some((count) => count > 0) ? counts : null;
}

/** One piece, kept as columns: what is settled is not read again for a while. */
async function readSlice(
  { panel, signal }: DriftPanel,
  loki: LokiClient,
  {
    query,
    piece: { startMs, endMs, limit },
    fields,
    purpose,
  }: {
    query: SamplesAsked;
    piece: SamplePiece;
    fields: { sample: string; prediction: string };
    purpose: string;
  },
): Promise<LogSlice & { isCut: boolean }> {
  const text = sampleLines(query);
  const { value } = await queryCache().get({
    key: JSON.stringify(['drift slice', loki.source.name, loki.source.url, text, startMs, endMs, limit, fields]),
    signal,
    load: async (shared) => {
      const answer = await loki.logs(text, { startMs, endMs, limit }, shared);
      const isCut = answer.value.next !== null;
      return { slice: { ...toSlice(answer.value.entries, fields), isCut }, why: answer.why };
    },
    keepMs: () => keepMsOf({ endMs, stepMs: null }, Date.now()),
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

/** Columns of several pieces together. */
function joinSlices(slices: readonly LogSlice[]): Map<string, KeptFeature> {
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
