import 'server-only';
import type { FeatureReport } from '@/lib/contracts/request-story';
import type { Sample } from '@/lib/contracts/series';
import { byVerdict, type FeatureReference, featureRow } from '@/lib/domain/feature-place';
import { toBuckets } from '@/lib/domain/histogram';
import { featuresOf } from '@/lib/domain/request-story-record';
import { boundOf } from '../fleet/counts';
import { Gather } from '../gather';
import { counterQuery, gaugeQuery } from '../prometheus/signal-queries';
import { missingContract } from '../signals/missing';
import type { ResolvedSignal } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import type { StoryLine } from './lines';

/** Inputs of the time before a request are what came in over this long. */
const RECENT_MS = 24 * 3_600_000;

interface Asked {
  model: string;
  version: string | null;
  /** The line of the record; null: only a trace is known, which carries no inputs. */
  line: StoryLine | null;
  nameOf: (name: string) => string;
  atMs: number;
}

/** The inputs of a request beside what the model was trained on, or else beside what came in the day before. */
export async function readFeatures(telemetry: Telemetry, asked: Asked, signal: AbortSignal): Promise<FeatureReport> {
  const { prometheus, map } = telemetry;
  const { featureBaseline, featureValue, featureCategory } = map.contract;
  const { model, version, atMs } = asked;
  const gather = new Gather(signal);
  const keep = (from: ResolvedSignal, ...more: string[]) => [label(from, 'feature'), label(from, 'version'), ...more];
  const ofModel = (from: ResolvedSignal) => [{ label: label(from, 'model'), op: '=' as const, value: model }];
  const recent = (from: ResolvedSignal, metric: string, ...more: string[]) =>
    counterQuery(map, metric, {
      fn: 'increase',
      windowMs: RECENT_MS,
      model: null,
      byVersion: false,
      keep: keep(from, ...more),
      matchers: ofModel(from),
    });
  const at = (query: string) => prometheus.instant(query, atMs, signal);
  const [training, values, categories] = await Promise.all([
    gather.take(
      'training distributions',
      at(gaugeQuery(featureBaseline.metric, keep(featureBaseline, 'le'), ofModel(featureBaseline))),
    ),
    gather.take('inputs of the day before', at(recent(featureValue, `${featureValue.metric}_bucket`, 'le'))),
    gather.take(
      'categories of the day before',
      at(recent(featureCategory, featureCategory.metric, label(featureCategory, 'category'))),
    ),
  ]);
  const trained = histogramsOf(training ?? [], featureBaseline);
  const lately = histogramsOf(values ?? [], featureValue);
  const counts = categoriesOf(categories ?? [], featureCategory);
  const referenceOf = (name: string): FeatureReference | null => {
    const pick = <T>(
      held: ReadonlyMap<string, ReadonlyMap<string, T>>,
      of: string,
    ): { of: string; value: T } | null => {
      const byVersion = held.get(name);
      const own = version === null ? undefined : byVersion?.get(version);
      if (own !== undefined) return { of, value: own };
      const [other] = byVersion ?? [];
      return other === undefined ? null : { of: other[0] === '' ? of : `${of} of ${other[0]}`, value: other[1] };
    };
    const histogram = pick(trained, 'training') ?? pick(lately, 'inputs of the 24 h before');
    if (histogram !== null) return { of: histogram.of, buckets: histogram.value, categories: null };
    const category = pick(counts, 'inputs of the 24 h before');
    return category === null ? null : { of: category.of, buckets: null, categories: category.value };
  };
  const features = featuresOf(asked.line, asked.nameOf, new Set(counts.keys()));
  const rows = byVerdict(features.map(({ name, value }) => featureRow(name, value, referenceOf(name))));
  const isKnown = trained.size + lately.size + counts.size > 0;
  return {
    rows,
    gaps: gather.gaps,
    why: gather.why,
    missing:
      isKnown || gather.gaps.length > 0
        ? null
        : missingContract(
            'input distributions',
            'featureBaseline',
            `${featureBaseline.metric} or ${featureValue.metric} of ${model}`,
          ),
  };
}

const label = (signal: ResolvedSignal, role: string): string => signal.labels[role] ?? role;

/** Histograms by feature, then by version. */
function histogramsOf(samples: readonly Sample[], signal: ResolvedSignal) {
  const points = new Map<string, Map<string, { upperBound: number; count: number | null }[]>>();
  for (const { labels, value } of samples) {
    const feature = labels[label(signal, 'feature')] ?? '';
    const version = labels[label(signal, 'version')] ?? '';
    const versions = points.get(feature) ?? new Map();
    points.set(
      feature,
      versions.set(version, [...(versions.get(version) ?? []), { upperBound: boundOf(labels.le), count: value }]),
    );
  }
  return new Map(
    [...points].map(([feature, versions]) => [
      feature,
      new Map(
        [...versions].flatMap(([version, own]) => {
          const read = toBuckets(own);
          return read === null ? [] : [[version, read.buckets] as const];
        }),
      ),
    ]),
  );
}

function categoriesOf(samples: readonly Sample[], signal: ResolvedSignal) {
  const counts = new Map<string, Map<string, Map<string, number>>>();
  for (const { labels, value } of samples) {
    const feature = labels[label(signal, 'feature')] ?? '';
    const version = labels[label(signal, 'version')] ?? '';
    const category = labels[label(signal, 'category')];
    if (category === undefined || value === null) continue;
    const versions = counts.get(feature) ?? new Map<string, Map<string, number>>();
    const own = versions.get(version) ?? new Map<string, number>();
    own.set(category, (own.get(category) ?? 0) + value);
    counts.set(feature, versions.set(version, own));
  }
  return counts;
}
