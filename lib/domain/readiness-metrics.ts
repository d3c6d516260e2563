import type { ReadinessResult, ReadinessState } from '@/lib/contracts/readiness';
import { formatCount, formatMs } from './format';
import { countEvidence, judged, named, worstState } from './readiness';
import {
  bucketAt,
  deadTarget,
  dropLabel,
  exemplars,
  fewerSeries,
  histogram,
  latencyObjective,
  plain,
} from './readiness-snippets';

const LABEL_VALUES = { fail: 10_000, watch: 5_000 };
const METRIC_SERIES = { fail: 100_000, watch: 20_000 };

export interface TargetFound {
  job: string;
  instance: string;
  isUp: boolean;
  error: string | null;
}

/** targets-up. Null: this source does not say. */
export function judgeTargets(source: string, targets: readonly TargetFound[] | null): ReadinessResult {
  if (targets === null) return judged('unknown', `${source} does not say what it scrapes.`, { subject: source });
  const down = targets.filter(({ isUp }) => !isUp);
  const evidence = [countEvidence('targets', targets.length), countEvidence('targets down', down.length)];
  if (targets.length === 0) {
    const remedy = plain(
      'Where metrics are pushed, be alerted when a job sends nothing: absent_over_time() of one of them.',
    );
    return judged('unknown', `${source} scrapes nothing: its metrics are pushed, or it is empty.`, {
      subject: source,
      evidence,
      remedy,
    });
  }
  const [first] = down;
  if (first === undefined) {
    return judged('pass', `All ${targets.length} targets of ${source} are up.`, { subject: source, evidence });
  }
  const why = first.error === null ? '' : ` (${first.error})`;
  return judged(
    'fail',
    `${down.length} of ${targets.length} targets of ${source} ${down.length === 1 ? 'is' : 'are'} down: ${named(down.map(({ job, instance }) => `${instance} of job ${job}`))}${why}.`,
    { subject: source, evidence, remedy: deadTarget(first.job) },
  );
}

/** Metrics of time that name a model, by how they keep it. */
export interface TimedMetrics {
  withBuckets: readonly string[];
  averagesOnly: readonly string[];
  summaries: readonly string[];
}

/** A metric of time by its name, as the conventions have it. */
const TIMED = /(?:_seconds|_milliseconds|_microseconds|_nanoseconds|_ms|_us|_ns|_duration|_latency|_time)$/;

/** Sorts the names of metrics by what they keep of a time: `foo_sum` and `foo_count` alone are an average. */
export function timedMetrics(names: readonly string[], nativeNames: readonly string[]): TimedMetrics {
  const all = new Set(names);
  const native = new Set(nativeNames);
  const bases = names
    .filter((name) => name.endsWith('_sum'))
    .map((name) => name.slice(0, -'_sum'.length))
    .filter((base) => TIMED.test(base) && all.has(`${base}_count`))
    .toSorted();
  const hasBuckets = (base: string) => all.has(`${base}_bucket`) || native.has(base);
  return {
    withBuckets: [
      ...new Set([...bases.filter(hasBuckets), ...nativeNames.filter((name) => TIMED.test(name))]),
    ].toSorted(),
    averagesOnly: bases.filter((base) => !hasBuckets(base) && !all.has(base)),
    summaries: bases.filter((base) => !hasBuckets(base) && all.has(base)),
  };
}

/** histograms: whether what takes time is kept so that quantiles can be told. */
export function judgeHistograms({ withBuckets, averagesOnly, summaries }: TimedMetrics): ReadinessResult {
  const evidence = [
    countEvidence('metrics of time with buckets', withBuckets.length),
    countEvidence('metrics of time with an average only', averagesOnly.length),
    countEvidence('summaries of time', summaries.length),
  ];
  const [first] = averagesOnly;
  if (first !== undefined) {
    return judged(
      'fail',
      `${named(averagesOnly)} ${averagesOnly.length === 1 ? 'has' : 'have'} a sum and a count but no buckets: only an average can be told.`,
      {
        evidence,
        remedy: histogram(first),
      },
    );
  }
  const [summary] = summaries;
  if (summary !== undefined) {
    return judged(
      'watch',
      `${named(summaries)} ${summaries.length === 1 ? 'is a summary' : 'are summaries'}: quantiles of one instance each, which cannot be added up.`,
      {
        evidence,
        remedy: histogram(summary),
      },
    );
  }
  if (withBuckets.length === 0) {
    return judged('unknown', 'No metric of time names a model.', {
      evidence,
      remedy: histogram('inference_latency_seconds'),
    });
  }
  return judged('pass', `All ${withBuckets.length} metrics of time that name a model have buckets.`, {
    evidence,
  });
}

export interface BoundsOf {
  model: string;
  metric: string;
  /** Thresholds of its latency objectives, milliseconds. */
  thresholdsMs: readonly number[];
  /** Upper bounds of its buckets, milliseconds, without the open one; null: no classic histogram. */
  boundsMs: readonly number[] | null;
  /** What one unit of the metric is, milliseconds. */
  unitMs: number;
  isNative: boolean;
}

