import { lifeOf, rolesOf } from './conditions';
import { CounterColumn, HistogramColumns, leOf } from './histogram-columns';
import type { Cell, Feature } from './models';
import { COUNTRIES, FEATURES, LATENCY_BOUNDS_MS, SCORE_BOUNDS, SEGMENTS, STAGES } from './models';
import { keyOf, Random } from './random';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import type { Column, SeriesTable } from './series-table';
import type { RequestWindow } from './window';

const LATENCY_BOUNDS_S = LATENCY_BOUNDS_MS.map((boundMs) => boundMs / 1000);
const MICROSECONDS = 1_000_000;
/** Share of requests whose label arrives. */
const LABELLED_SHARE = 0.3;
/** Size of the training set behind the baseline. */
const BASELINE_ROWS = 50_000;

/** Cohorts of a model with their share of labelled requests and their recall. */
function cohortsOf(cell: Cell): { name: string; share: number; recall: number }[] {
  if (cell.model.name !== 'churn_scorer') {
    const recall = cell.model.name === 'reco' ? 0.8 : 0.88;
    return SEGMENTS.map(({ name, share }) => ({ name, share, recall }));
  }
  // Older customers are found less often: their recall stays below 90 % of the whole.
  return [
    { name: 'young', share: 0.4, recall: 0.84 },
    { name: 'adult', share: 0.4, recall: 0.85 },
    { name: 'senior', share: 0.2, recall: 0.62 },
  ];
}

/** Share of true cases among the labelled, and of false alarms among the rest. */
const truthOf = (cell: Cell): { positiveShare: number; falseAlarmShare: number } =>
  cell.model.name === 'fraud_detector'
    ? { positiveShare: 0.08, falseAlarmShare: 0.02 }
    : { positiveShare: 0.3, falseAlarmShare: 0.08 };

/** The columns of one feature as a version sees it. */
export class FeatureColumns {
  private readonly values: HistogramColumns;
  private readonly missing: CounterColumn;
  private readonly observed: CounterColumn;

  constructor(table: SeriesTable, labels: Record<string, string>, feature: Feature) {
    const own = { ...labels, feature: feature.name };
    this.values = new HistogramColumns(table, 'feature_value', own, feature.bounds);
    this.missing = new CounterColumn(table, 'feature_missing_total', own);
    this.observed = new CounterColumn(table, 'feature_observed_total', own);
  }

  /** NaN is a missing value. */
  observe(value: number): void {
    this.observed.add(1);
    if (Number.isNaN(value)) this.missing.add(1);
    else this.values.observe(value);
  }

  scrape(): void {
    this.values.scrape();
    this.missing.scrape();
    this.observed.scrape();
  }
}

/** Every series of one version of a model, counted from its requests. */
export class CellMetrics {
  private readonly status: { ok: CounterColumn; error: CounterColumn };
  private readonly bySegment: { ok: CounterColumn; error: CounterColumn }[];
  private readonly latency: HistogramColumns;
  private readonly fetch: HistogramColumns;
  private readonly stages: HistogramColumns[];
  private readonly inFlight: Column;
  private readonly features: FeatureColumns[];
  private readonly countries: CounterColumn[];
  private readonly score: HistogramColumns;
  private readonly predictions: { positive: CounterColumn; negative: CounterColumn };
  private readonly outcomes: {
    name: string;
    share: number;
    recall: number;
    columns: Record<'tp' | 'fp' | 'tn' | 'fn', CounterColumn>;
  }[];
  private readonly roles: { column: Column; startMs: number; endMs: number }[];
  private readonly life: { startMs: number; endMs: number };
  private readonly baseline: { column: Column; value: number }[];
  /** Requests that somebody sent to the lab, until the scrape after their end. */
  private sent: { requests: RequestWindow; atMs: number }[] = [];

