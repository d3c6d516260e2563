import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type RuledCheck, syntheticRuleGroups } from '@/lib/domain/synthetic-alert-rules';
import { inFolder, promtool } from '../slos/promtool';

const check: RuledCheck = {
  model: 'fraud "{{detector}}"',
  intervalMs: 60_000,
  waitMs: 120_000,
  owner: 'risk-ml',
  runbook: 'https://runbooks.example.com/fraud',
};
const groups = syntheticRuleGroups([check, { ...check, model: 'reco', owner: null }], 30_000);
const yaml = (document: object) => stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });

const own = 'model_name="reco"';
/** A value that repeats over an hour of minutes. */
const always = (value: number) => `${value}x60`;

function fires(alert: string, at: string, series: Record<string, string>, expected: object[]): void {
  const test = {
    rule_files: ['rules.yml'],
    evaluation_interval: '30s',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected }],
      },
    ],
  };
  const rules = yaml({ groups: groups.filter(({ name }) => name.endsWith('/reco')) });
  expect(
    inFolder({ 'rules.yml': rules, 'test.yml': yaml(test) }, (folder) => promtool(folder, 'test', 'rules', 'test.yml')),
  ).toContain('SUCCESS');
}

describe('alert rules of synthetic checks', () => {
  it('pass promtool check rules, each with a runbook and a sentence', () => {
    const said = inFolder({ 'rules.yml': yaml({ groups }) }, (folder) =>
      promtool(folder, 'check', 'rules', 'rules.yml'),
    );
    expect(said).toContain('SUCCESS: 6 rules found');
    for (const { annotations } of groups.flatMap(({ rules }) => rules)) {
      expect(annotations?.runbook_url).toBe('https://runbooks.example.com/fraud');
      expect(annotations?.description).toMatch(/\.$/);
    }
  });

  const annotationsOf = (alert: string, signal = '') => {
    const rule = groups.at(-1)?.rules.find((one) => one.alert === alert);
    return Object.fromEntries(
      Object.entries(rule?.annotations ?? {}).map(([name, value]) => [
        name,
        value.replaceAll('{{ $labels.signal }}', signal),
      ]),
    );
  };

  it('call somebody when a model has failed twice its interval', () => {
    const firing = {
      exp_labels: { severity: 'page', model_name: 'reco' },
      exp_annotations: annotationsOf('ModelSyntheticCheckFails'),
    };
    const failing = { [`windsock_synthetic_success{${own}}`]: '1x10 0x50' };
    fires('ModelSyntheticCheckFails', '11m', failing, []);
    fires('ModelSyntheticCheckFails', '20m', failing, [firing]);
    // One replica that still tells the last failure does not call anybody while another knows better.
    fires(
      'ModelSyntheticCheckFails',
      '20m',
      { ...failing, [`windsock_synthetic_success{${own},instance="b"}`]: always(1) },
      [],
    );
  });

  it('tell which signal no longer arrives', () => {
    const series = {
      [`windsock_synthetic_found{${own},signal="trace"}`]: '1x10 0x50',
      [`windsock_synthetic_found{${own},signal="log"}`]: always(1),
    };
    const firing = {
      exp_labels: { severity: 'ticket', model_name: 'reco', signal: 'trace' },
      exp_annotations: annotationsOf('ModelSyntheticTelemetryMissing', 'trace'),
    };
    fires('ModelSyntheticTelemetryMissing', '15m', series, []);
    fires('ModelSyntheticTelemetryMissing', '25m', series, [firing]);
  });

  it('notice when nobody checks any more, or nobody scrapes the console', () => {
    const last = `windsock_synthetic_last_run_timestamp_seconds{${own}}`;
    const firing = {
      exp_labels: { severity: 'ticket', model_name: 'reco' },
      exp_annotations: annotationsOf('ModelSyntheticCheckNotRunning'),
    };
    fires('ModelSyntheticCheckNotRunning', '30m', { [last]: '0+60x60' }, []);
    fires('ModelSyntheticCheckNotRunning', '30m', { [last]: '0+60x10 600x50' }, [firing]);
    fires('ModelSyntheticCheckNotRunning', '30m', { up: always(1) }, [firing]);
  });
});
