import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { GET as rules } from '@/app/api/drift/rules/route';
import type { Rule, RuleGroup } from '@/lib/domain/slo-rules';
import { evaluateRule, withRecorded } from '../evaluate-rule';
import { hasPrometheus } from '../real-prometheus';
import { type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
let lab: Lab;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(56 * HOUR_MS);
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
models:
  - name: 'reco'
    slos: [{ kind: freshness, objective: 99%, threshold: 6h }]
  - name: 'evil {{ .Labels }} "} or vector(1) #'
    slos: [{ kind: freshness, objective: 99%, threshold: 2h }]
`);
}, 120_000);

afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const file = async (query = ''): Promise<string> => {
  const response = await rules(new Request(`http://127.0.0.1/api/drift/rules${query}`));
  expect(response.status).toBe(200);
  return response.text();
};
const groupsOf = (text: string): RuleGroup[] => parse(text, { version: '1.1' }).groups;
const rulesOf = (text: string): Rule[] => groupsOf(text).flatMap(({ rules: own }) => [...own]);

const firing = async (alert: string, text: string): Promise<Record<string, string>[]> => {
  const all = rulesOf(text);
  const own = all.filter((rule) => rule.alert === alert);
  expect(own.length).toBeGreaterThan(0);
  const url = `${lab.url}/prometheus`;
  const queries = own.map(({ expr }) => ({ query: withRecorded(all, expr), timeMs: NOW_MS }));
  return (await Promise.all(queries.map((query) => evaluateRule(url, query)))).flat();
};

describe('the ML alert rules', () => {
  it.skipIf(!hasPrometheus())('pass promtool, with hostile names in the configuration', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ml-rules-'));
    try {
      for (const query of [
        '',
        '?model=churn_scorer',
        `?model=${encodeURIComponent('a"} or vector(1) # {{ $x }}\n')}`,
      ]) {
        const path = join(directory, 'rules.yml');
        writeFileSync(path, await file(query));
        const said = execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
        expect(said).toMatch(/SUCCESS: \d+ rules found/);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('fire in the demo for what is wrong there, and for nothing else', async () => {
    const text = await file();
    expect(await firing('ModelFeatureDrift', text)).toEqual([
      { model_name: 'churn_scorer', model_version: '1.8.2', feature: 'amount' },
    ]);
    expect(await firing('ModelFeatureDriftScore', text)).toEqual([
      { model_name: 'churn_scorer', model_version: '1.8.2', feature: 'amount' },
    ]);
    expect(await firing('ModelLabelsStale', text)).toEqual([{ model_name: 'churn_scorer' }]);
    expect(await firing('FeaturePipelineBacklogGrows', text)).toEqual([{ pipeline: 'churn_features' }]);
    expect(await firing('ModelFeatureMissing', text)).toEqual([]);
  });

  it('find the weak cohort while its labels arrive', async () => {
    const text = await file();
    const all = rulesOf(text);
    const [rule] = all.filter(({ alert }) => alert === 'ModelCohortRecallLow');
    // Of the day before the labels stopped.
    const query = withRecorded(all, rule?.expr ?? '').replaceAll('[1d]', '[1d] offset 31h');
    expect(await evaluateRule(`${lab.url}/prometheus`, { query, timeMs: NOW_MS })).toEqual([
      { model_name: 'churn_scorer', cohort: 'senior' },
    ]);
  });

  it('keep to one model where only it is asked for', async () => {
    const text = await file('?model=reco');
    for (const alert of ['ModelFeatureDrift', 'ModelLabelsStale', 'ModelFeatureDriftScore']) {
      expect(await firing(alert, text)).toEqual([]);
    }
    expect(text).toContain('{model_name="reco"}');
  });

  it('give a limit of its own to a model that has one, and leave it out of the rest', async () => {
    const stale = rulesOf(await file()).filter(({ alert }) => alert === 'ModelLabelsStale');
    expect(stale.map(({ expr }) => expr.replace(/.*> /, ''))).toEqual(['21600', '7200', '86400']);
    expect(stale[2]?.expr).toContain('model_name!="reco"');
    for (const rule of rulesOf(await file())) {
      if (rule.alert === undefined) continue;
      expect(rule.annotations?.runbook_url).toMatch(/^http:\/\/127\.0\.0\.1:3000\/drift/);
      expect(rule.labels?.severity).toBe('ticket');
    }
  });
});