  constructor(
    table: SeriesTable,
    private readonly cell: Cell,
    private readonly world: { seed: number; scenario: Scenario },
  ) {
    const labels = { model_name: cell.model.name, model_version: cell.version };
    const counter = (name: string, more: Record<string, string>) =>
      new CounterColumn(table, name, { ...labels, ...more });
    const { faults } = world.scenario;
    const latencies = (name: string, more: Record<string, string> = {}, bounds = LATENCY_BOUNDS_S) =>
      new HistogramColumns(table, name, { ...labels, ...more }, bounds, MICROSECONDS);
    this.status = {
      ok: counter('inference_requests_total', { status: 'ok' }),
      error: counter('inference_requests_total', { status: 'error' }),
    };
    this.bySegment = SEGMENTS.map(({ name }) => ({
      ok: counter('inference_segment_requests_total', { user_segment: name, status: 'ok' }),
      error: counter('inference_segment_requests_total', { user_segment: name, status: 'error' }),
    }));
    const lacking = faults.has('missing bucket') ? LATENCY_BOUNDS_S.filter((bound) => bound !== 0.5) : LATENCY_BOUNDS_S;
    this.latency = latencies('inference_latency_seconds', {}, lacking);
    const fetchBounds = faults.has('averages-only metric') ? [] : LATENCY_BOUNDS_S;
    this.fetch = latencies('feature_fetch_seconds', { source: 'redis' }, fetchBounds);
    this.stages = STAGES.map((stage) => latencies('model_stage_seconds', { stage }));
    this.inFlight = table.column({ __name__: 'in_flight_requests', ...labels });
    this.features = FEATURES.map((feature) => new FeatureColumns(table, labels, feature));
    this.countries = COUNTRIES.map(({ name }) =>
      counter('feature_category_total', { feature: 'country', category: name }),
    );
    this.score = new HistogramColumns(table, 'prediction_score', labels, SCORE_BOUNDS);
    this.predictions = {
      positive: counter('predictions_total', { label: 'positive' }),
      negative: counter('predictions_total', { label: 'negative' }),
    };
    this.outcomes = cohortsOf(cell).map((cohort) => {
      const outcome = (name: string) => counter('prediction_outcomes_total', { cohort: cohort.name, outcome: name });
      return { ...cohort, columns: { tp: outcome('tp'), fp: outcome('fp'), tn: outcome('tn'), fn: outcome('fn') } };
    });
    this.life = lifeOf(cell, world.scenario);
    this.roles = rolesOf(cell, world.scenario).map(({ role, startMs }, i, all) => ({
      column: table.column({ __name__: 'model_info', ...labels, role }),
      startMs,
      endMs: all[i + 1]?.startMs ?? this.life.endMs,
    }));
    this.baseline = FEATURES.flatMap((feature) => baselineColumns(table, labels, feature));
  }

  /** Counts requests from outside the simulation that ended at this time with the scrape that follows. */
  add(requests: RequestWindow, atMs: number): void {
    this.sent.push({ requests, atMs });
  }

  /** Counts the window that ended at the current scrape; writes nothing while the version is not deployed. */
  scrape(requests: RequestWindow, scrapeMs: number): { requests: number; errors: number } {
    // A version is deployed, and scraped once with zeros, before it gets its first request.
    if (scrapeMs < this.life.startMs || scrapeMs > this.life.endMs) return { requests: 0, errors: 0 };
    const { errors, latencyUs } = this.count(requests);
    this.countFeatures(requests);
    for (const { requests: sent } of this.sent.filter(({ atMs }) => atMs <= scrapeMs)) {
      this.count(sent);
      this.countFeatures(sent);
    }
    this.sent = this.sent.filter(({ atMs }) => atMs > scrapeMs);
    this.countOutcomes(requests);
    const random = new Random(keyOf(this.world.seed, this.cell.index, requests.window, 7));
    // Little's law: requests in flight are the arrivals per second times the seconds each takes.
    this.inFlight.set(random.poisson(latencyUs / 1000 / WINDOW_MS));
    for (const { column, startMs, endMs } of this.roles) if (scrapeMs >= startMs && scrapeMs < endMs) column.set(1);
    this.write();
    return { requests: requests.count, errors };
  }

