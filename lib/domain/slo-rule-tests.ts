import {
  alertingPairs,
  BURN_ALERTS,
  burnAnnotations,
  burnRecord,
  expandTemplates,
  firedLabels,
  NOT_MEASURED_ALERT,
  notMeasuredFired,
  type RuledSlo,
  recordedSeries,
} from './slo-rules';
import { BURN_WINDOWS_MS, type BurnPair } from './slo-windows';
import { HOUR_MS } from './time';

/** Unit tests for `promtool test rules`: what each exported rule does, proved where the rules will run. */

export interface PromtoolTests {
  rule_files: string[];
  evaluation_interval: string;
  tests: PromtoolTest[];
}

interface ExpectedAlert {
  exp_labels: Record<string, string>;
  exp_annotations: Record<string, string>;
}

export interface PromtoolTest {
  name: string;
  interval: string;
  input_series: { series: string; values: string }[];
  alert_rule_test?: { eval_time: string; alertname: string; exp_alerts: ExpectedAlert[] }[];
  promql_expr_test?: { expr: string; eval_time: string; exp_samples: { labels: string; value: number }[] }[];
}

/** Counted requests of one model by outcome, as a test feeds them: series without values. */
export interface RawSeries {
  good: string;
  bad: string;
}

/** Minutes of a test: quiet, then burning, then recovered. */
const QUIET_MINUTES = 10;
const BURNING_MINUTES = 10;

/**
 * The test file beside `ruleFile`. Burn alerts are tested on burn rates as input, over and exactly at the factor; where
 * `rawOf` knows series whose errors are told apart, the recordings are tested on them too.
 */
export function sloRuleTests(
  slos: readonly RuledSlo[],
  ruleFile: string,
  rawOf: (slo: RuledSlo) => RawSeries | null,
): PromtoolTests {
  return {
    rule_files: [ruleFile],
    // Coarser than any group's own, so that testing a fleet takes seconds.
    evaluation_interval: '5m',
    tests: [
      ...slos.flatMap((slo) => {
        const raw = rawOf(slo);
        return [
          ...alertingPairs(slo).flatMap((pair) => [pairTest(slo, pair), atFactorTest(slo, pair)]),
          ...(raw === null ? [] : [recordingTest(slo, raw)]),
        ];
      }),
      ...(slos.length === 0 ? [] : [missingTest(slos)]),
    ],
  };
}

const fired = (slo: RuledSlo, pair: BurnPair): ExpectedAlert => ({
  exp_labels: firedLabels(slo, pair),
  exp_annotations: expandTemplates(burnAnnotations(slo, pair)),
});

const at = (minutes: number): string => `${minutes}m`;

/** `a` for the quiet minutes, `b` for the burning ones, `a` after them. */
const phases = (quiet: number, burning: number): string =>
  `${quiet}x${QUIET_MINUTES} ${burning}x${BURNING_MINUTES} ${quiet}x${QUIET_MINUTES}`;

/** Only the two windows of the pair have series, so no other pair of the objective can alert. */
function pairTest(slo: RuledSlo, pair: BurnPair): PromtoolTest {
  const over = Number((pair.factor * 1.5).toPrecision(6));
  const during = QUIET_MINUTES + BURNING_MINUTES / 2;
  const after = QUIET_MINUTES + BURNING_MINUTES + 5;
  const alertname = BURN_ALERTS[slo.kind];
  return {
    name: `${slo.id}: ${pair.severity} while both windows burn over ${pair.factor}, and not after`,
    interval: '1m',
    input_series: [
      { series: recordedSeries(slo, pair.longMs), values: phases(0, over) },
      { series: recordedSeries(slo, pair.shortMs), values: phases(0, over) },
    ],
    alert_rule_test: [
      { eval_time: at(QUIET_MINUTES / 2), alertname, exp_alerts: [] },
      { eval_time: at(during), alertname, exp_alerts: [fired(slo, pair)] },
      { eval_time: at(after), alertname, exp_alerts: [] },
    ],
  };
}

/** At the factor, and with the short window recovered, nobody is called. */
function atFactorTest(slo: RuledSlo, pair: BurnPair): PromtoolTest {
  const alertname = BURN_ALERTS[slo.kind];
  const over = Number((pair.factor * 1.5).toPrecision(6));
  return {
    name: `${slo.id}: silent at exactly ${pair.factor}, and once the short window recovered`,
    interval: '1m',
    input_series: [
      { series: recordedSeries(slo, pair.longMs), values: `${pair.factor}x10 ${over}x10` },
      { series: recordedSeries(slo, pair.shortMs), values: `${over}x10 0x10` },
    ],
    alert_rule_test: [
      { eval_time: '5m', alertname, exp_alerts: [] },
      { eval_time: '15m', alertname, exp_alerts: [] },
    ],
  };
}

/** As many bad as good requests are an error ratio of a half in every window. */
function recordingTest(slo: RuledSlo, raw: RawSeries): PromtoolTest {
  const budget = Number((1 - slo.objective).toPrecision(12));
  return {
    name: `${slo.id}: half of the requests failing burns ${0.5 / budget}`,
    interval: '1m',
    input_series: [
      { series: raw.good, values: '0+60x60' },
      { series: raw.bad, values: '0+60x60' },
    ],
    promql_expr_test: BURN_WINDOWS_MS.filter((ms) => ms <= HOUR_MS).map((windowMs) => ({
      expr: `${burnRecord(windowMs)}{slo=${JSON.stringify(slo.id)}}`,
      eval_time: '60m',
      exp_samples: [{ labels: recordedSeries(slo, windowMs), value: 0.5 / budget }],
    })),
  };
}

/** Without any series somebody is told that nothing is measured. */
function missingTest(slos: readonly RuledSlo[]): PromtoolTest {
  const expected = slos.map(notMeasuredFired);
  return {
    name: 'told when nothing is measured',
    interval: '1m',
    input_series: [],
    alert_rule_test: [
      { eval_time: '5m', alertname: NOT_MEASURED_ALERT, exp_alerts: [] },
      {
        eval_time: '20m',
        alertname: NOT_MEASURED_ALERT,
        exp_alerts: expected.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
      },
    ],
  };
}
