import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { GET as getSlos } from '@/app/api/slos/route';
import { GET as getLoaded } from '@/app/api/slos/rules/loaded/route';
import { GET as getRules } from '@/app/api/slos/rules/route';
import { SloRules, Slos } from '@/lib/contracts/slo';
import { burnRecord } from '@/lib/domain/slo-rules';
import { queryCache } from '@/lib/server/cache';
import { call, useConfig } from '../../api/console';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../../real-prometheus';
import { remoteWrite } from '../../remote-write';
import { type Outage, outageBefore } from './outage';
import { inFolder, promtool, seriesText, valuesFrom } from './promtool';

const MINUTE_MS = 60_000;
const HISTORY_MS = 7 * 60 * MINUTE_MS;

const HOSTILE = 'evil "{{ $labels.severity }}" } or vector(1) #\n- yaml: *x';

const configOf = (url: string) => `sources:
  prometheus: { url: '${url}', scrapeInterval: 1s }
models:
  - name: fraud_detector
    owner: risk-ml
    runbook: https://runbooks.example.com/{{fraud}}
    slos:
      - { kind: availability, objective: 99.8%, window: 30d }
      - { kind: latency, objective: 95%, threshold: 500ms, window: 28d }
  - name: churn_scorer
    slos:
      - { kind: freshness, objective: 99%, threshold: 26h, window: 7d }
      - { kind: quality, measure: recall, objective: 80%, window: 30d }
  # Nobody's model, whose name is every language's worst.
  - name: ${JSON.stringify(HOSTILE)}
    owner: "{{ .Labels }}"
    slos:
      - { kind: availability, objective: 99%, window: 30d }
`;

const present = hasPrometheus();
if (!present) console.warn('SKIPPED: no prometheus and promtool here; the exported rules are not run.');

const fileOf = async (file: string): Promise<string> => {
  const response = await getRules(new Request(`http://127.0.0.1/api/slos/rules?file=${file}`));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/yaml/);
  return response.text();
};

/** A Prometheus with the demo's metrics, `agoMs` after the outage began, and the rules that this console exports for it. */
async function withRules(
  agoMs: number,
): Promise<{ outage: Outage; real: RealPrometheus; rules: string; tests: string }> {
  const outage = outageBefore(agoMs, HISTORY_MS);
  const flags = ['--web.enable-remote-write-receiver', '--web.enable-lifecycle'];
  const real = await startPrometheus({ flags, rules: 'groups: []\n' });
  await remoteWrite(real.url, outage.series);
  // biome-ignore lint/correctness/useHookAtTopLevel: it is none
  useConfig(configOf(real.url));
  return { outage, real, rules: await fileOf('prometheus'), tests: await fileOf('tests') };
}

interface RulesAnswer {
  data: {
    groups: {
      name: string;
      rules: {
        type: string;
        name: string;
        health: string;
        lastEvaluation: string;
        state?: string;
        alerts?: { labels: Record<string, string>; annotations: Record<string, string>; state: string }[];
      }[];
    }[];
  };
}

const rulesOf = async (url: string): Promise<RulesAnswer['data']['groups']> =>
  ((await (await fetch(`${url}/api/v1/rules`)).json()) as RulesAnswer).data.groups;

