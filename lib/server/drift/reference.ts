import 'server-only';
import type { Reference } from '@/lib/contracts/drift';
import { type FeatureSide, NO_SIDE, type Sides } from '@/lib/domain/feature-side';
import { heldOf } from '@/lib/domain/held-side';
import { featureGauge, labelOf } from '../prometheus/drift-queries';
import { type DriftPanel, NONE_UNREAD, type ReadSides } from './open';
import { readLogWindows } from './read-logs';
import { addHistograms, hasTraffic, MAX_BUCKET_SERIES, readMetricSides } from './read-metrics';
import { readMissing } from './read-missing';
import { DAY_BEFORE, earlierOf, type ReferenceAsked, referenceChoices, trainedOf } from './reference-choices';
import { oneWindow } from './windows';

export interface ReferenceRead extends ReadSides {
  reference: Reference;
  /**
   * The 24 h before, for features that the reference does not have; null where the reference was asked for by name, or
   * is that already.
   */
  fallback: (() => Promise<ReadSides & { words: string }>) | null;
  /**
   * How many values were missing in the 24 h before, by feature, for references that did not count it. Null where the
   * reference is a time or another version, which count it like the current side does, or where logs are read.
   */
  missingBefore: (() => Promise<ReadSides & { words: string }>) | null;
}

/** The first of what there is to hold the current side against, or what was asked for. */
export async function readReference(drift: DriftPanel, asked: ReferenceAsked): Promise<ReferenceRead> {
  const { version, startMs, endMs } = drift;
  const { choices, uploaded, earlier, other } = await referenceChoices(drift, asked);
  const chosen =
    asked.against === 'auto'
      ? choices.find(({ lack }) => lack === null)
      : choices.find(({ kind }) => kind === asked.against);
  const base: Omit<Reference, 'kind' | 'words' | 'because'> = {
    version: null,
    startMs: null,
    endMs: null,
    baselineId: null,
    choices,
  };
  if (chosen === undefined) {
    const words = 'there is none';
    return {
      reference: { ...base, kind: null, words, because: 'none of the order of preference is there' },
      sides: new Map(),
      unread: NONE_UNREAD,
      fallback: null,
      missingBefore: null,
    };
  }
  const because =
    asked.against === 'auto' ? 'the first there is, in the order uploaded, training, earlier, version' : 'as asked';
  const reference: Reference = { ...base, kind: chosen.kind, words: chosen.words, because };
  const from = (range: { startMs: number; endMs: number }, of: string | null, purpose: string) =>
    readSource(drift, { ...range, version: of, feature: asked.feature, source: asked.source, purpose });
  const readEarlier = once(async () => ({
    words: DAY_BEFORE,
    ...(await from(earlierOf({ startMs }), version, `inputs of ${DAY_BEFORE}`)),
  }));
  const fallback = asked.against === 'auto' ? readEarlier : null;
  const missingBefore = asked.source === 'logs' ? null : () => readMissingBefore(drift, asked.feature);
  switch (chosen.kind) {
    case 'upload': {
      const kept = (uploaded?.features ?? []).filter(({ name }) => asked.feature === null || name === asked.feature);
      return {
        reference: {
          ...reference,
          version: uploaded?.baseline.version ?? null,
          baselineId: uploaded?.baseline.id ?? null,
        },
        sides: new Map(kept.map((one) => [one.name, { kept: one }])),
        unread: NONE_UNREAD,
        fallback,
        missingBefore,
      };
    }
    case 'training':
      return {
        reference: { ...reference, version },
        ...(await readTrained(drift, asked.feature)),
        fallback,
        missingBefore,
      };
    case 'earlier': {
      const read = await from(earlier, version, `inputs of ${chosen.words}`);
      return { reference: { ...reference, version, ...earlier }, ...read, fallback: null, missingBefore: null };
    }
    default: {
      const nothing: ReadSides = { sides: new Map(), unread: NONE_UNREAD };
      const read = other === null ? nothing : await from({ startMs, endMs }, other, `inputs of ${other}`);
      return { reference: { ...reference, version: other, startMs, endMs }, ...read, fallback, missingBefore: null };
    }
  }
}

async function readMissingBefore(drift: DriftPanel, feature: string | null): Promise<ReadSides & { words: string }> {
  const { panel, model, version, startMs, signal } = drift;
  const asked = { model, version, feature, windows: oneWindow(earlierOf({ startMs })), purpose: DAY_BEFORE };
  const found = await readMissing(panel.telemetry, panel.gather, asked, signal);
  const sides = [...found].map(([name, [missing = null]]) => [name, { shaped: { ...NO_SIDE, missing } }] as const);
  return { words: DAY_BEFORE, sides: new Map(sides), unread: NONE_UNREAD };
}

/** Training distributions as gauges; of one that names the version and one that does not, the first. */
async function readTrained(drift: DriftPanel, feature: string | null): Promise<ReadSides> {
  const { panel, model, version, endMs, signal } = drift;
  const { featureBaseline } = panel.telemetry.map.contract;
  const [featureLabel, versionLabel] = [labelOf(featureBaseline, 'feature'), labelOf(featureBaseline, 'version')];
  const { only } = trainedOf(drift);
  const query = featureGauge(featureBaseline, [featureLabel, versionLabel, 'le'], {
    model,
    version: null,
    only: [...only, ...(feature === null ? [] : [{ label: featureLabel, op: '=' as const, value: feature }])],
  });
  const samples = await panel.gather.take(
    'training distributions',
    panel.telemetry.prometheus.instant(query, endMs, signal, MAX_BUCKET_SERIES),
  );
  const series = (samples ?? []).map(({ labels, value }) => ({ labels, values: [value] }));
  const sidesFor = (of: string): Sides => {
    const sides: Sides = new Map();
    const mine = series.filter(({ labels }) => version === null || (labels[versionLabel] ?? '') === of);
    addHistograms([sides], mine, (labels) => labels[featureLabel]);
    return sides;
  };
  const general = sidesFor('');
  const all = version === null ? general : new Map<string, FeatureSide>([...general, ...sidesFor(version)]);
  const isCut = samples === null || samples.length >= MAX_BUCKET_SERIES;
  return { sides: heldOf(all), unread: { numeric: isCut, categorical: false } };
}

/** One side over one time, from metrics or from logs. */
async function readSource(
  drift: DriftPanel,
  asked: {
    startMs: number;
    endMs: number;
    version: string | null;
    feature: string | null;
    source: 'metrics' | 'logs';
    purpose: string;
  },
): Promise<ReadSides> {
  const { panel, model, signal } = drift;
  const windows = oneWindow(asked);
  if (asked.source === 'logs') {
    const read = await readLogWindows(drift, { ...asked, windows }, { tell: () => {} });
    const kept = [...(read.windows[0]?.features ?? [])].map(([name, one]) => [name, { kept: one }] as const);
    return { sides: new Map(kept), unread: NONE_UNREAD };
  }
  const { sides, unread } = await readMetricSides(panel.telemetry, panel.gather, { ...asked, model, windows }, signal);
  const [only] = sides;
  return { sides: only === undefined || !hasTraffic(only) ? new Map() : heldOf(only), unread };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