  private count(requests: RequestWindow): { errors: number; latencyUs: number } {
    const { count, failure, segment, latencyUs, stageUs, country, score } = requests;
    const { status, bySegment, latency, fetch, stages, countries, predictions } = this;
    const sum = { errors: 0, latencyUs: 0 };
    for (let i = 0; i < count; i++) {
      const isOk = failure[i] === 0;
      const own = bySegment[segment[i] ?? 0];
      const wholeUs = latencyUs[i] ?? 0;
      if (!isOk) sum.errors++;
      sum.latencyUs += wholeUs;
      (isOk ? status.ok : status.error).add(1);
      (isOk ? own?.ok : own?.error)?.add(1);
      latency.observe(wholeUs);
      fetch.observe(stageUs[i * 4] ?? 0);
      const entered = requests.stagesEntered(i);
      for (let stage = 0; stage < entered; stage++) stages[stage]?.observe(stageUs[i * 4 + stage] ?? 0);
      countries[country[i] ?? 0]?.add(1);
      if (!isOk) continue;
      const scored = score[i] ?? 0;
      this.score.observe(scored);
      (scored >= 0.5 ? predictions.positive : predictions.negative).add(1);
    }
    return sum;
  }

  private countFeatures({ count, features }: RequestWindow): void {
    const stride = this.features.length;
    for (const [f, columns] of this.features.entries()) {
      for (let i = 0; i < count; i++) columns.observe(features[i * stride + f] ?? Number.NaN);
    }
  }

  private countOutcomes(requests: RequestWindow): void {
    const isStale =
      this.cell.model.name === 'churn_scorer' && requests.startMs >= this.world.scenario.churnLabelsStopMs;
    if (isStale) return;
    const random = new Random(keyOf(this.world.seed, this.cell.index, requests.window, 8));
    const { positiveShare, falseAlarmShare } = truthOf(this.cell);
    for (const { share, recall, columns } of this.outcomes) {
      const labelled = random.poisson(requests.count * LABELLED_SHARE * share);
      for (let i = 0; i < labelled; i++) {
        const isCase = random.next() < positiveShare;
        const isFlagged = random.next() < (isCase ? recall : falseAlarmShare);
        columns[isCase ? (isFlagged ? 'tp' : 'fn') : isFlagged ? 'fp' : 'tn'].add(1);
      }
    }
  }

  private write(): void {
    this.status.ok.scrape();
    this.status.error.scrape();
    for (const { ok, error } of this.bySegment) {
      ok.scrape();
      error.scrape();
    }
    this.latency.scrape();
    this.fetch.scrape();
    for (const stage of this.stages) stage.scrape();
    for (const feature of this.features) feature.scrape();
    for (const country of this.countries) country.scrape();
    this.score.scrape();
    this.predictions.positive.scrape();
    this.predictions.negative.scrape();
    for (const { columns } of this.outcomes) for (const column of Object.values(columns)) column.scrape();
    for (const { column, value } of this.baseline) column.set(value);
  }
}

/** What training saw of a feature: cumulative counts of BASELINE_ROWS rows of its undrifted distribution. */
function baselineColumns(
  table: SeriesTable,
  labels: Record<string, string>,
  feature: Feature,
): { column: Column; value: number }[] {
  const own = { ...labels, feature: feature.name };
  const buckets = feature.bounds.map((bound) => ({
    column: table.column({ __name__: 'feature_baseline_bucket', ...own, le: leOf(bound) }),
    value: Math.round(BASELINE_ROWS * feature.shape.shareBelow(bound / feature.scale)),
  }));
  return [
    ...buckets,
    { column: table.column({ __name__: 'feature_baseline_bucket', ...own, le: '+Inf' }), value: BASELINE_ROWS },
    { column: table.column({ __name__: 'feature_baseline_count', ...own }), value: BASELINE_ROWS },
  ];
}
