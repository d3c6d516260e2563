import { backlogRows, isTargetUp, labelReceivedMs } from './fleet-metrics';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import type { SeriesTable, SparseColumn } from './series-table';

/** Burn of 14.4 against an objective of 99.9 %: the fast-burn threshold of the SRE workbook. */
const FAST_BURN_RATIO = 0.0144;
/** Samples of a range of one hour and of five minutes; an increase needs two samples, so windows are one fewer. */
const HOUR_WINDOWS = 3_600_000 / WINDOW_MS - 1;
const FIVE_MINUTE_WINDOWS = 300_000 / WINDOW_MS - 1;
/** Share of failed requests over five minutes that somebody should look at by day. */
const HIGH_ERROR_RATIO = 0.02;
const STALE_LABELS_S = 86_400;
const BACKLOG_ROWS = 50_000;

const errorRatio = (range: string): string =>
  `sum(rate(inference_requests_total{model_name="fraud_detector",status="error"}[${range}])) / sum(rate(inference_requests_total{model_name="fraud_detector"}[${range}]))`;

/** What a rule is evaluated on at a scrape. */
interface Facts {
  atMs: number;
  hourErrorRatio: number;
  fiveMinuteErrorRatio: number;
  world: { seed: number; scenario: Scenario };
}

interface Rule {
  group: string;
  name: string;
  query: string;
  forMs: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Labels that the expression's result adds to an alert's. */
  resultLabels: Record<string, string>;
  /** The value of the alert's expression where it holds, else null. */
  evaluate(facts: Facts): number | null;
}

const RUNBOOKS = 'https://runbooks.example.com';

const RULES: readonly Rule[] = [
  {
    group: 'slo',
    name: 'HighErrorRateFastBurn',
    query: `(${errorRatio('1h')}) > ${FAST_BURN_RATIO} and (${errorRatio('5m')}) > ${FAST_BURN_RATIO}`,
    forMs: 120_000,
    labels: { severity: 'critical', model_name: 'fraud_detector' },
    annotations: {
      summary: 'fraud_detector burns its error budget 14.4 times too fast',
      runbook_url: `${RUNBOOKS}/high-error-rate-fast-burn`,
    },
    resultLabels: {},
    evaluate: ({ hourErrorRatio, fiveMinuteErrorRatio }) =>
      hourErrorRatio > FAST_BURN_RATIO && fiveMinuteErrorRatio > FAST_BURN_RATIO ? hourErrorRatio : null,
  },
  {
    // Inhibited in the lab's Alertmanager while the fast burn fires.
    group: 'slo',
    name: 'HighErrorRate',
    query: `(${errorRatio('5m')}) > ${HIGH_ERROR_RATIO}`,
    forMs: 300_000,
    labels: { severity: 'warning', model_name: 'fraud_detector' },
    annotations: {
      summary: 'Over 2 % of the requests to fraud_detector fail',
      runbook_url: `${RUNBOOKS}/high-error-rate`,
    },
    resultLabels: {},
    evaluate: ({ fiveMinuteErrorRatio }) => (fiveMinuteErrorRatio > HIGH_ERROR_RATIO ? fiveMinuteErrorRatio : null),
  },
  {
    group: 'ml',
    name: 'LabelsStale',
    query: `time() - label_last_received_timestamp_seconds{model_name="churn_scorer"} > ${STALE_LABELS_S}`,
    forMs: 600_000,
    labels: { severity: 'warning' },
    annotations: { summary: 'No label for churn_scorer in 24 hours', runbook_url: `${RUNBOOKS}/labels-stale` },
    resultLabels: { model_name: 'churn_scorer' },
    evaluate: ({ atMs, world }) => {
      const ageS = (atMs - labelReceivedMs('churn_scorer', atMs, world.scenario)) / 1000;
      return ageS > STALE_LABELS_S ? ageS : null;
    },
  },
  {
    group: 'ml',
    name: 'FeaturePipelineBacklog',
    query: `feature_pipeline_backlog_rows{pipeline="churn_features"} > ${BACKLOG_ROWS}`,
    forMs: 900_000,
    labels: { severity: 'warning', model_name: 'churn_scorer' },
    annotations: {
      summary: 'The pipeline churn_features falls behind',
      runbook_url: `${RUNBOOKS}/feature-pipeline-backlog`,
    },
    resultLabels: { pipeline: 'churn_features' },
    evaluate: ({ atMs, world }) => {
      const rows = backlogRows('churn_features', atMs, world);
      return rows > BACKLOG_ROWS ? rows : null;
    },
  },
  {
    group: 'targets',
    name: 'FeatureStoreDown',
    query: 'up{job="feature-store"} == 0',
    forMs: 120_000,
    labels: { severity: 'critical' },
    annotations: { summary: 'The feature store does not answer', runbook_url: `${RUNBOOKS}/feature-store-down` },
    resultLabels: { job: 'feature-store', instance: 'feature-store-7d9f:9121' },
    evaluate: ({ atMs, world }) => (isTargetUp('feature-store', atMs, world.scenario) ? null : 0),
  },
];

