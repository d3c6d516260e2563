import 'server-only';
import type { DriftFeature } from '@/lib/contracts/drift';
import type { DriftFeatureParams } from '@/lib/contracts/drift-params';
import type { ChangeEvent } from '@/lib/contracts/event';
import { wilsonInterval } from '@/lib/domain/comparison';
import { distributionsOf } from '@/lib/domain/feature-distributions';
import { type FeaturePair, judgeFeatures } from '@/lib/domain/feature-drift';
import { type Buckets, histogramQuantile } from '@/lib/domain/histogram';
import { signedBuckets } from '@/lib/domain/native-buckets';
import { readEvents } from '../fleet/read-events';
import { sampleLines } from '../loki/sample-queries';
import { openLoki } from '../telemetry';
import { readCurrent } from './current';
import type { Context, DriftPanel } from './open';
import { rowsOf } from './over-windows';
import { type BothSides, canCompare, headOf, readBoth, withCurrent } from './read-drift';
import { MIN_WINDOW_MS } from './read-heat';
import { sampleFields } from './read-logs';
import { oneWindow, type Windows, windowsOf } from './windows';

const QUANTILES = [0.1, 0.5, 0.9, 0.99] as const;
/** How far before an onset a change is looked for, in windows. */
const LOOK_BACK_WINDOWS = 2;

/** One feature in full: both distributions, everything over time, what changed when it began, where its lines are. */
export async function readFeature(params: DriftFeatureParams, context: Context): Promise<DriftFeature> {
  const { feature, startMs, endMs } = params;
  const both = await readBoth(params, { feature, windows: oneWindow }, context);
  const { drift } = both;
  const windows = windowsOf(params, params.windows, MIN_WINDOW_MS);
  const over = withCurrent(
    both,
    await readCurrent(drift, { source: both.read.current.source ?? params.source, feature, windows }),
  );
  const pair = both.pairsOf(0).find((one) => one.feature === feature) ?? unknownPair(both, feature);
  const [judged] = judgeFeatures([pair], canCompare([pair]) || (await hasOthers(both, feature)));
  if (judged === undefined) throw new Error('a feature was not judged');
  const row = rowsOf(over).find((one) => one.feature === feature);
  const began = row?.began ?? null;
  const pairs = Array.from({ length: windows.count }, (_, i) => over.pairsOf(i).find((one) => one.feature === feature));
  const nulls = new Array<null>(windows.count).fill(null);
  const since = began === null ? null : await eventNear(drift, began.sinceMs, windows);
  return {
    ...headOf(both),
    startMs,
    endMs,
    drift: judged,
    distributions: distributionsOf(pair),
    overTime: {
      ...{ startMs: windows.startMs, windowMs: windows.windowMs, windows: windows.count },
      psi: row?.psi ?? nulls,
      noiseLimit: row?.noiseLimit ?? nulls,
      state: row?.state ?? nulls.map(() => 'not-measured' as const),
      n: row?.n ?? nulls,
      quantiles: quantilesOf(pair, pairs),
      missing: missingOf(judged, pairs),
    },
    began,
    since,
    logQuery: await logQueryOf(drift, feature),
  };
}

function unknownPair({ read }: BothSides, feature: string): FeaturePair {
  return {
    feature,
    reference: null,
    current: null,
    source: read.current.source ?? 'metrics',
    referenceOwn: null,
    score: read.scores.get(feature) ?? null,
  };
}

/** Whether the version sent anything at all: then a feature that is not there has vanished, or is new. */
async function hasOthers({ drift }: BothSides, feature: string): Promise<boolean> {
  const windows = oneWindow(drift);
  const all = await readCurrent(drift, { source: 'auto', feature: null, windows });
  return [...(all.sides[0] ?? [])].some(
    ([name, side]) => name !== feature && ('kept' in side || (side.shaped.total ?? 0) > 0),
  );
}

function quantilesOf(
  pair: FeaturePair,
  pairs: readonly (FeaturePair | undefined)[],
): DriftFeature['overTime']['quantiles'] {
  const isNumeric = [pair, ...pairs].some((one) => (one?.current?.buckets ?? one?.reference?.buckets ?? null) !== null);
  if (!isNumeric) return [];
  const windows = pairs.map((one) => finestOf(one?.current ?? null));
  const reference = finestOf(pair.reference);
  return QUANTILES.map((q) => {
    const own = windows.map((buckets) =>
      buckets === null ? { value: null, atLeast: false } : histogramQuantile(buckets, q),
    );
    return {
      q,
      values: own.map(({ value }) => value),
      atLeast: own.map(({ atLeast }) => atLeast),
      reference: reference === null ? null : histogramQuantile(reference, q).value,
    };
  });
}

/** The finest histogram of a side: its native one, before it was coarsened to what it is compared with. */
function finestOf(side: FeaturePair['current']): Buckets | null {
  const native = side?.native ?? null;
  const [fine] = native === null ? [] : signedBuckets([native]);
  return fine ?? side?.buckets ?? null;
}

function missingOf(
  judged: DriftFeature['drift'],
  pairs: readonly (FeaturePair | undefined)[],
): DriftFeature['overTime']['missing'] {
  const own = pairs.map((one) => {
    const missing = one?.current?.missing ?? null;
    const interval = missing === null ? null : wilsonInterval(missing);
    if (missing === null || interval === null) return { rate: null, low: null, high: null };
    return { rate: Math.min(1, missing.successes / missing.total), ...interval };
  });
  return {
    rate: own.map(({ rate }) => rate),
    low: own.map(({ low }) => low),
    high: own.map(({ high }) => high),
    reference: judged.missing.reference?.rate ?? null,
  };
}

/** The change of the model nearest before the end of the window in which a drift began. */
async function eventNear(drift: DriftPanel, sinceMs: number, { windowMs }: Windows): Promise<ChangeEvent | null> {
  const { panel, model, signal } = drift;
  const range = { startMs: Math.max(0, sinceMs - LOOK_BACK_WINDOWS * windowMs), endMs: sinceMs + windowMs };
  const events = await panel.gather.part('changes around its beginning', () =>
    readEvents(panel.telemetry, { ...range, model }, signal, panel.gather),
  );
  const changes = (events ?? []).filter(({ kind, model: of }) => kind !== 'alert' && of === model);
  return changes.toSorted((a, b) => b.atMs - a.atMs)[0] ?? null;
}

/** LogQL for the lines that carry a feature; null without a Loki, or where it does not answer. */
async function logQueryOf(drift: DriftPanel, feature: string): Promise<string | null> {
  const loki = openLoki();
  if (loki === null) return null;
  const fields = sampleFields(drift);
  const range = { startMs: drift.startMs, endMs: drift.endMs };
  const labels = await drift.panel.gather.take('labels of log streams', loki.labels(range, drift.signal));
  if (labels === null) return null;
  const hasModelLabel = labels.includes(fields.model);
  return sampleLines({ model: drift.model, version: drift.version, feature, fields, hasModelLabel });
}