/** Loads rules into a running server and waits until each was evaluated again after all of them were. */
async function load(real: RealPrometheus, rules: string): Promise<void> {
  await real.writeRules(rules.replaceAll('interval: 1m', 'interval: 1s'));
  // What was loaded before is kept for a few seconds.
  queryCache().clear();
  expect((await fetch(`${real.url}/-/reload`, { method: 'POST' })).status).toBe(200);
  let allEvaluatedMs: number | null = null;
  for (let left = 150; left > 0; left -= 1) {
    const all = (await rulesOf(real.url)).flatMap((group) => group.rules);
    const evaluatedMs = all.map(({ lastEvaluation, health }) =>
      health === 'unknown' ? 0 : Date.parse(lastEvaluation),
    );
    if (all.length > 0 && Math.min(...evaluatedMs) > (allEvaluatedMs ?? 0)) {
      // An alert may be evaluated before the recording that it reads.
      if (allEvaluatedMs !== null) return;
      allEvaluatedMs = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the rules were not evaluated twice within fifteen seconds');
}

/** The same rules at an ordinary interval: a unit test of hours need not take a step each second. */
const slower = (rules: string): string => rules.replaceAll('interval: 1s', 'interval: 30s');

const firing = async (url: string) =>
  (await rulesOf(url))
    .flatMap(({ rules }) => rules.flatMap(({ alerts, name }) => (alerts ?? []).map((alert) => ({ name, ...alert }))))
    .filter(({ state }) => state === 'firing');

describe.skipIf(!present)('the exported rules in a real Prometheus', () => {
  let during: Awaited<ReturnType<typeof withRules>>;
  beforeAll(async () => {
    during = await withRules(22 * MINUTE_MS);
  });
  afterAll(() => during?.real.stop());

  it('pass promtool check rules, and their own unit tests', () => {
    const files = { 'windsock-rules.yml': slower(during.rules), 'windsock-rules.test.yml': during.tests };
    expect(inFolder(files, (folder) => promtool(folder, 'check', 'rules', 'windsock-rules.yml'))).toMatch(
      /SUCCESS: \d+ rules/,
    );
    const tests = (parse(during.tests) as { tests: { name: string }[] }).tests.map(({ name }) => name);
    expect(tests.some((name) => name.includes('half of the requests failing'))).toBe(true);
    expect(inFolder(files, (folder) => promtool(folder, 'test', 'rules', 'windsock-rules.test.yml'))).toMatch(
      /SUCCESS/,
    );
  });

  it('a unit test fails when a rule no longer does what it says', () => {
    const files = {
      'windsock-rules.yml': slower(during.rules).replaceAll('> 14.4', '> 144'),
      'windsock-rules.test.yml': during.tests,
    };
    expect(() => inFolder(files, (folder) => promtool(folder, 'test', 'rules', 'windsock-rules.test.yml'))).toThrow(
      /./,
    );
  });

  it('a server without rules is told so, before they are loaded', async () => {
    const answer = SloRules.parse((await call(getLoaded)).body);
    expect(answer.loaded[0]?.parts[0]?.text).toMatch(/Prometheus has no rules at all: nobody is called/);
    expect(answer.differences?.every(({ state }) => state === 'missing')).toBe(true);
  });

  it('fire for the outage with budget, runbook and owner, burn as the API says to 1e-9, and match what is loaded', async () => {
    const { real, rules } = during;
    await load(real, rules);
    const alerts = (await firing(real.url)).filter(({ name }) => name === 'ModelAvailabilityBudgetBurn');
    expect(alerts.map(({ labels }) => labels.window)).toContain('1h/5m');
    expect(alerts.find(({ labels }) => labels.window === '1h/5m')?.labels).toMatchObject({
      slo: 'fraud_detector/availability',
      model_name: 'fraud_detector',
      severity: 'page',
      owner: 'risk-ml',
    });
    expect(alerts.find(({ labels }) => labels.window === '1h/5m')?.annotations).toMatchObject({
      description: expect.stringMatching(/eats 2 % of the 30.d budget an hour, all of it in 2.d 2.h/),
      // Braces of a configured address are no template.
      runbook_url: 'https://runbooks.example.com/{{fraud}}',
    });
    await expectSameBurns(real.url);
    const answer = SloRules.parse((await call(getLoaded)).body);
    expect(answer.differences?.filter(({ state }) => state !== 'loaded')).toEqual([]);
    expect(answer.loaded[0]?.parts[0]?.text).toMatch(/has all \d+ rules loaded as they are here/);
  });

  /** Every burn rate of the API at the instant of a recording, against that recording. */
  async function expectSameBurns(url: string): Promise<void> {
    const asked = new URLSearchParams({ query: '{__name__=~"windsock:slo_burn:.+"}[30s]' });
    const { data } = (await (await fetch(`${url}/api/v1/query?${asked}`)).json()) as {
      data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    let compared = 0;
    const rowsAt = new Map<number, Slos>();
    for (const { metric, values } of data.result) {
      const [seconds, text] = values[0] ?? [0, ''];
      const endMs = Math.round(seconds * 1000);
      const known = rowsAt.get(endMs) ?? Slos.parse((await call(getSlos, { query: { endMs } })).body);
      rowsAt.set(endMs, known);
      const row = known.rows.find(({ id }) => id === metric.slo);
      for (const pair of row?.pairs ?? []) {
        for (const [windowMs, burn] of [
          [pair.longMs, pair.longBurn],
          [pair.shortMs, pair.shortBurn],
        ] as const) {
          if (metric.__name__ !== burnRecord(windowMs)) continue;
          expect(Math.abs((burn ?? Number.NaN) - Number(text)), `${metric.slo} ${metric.__name__}`).toBeLessThan(1e-9);
          compared += 1;
        }
      }
    }
    expect(new Set(data.result.map(({ metric }) => metric.slo)).size).toBe(4);
    expect(compared).toBeGreaterThan(20);
  }

  it('says what differs, what is left over, and who else has the name', async () => {
    const { real, rules } = during;
    const edited = parse(rules) as {
      groups: { name: string; interval: string; rules: { alert?: string; expr: string }[] }[];
    };
    const group = edited.groups.find(({ name }) => name === 'windsock/slo/fraud_detector/availability/alerts');
    const first = group?.rules[0];
    if (group === undefined || first === undefined) throw new Error('no such group');
    first.expr = first.expr.replaceAll('14.4', '20');
    edited.groups.push({
      name: 'windsock/slo/gone/availability/alerts',
      interval: '1s',
      rules: [{ alert: 'Gone', expr: 'vector(1) > 2' }],
    });
    edited.groups.push({
      name: 'mine',
      interval: '1s',
      rules: [{ alert: 'ModelAvailabilityBudgetBurn', expr: 'vector(1) > 2' }],
    });
    await load(real, stringify(edited, { version: '1.1' }));
    const answer = SloRules.parse((await call(getLoaded)).body);
    expect(answer.differences?.filter(({ state }) => state !== 'loaded')).toEqual([
      expect.objectContaining({
        state: 'changed',
        difference: 'another expression',
        detail: 'fraud_detector/availability, 1h/5m',
      }),
      expect.objectContaining({ state: 'left over', name: 'Gone' }),
    ]);
    expect(answer.notes.some((note) => note.includes('loaded in the group mine'))).toBe(true);
    expect(answer.loaded[0]?.status).toBe('watch');
  });

  it('resolve after it, while the long window still burns', async () => {
    const after = await withRules(25 * MINUTE_MS + 40 * MINUTE_MS);
    try {
      await load(after.real, after.rules);
      const paging = (await firing(after.real.url)).filter(({ labels }) => labels.severity === 'page');
      expect(paging).toEqual([]);
      const slos = Slos.parse((await call(getSlos)).body);
      const row = slos.rows.find(({ id }) => id === 'fraud_detector/availability');
      expect(row?.pairs[0]).toMatchObject({ firing: false });
      expect(row?.pairs[0]?.longBurn ?? 0).toBeGreaterThan(row?.pairs[0]?.factor ?? 0);
    } finally {
      await after.real.stop();
      useConfig(configOf(during.real.url));
    }
  });

  it('fire during the outage and resolve after it, minute by minute, in the rule engine of promtool', () => {
    const { outage, rules } = during;
    const from = outage.startMs - 60 * MINUTE_MS;
    const whole = outageBefore(25 * MINUTE_MS + 60 * MINUTE_MS, HISTORY_MS);
    const shift = whole.startMs - outage.startMs;
    const input = whole.series
      .filter(({ labels }) => labels.__name__ === 'inference_requests_total' && labels.model_name === 'fraud_detector')
      .map((one) => ({ series: seriesText(one), values: valuesFrom(one, from + shift) }));
    const at = (afterStartMs: number, firing: boolean) => ({
      eval_time: `${60 + afterStartMs / MINUTE_MS}m`,
      expr: 'count(ALERTS{alertname="ModelAvailabilityBudgetBurn",alertstate="firing",window="1h/5m"}) or vector(0)',
      exp_samples: [{ labels: '{}', value: firing ? 1 : 0 }],
    });
    const test = {
      rule_files: ['windsock-rules.yml'],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: input,
          promql_expr_test: [
            at(-20 * MINUTE_MS, false),
            at(-1 * MINUTE_MS, false),
            at(20 * MINUTE_MS, true),
            at(25 * MINUTE_MS, true),
            at(32 * MINUTE_MS, false),
            at(60 * MINUTE_MS, false),
          ],
        },
      ],
    };
    const files = {
      'windsock-rules.yml': slower(rules),
      'demo.test.yml': stringify(test),
    };
    expect(inFolder(files, (folder) => promtool(folder, 'test', 'rules', 'demo.test.yml'))).toMatch(/SUCCESS/);
  });
});