/** bucket-bounds: whether an objective's threshold can be counted exactly. */
export function judgeBounds({ model, metric, thresholdsMs, boundsMs, unitMs, isNative }: BoundsOf): ReadinessResult {
  if (isNative) {
    return judged('pass', `${metric} is a native histogram, which tells any threshold closely.`, { model });
  }
  if (boundsMs === null || boundsMs.length === 0) {
    return judged('unknown', `No latency buckets of ${model} are in this Prometheus now.`, {
      model,
      remedy: histogram(metric),
    });
  }
  if (thresholdsMs.length === 0) {
    return judged('watch', `${model} has no latency objective, so nothing says which bound its buckets must have.`, {
      model,
      evidence: [countEvidence('bounds', boundsMs.length)],
      remedy: latencyObjective(model),
    });
  }
  const isBound = (ms: number) => boundsMs.some((bound) => Math.abs(bound - ms) <= Math.abs(ms) * 1e-9);
  const missing = thresholdsMs.filter((ms) => !isBound(ms));
  const evidence = [
    countEvidence('latency objectives', thresholdsMs.length),
    countEvidence('thresholds without a bound', missing.length),
  ];
  if (missing.length === 0) {
    const said = thresholdsMs.length === 1 ? 'The latency objective' : `All ${thresholdsMs.length} latency objectives`;
    return judged('pass', `${said} of ${model} ${thresholdsMs.length === 1 ? 'is' : 'are'} a bound of ${metric}.`, {
      model,
      evidence,
    });
  }
  const inUnit = (ms: number) => Number((ms / unitMs).toPrecision(12));
  return judged(
    'fail',
    `${missing.map((ms) => formatMs(ms)).join(', ')} is no bound of ${metric}; there are ${boundsMs.map((ms) => formatMs(ms)).join(', ')}.`,
    { model, evidence, remedy: bucketAt(metric, boundsMs.map(inUnit), missing.map(inUnit)) },
  );
}

/** exemplars: whether a curve of latency leads to a trace. `isOff`: the server says that it keeps none. */
export function judgeExemplars(
  model: string,
  { count, metric, isOff }: { count: number | null; metric: string; isOff: boolean },
): ReadinessResult {
  const evidence = [countEvidence('exemplars with a trace id', count)];
  if (count === null) return judged('unknown', `Exemplars of ${metric} could not be asked.`, { model, evidence });
  if (count > 0)
    return judged('pass', `${metric} of ${model} has ${formatCount(count)} exemplars with a trace id.`, {
      model,
      evidence,
    });
  const why = isOff
    ? 'the server keeps none (its flag exemplar-storage is off)'
    : 'the service sends none, or they were evicted';
  return judged('fail', `${metric} of ${model} has no exemplar: ${why}.`, {
    model,
    evidence,
    remedy: exemplars(isOff),
  });
}

export interface Cardinality {
  series: number | null;
  labels: readonly { name: string; value: number }[];
  metrics: readonly { name: string; value: number }[];
  /** The metric with most series of the worst label; null: not asked or not known. */
  carrier: string | null;
}

const stateBy = (value: number, bounds: { fail: number; watch: number }): ReadinessState =>
  value >= bounds.fail ? 'fail' : value >= bounds.watch ? 'watch' : 'pass';

/** cardinality. Null: this flavour of Prometheus does not say. */
export function judgeCardinality(source: string, found: Cardinality | null): ReadinessResult {
  if (found === null) {
    const remedy = plain('Ask its own cardinality API or its operators; Mimir has /cardinality/label_names.');
    return judged('unknown', `${source} does not tell its cardinality.`, { subject: source, remedy });
  }
  const labels = found.labels.filter(({ value }) => value >= LABEL_VALUES.watch);
  const metrics = found.metrics.filter(({ value }) => value >= METRIC_SERIES.watch);
  const [worstLabel] = found.labels;
  const [worstMetric] = found.metrics;
  const evidence = [
    countEvidence('series', found.series),
    ...found.labels.slice(0, 3).map(({ name, value }) => countEvidence(`values of label ${name}`, value)),
    ...found.metrics.slice(0, 3).map(({ name, value }) => countEvidence(`series of ${name}`, value)),
  ];
  const state = worstState([
    stateBy(worstLabel?.value ?? 0, LABEL_VALUES),
    stateBy(worstMetric?.value ?? 0, METRIC_SERIES),
  ]);
  if (worstLabel === undefined && worstMetric === undefined) {
    return judged('unknown', `${source} counts its series in another form, which this console does not read.`, {
      subject: source,
    });
  }
  if (state === 'pass') {
    return judged(
      'pass',
      `The label with most values is ${worstLabel?.name ?? 'none'} (${formatCount(worstLabel?.value ?? 0)}), the metric with most series ${worstMetric?.name ?? 'none'} (${formatCount(worstMetric?.value ?? 0)}).`,
      { subject: source, evidence },
    );
  }
  const carried = found.carrier === null ? '' : `, most of them in ${found.carrier}`;
  const said = [
    ...labels.map(({ name, value }, at) => `label ${name} has ${formatCount(value)} values${at === 0 ? carried : ''}`),
    ...metrics.map(({ name, value }) => `${name} has ${formatCount(value)} series`),
  ];
  const remedy = labels[0] === undefined ? fewerSeries(metrics[0]?.name ?? '') : dropLabel(labels[0].name);
  return judged(state, `In ${source}, ${said.join('; ')}.`, { subject: source, evidence, remedy });
}
