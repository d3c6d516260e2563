import 'server-only';
import type { ModelRow, Quantile, Vitals, VitalsChange } from '@/lib/contracts/fleet';
import type { Finding } from '@/lib/domain/finding';
import { type MeasuredModel, versionFindings } from '@/lib/domain/findings';
import { type Buckets, histogramQuantile } from '@/lib/domain/histogram';
import { byRole } from '@/lib/domain/roles';
import type { Counts } from './counts';
import type { MeasuredFleet } from './read-fleet';

const quantile = (buckets: Buckets | null, q: number): Quantile => {
  if (buckets === null) return { ms: null, atLeast: false };
  const { value, atLeast } = histogramQuantile(buckets, q);
  return { ms: value, atLeast };
};

/** Vitals of a window of `windowMs`: what is not measured stays null. */
function toVitals({ requests, errors, buckets }: Counts, windowMs: number): Vitals {
  return {
    requestsPerSecond: requests === null ? null : requests / (windowMs / 1000),
    requests,
    errorRatio: errors === null || !requests ? null : Math.min(1, Math.max(0, errors / requests)),
    p50: quantile(buckets, 0.5),
    p95: quantile(buckets, 0.95),
    p99: quantile(buckets, 0.99),
  };
}

const relative = (now: number | null, before: number | null): number | null =>
  now === null || before === null || !(before > 0) ? null : now / before - 1;

/** Change of vitals; null where a quantile is only a lower bound. */
function toChange(now: Counts, before: Counts | null, windowMs: number): VitalsChange {
  if (before === null) return { requests: null, errorRatio: null, p50: null, p95: null, p99: null };
  const a = toVitals(before, windowMs);
  const b = toVitals(now, windowMs);
  const ofQuantile = (own: Quantile, other: Quantile) =>
    own.atLeast || other.atLeast || now.buckets === null || before.buckets === null ? null : relative(own.ms, other.ms);
  return {
    requests: relative(b.requests, a.requests),
    errorRatio: a.errorRatio === null || b.errorRatio === null ? null : b.errorRatio - a.errorRatio,
    p50: ofQuantile(b.p50, a.p50),
    p95: ofQuantile(b.p95, a.p95),
    p99: ofQuantile(b.p99, a.p99),
  };
}

/** A model's row of the table. Its state is that of its first finding. */
export function toRow(
  model: MeasuredModel,
  findings: readonly Finding[],
  fleet: MeasuredFleet,
  windowMs: number,
): ModelRow {
  const [first] = findings;
  return {
    model: model.model,
    ...toVitals(model, windowMs),
    status: first?.status ?? 'unknown',
    word: wordOf(model.model, first),
    change: toChange(model, model.before, windowMs),
    budget: model.budget,
    inputs: model.inputs,
    labelAgeMs: model.labelAgeMs,
    firingAlerts: model.alerts?.length ?? null,
    p95Spark: fleet.p95Spark.get(model.model) ?? [],
    versions: [...model.versions].sort(byRole).map((version) => {
      const [state] = versionFindings(model.model, version, model);
      return {
        ...toVitals(version, windowMs),
        version: version.version,
        role: version.role,
        share: version.requests === null || !model.requests ? null : Math.min(1, version.requests / model.requests),
        status: state?.status ?? 'unknown',
        word: state?.word ?? 'not measured',
      };
    }),
    missing: [...fleet.missing],
  };
}

/** The word of a finding; of one about a version with the version in front. */
const wordOf = (model: string, finding: Finding | undefined): string => {
  if (finding === undefined) return 'not measured';
  const version = finding.subject.slice(model.length + 1);
  return version === '' ? finding.word : `${version}: ${finding.word}`;
};
