import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { GET as rules } from '@/app/api/drift/rules/route';
import type { Rule, RuleGroup } from '@/lib/domain/slo-rules';
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

/** What an expression gives on the lab now, recordings put in where they are named. */
async function evaluate(all: readonly Rule[], expr: string): Promise<Record<string, string>[]> {
  let query = expr;
  for (let pass = 0; pass < 3; pass += 1) {
    for (const { record, expr: inner } of all) if (record !== undefined) query = query.replaceAll(record, `(${inner})`);
  }
  const url = new URL(`${lab.url}/prometheus/api/v1/query`);
  url.searchParams.set('query', query);
  url.searchParams.set('time', String(NOW_MS / 1000));
  const body = await (await fetch(url)).json();
  expect(body.status, JSON.stringify(body).slice(0, 300)).toBe('success');
  return body.data.result.map((one: { metric: Record<string, string> }) => one.metric);
}

const firing = async (alert: string, text: string): Promise<Record<string, string>[]> => {
  const all = rulesOf(text);
  const own = all.filter((rule) => rule.alert === alert);
  expect(own.length).toBeGreaterThan(0);
  return (await Promise.all(own.map(({ expr }) => evaluate(all, expr)))).flat();
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
    let query = rule?.expr ?? '';
    for (let pass = 0; pass < 3; pass += 1) {
      for (const { record, expr } of all) if (record !== undefined) query = query.replaceAll(record, `(${expr})`);
    }
    expect(await evaluate([], query.replaceAll('[1d]', '[1d] offset 31h'))).toEqual([
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
