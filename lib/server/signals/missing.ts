import 'server-only';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { ErrorsBy, Preset } from './preset';
import type { ResolvedLatency } from './signal-map';
import type { VersionSource } from './version-source';

/* What a map cannot give, in sentences that name the setting that would. Missing is never 0. */

/** Nothing where the counter is there. `metric` null: the preset has no counter of requests at all. */
export function missingRequests(preset: Preset, isThere: boolean, metric: string | null): MissingSignal[] {
  if (isThere) return [];
  if (metric === null) {
    return [
      {
        signal: 'requests',
        reason: `${preset.product} counts no requests.`,
        remedy: 'Set signals.overrides.requests.metric to a counter of requests.',
      },
    ];
  }
  return [
    {
      signal: 'requests',
      reason: `The Prometheus holds no ${metric} now.`,
      remedy: 'Check that the services are scraped, or set signals.preset or signals.overrides.requests.metric.',
    },
  ];
}

/**
 * Nothing where failures are told. `isAbsent` counts for a metric of its own alone: a label can be empty because
 * nothing failed.
 */
export function missingErrors(errors: ErrorsBy, isAbsent: boolean): MissingSignal[] {
  if (errors.kind === 'none') return [{ signal: 'errors', reason: errors.reason, remedy: errors.remedy }];
  if (errors.kind === 'metric' && isAbsent) {
    return [
      {
        signal: 'errors',
        reason: `The Prometheus holds no ${errors.metric}; some servers expose it only after the first failure.`,
        remedy: 'If failures are counted elsewhere, set signals.overrides.errors.metric.',
      },
    ];
  }
  return [];
}

/** A counter whose series do not say how a request ended tells no failures; none of them is not 0. */
export function missingErrorLabel(errors: ErrorsBy, metric: string, labels: readonly string[]): MissingSignal[] {
  if (errors.kind !== 'label' || labels.length === 0 || labels.includes(errors.label)) return [];
  return [
    {
      signal: 'errors',
      reason: `${metric} has no label ${errors.label}, so nothing tells which requests failed.`,
      remedy: 'Set signals.overrides.errors.labels.status to the label that does, or signals.overrides.errors.metric.',
    },
  ];
}

/** Nothing where quantiles can be had; a mean is told as missing, for no quantile follows from it. */
export function missingLatency(preset: Preset, latency: ResolvedLatency, isThere: boolean): MissingSignal[] {
  const signal = 'latency quantiles';
  if (latency.kind === 'none') {
    const { reason, remedy } =
      preset.latency.kind === 'none'
        ? preset.latency
        : { reason: 'No latency metric is set.', remedy: 'Set signals.overrides.latency.metric to a histogram.' };
    return [{ signal, reason, remedy }];
  }
  if (latency.kind === 'mean') {
    return [
      {
        signal,
        reason: `${latency.sum} and ${latency.count} give the mean only; a mean has no P95.`,
        remedy:
          (preset.latency.kind === 'mean' ? preset.latency.remedy : null) ??
          'Set signals.overrides.latency.metric to a histogram.',
      },
    ];
  }
  if (isThere) return [];
  return [
    {
      signal,
      reason: `The Prometheus holds no ${latency.metric} histogram now.`,
      remedy: 'Set signals.overrides.latency.metric to the histogram your services expose.',
    },
  ];
}

/** Nothing where any label tells versions apart. */
export const missingVersion = (version: VersionSource): MissingSignal[] =>
  version.kind !== 'none'
    ? []
    : [
        {
          signal: 'version',
          reason: 'No label tells versions apart, so all requests of a model are one version.',
          remedy: 'Set signals.versionLabels, or copy a pod label such as app.kubernetes.io/version when scraping.',
        },
      ];

/** Why nothing is drawn for a signal of the contract that this Prometheus does not hold. */
export const missingContract = (title: string, signal: string, metric: string): MissingSignal => ({
  signal: title,
  reason: `The Prometheus holds no ${metric} now.`,
  remedy: `Expose it, or set signals.overrides.${signal}.metric to what you have.`,
});