/** What somebody added in a hurry: seeded as a fault of the telemetry. */
const WITHOUT_RUNBOOK: Rule = {
  group: 'hurried',
  name: 'SomethingSlow',
  query: 'in_flight_requests > 10000',
  forMs: 300_000,
  labels: { severity: 'warning' },
  annotations: { summary: 'Something is slow' },
  resultLabels: {},
  evaluate: () => null,
};

interface RuleState {
  rule: Rule;
  activeSinceMs: number | null;
  value: number;
  pending: SparseColumn;
  firing: SparseColumn;
}

const isFiring = ({ rule, activeSinceMs }: RuleState, atMs: number): boolean =>
  activeSinceMs !== null && atMs - activeSinceMs >= rule.forMs;

/** The alerting rules of the fleet, evaluated at every scrape on what was scraped, and the ALERTS series they leave. */
export class AlertRules {
  private readonly rules: readonly Rule[];
  private readonly states: RuleState[];
  /** fraud_detector's requests and errors in each of the newest windows, oldest first. */
  private readonly recent: { requests: number; errors: number }[] = [];
  private evaluatedMs = 0;

  constructor(
    table: SeriesTable,
    private readonly world: { seed: number; scenario: Scenario },
  ) {
    this.rules = world.scenario.faults.has('alert without runbook') ? [...RULES, WITHOUT_RUNBOOK] : RULES;
    this.states = this.rules.map((rule) => {
      const labels = { __name__: 'ALERTS', alertname: rule.name, ...rule.resultLabels, ...rule.labels };
      return {
        rule,
        activeSinceMs: null,
        value: 0,
        pending: table.sparseColumn({ ...labels, alertstate: 'pending' }),
        firing: table.sparseColumn({ ...labels, alertstate: 'firing' }),
      };
    });
  }

  /** Evaluates every rule at a scrape; `fraud` is what the window just scraped added. */
  evaluate(atMs: number, fraud: { requests: number; errors: number }): void {
    this.recent.push(fraud);
    if (this.recent.length > HOUR_WINDOWS) this.recent.shift();
    this.evaluatedMs = atMs;
    const facts: Facts = {
      atMs,
      hourErrorRatio: this.ratioOf(HOUR_WINDOWS),
      fiveMinuteErrorRatio: this.ratioOf(FIVE_MINUTE_WINDOWS),
      world: this.world,
    };
    for (const state of this.states) {
      const value = state.rule.evaluate(facts);
      state.activeSinceMs = value === null ? null : (state.activeSinceMs ?? atMs);
      state.value = value ?? 0;
      if (state.activeSinceMs !== null) (isFiring(state, atMs) ? state.firing : state.pending).add(atMs);
    }
  }

  /** The groups as `/api/v1/rules` has them, in the state of the last evaluation. */
  groups(): readonly unknown[] {
    const names = [...new Set(this.rules.map(({ group }) => group))];
    const lastEvaluation = new Date(this.evaluatedMs).toISOString();
    return names.map((name) => ({
      name,
      file: '/etc/prometheus/rules/fleet.yml',
      interval: WINDOW_MS / 1000,
      limit: 0,
      evaluationTime: 0.0004,
      lastEvaluation,
      rules: this.states.filter(({ rule }) => rule.group === name).map((state) => this.toRule(state, lastEvaluation)),
    }));
  }

  private toRule(state: RuleState, lastEvaluation: string): unknown {
    const { rule, activeSinceMs, value } = state;
    const alertState = activeSinceMs === null ? 'inactive' : isFiring(state, this.evaluatedMs) ? 'firing' : 'pending';
    const alert = {
      labels: { alertname: rule.name, ...rule.resultLabels, ...rule.labels },
      annotations: rule.annotations,
      state: alertState,
      activeAt: new Date(activeSinceMs ?? 0).toISOString(),
      value: value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2'),
    };
    return {
      type: 'alerting',
      state: alertState,
      name: rule.name,
      query: rule.query,
      duration: rule.forMs / 1000,
      keepFiringFor: 0,
      labels: rule.labels,
      annotations: rule.annotations,
      alerts: activeSinceMs === null ? [] : [alert],
      health: 'ok',
      evaluationTime: 0.0001,
      lastEvaluation,
    };
  }

  private ratioOf(windows: number): number {
    let requests = 0;
    let errors = 0;
    for (const window of this.recent.slice(-windows)) {
      requests += window.requests;
      errors += window.errors;
    }
    return requests === 0 ? 0 : errors / requests;
  }
}
