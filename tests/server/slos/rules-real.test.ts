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
import { firing, instantsOf, load } from './loaded-rules';
import { demoOutage, later, type Outage } from './outage';
import { inFolder, promtool, recordHistory } from './promtool';

const MINUTE_MS = 60_000;
const HISTORY_MS = 4 * 60 * MINUTE_MS;

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

/** The pair of 1 h and 5 min of 99.8 % in 30 d. */
const FASTEST = 14.4 * 0.002;

interface Told {
  outage: Outage;
  real: RealPrometheus;
  rules: string;
  tests: string;
  /** What was said of a server without rules. */
  before: SloRules;
  loadedMs: number;
}

/**
 * A Prometheus with the demo's metrics around its outage, which calms down `aheadMs` from now by the server's own clock, and
 * with the rules that this console exports for it.
 */
async function tell(outage: Outage, aheadMs: number): Promise<Told> {
  const flags = ['--web.enable-remote-write-receiver', '--web.enable-lifecycle'];
  const real = await startPrometheus({ flags, rules: 'groups: []\n' });
  const moved = later(outage, Date.now() + aheadMs - outage.calmMs);
  await remoteWrite(real.url, moved.series);
  // biome-ignore lint/correctness/useHookAtTopLevel: it is none
  useConfig(configOf(real.url));
  const rules = await fileOf('prometheus');
  const before = SloRules.parse((await call(getLoaded)).body);
  await load(real, rules);
  return { outage: moved, real, rules, tests: await fileOf('tests'), before, loadedMs: Date.now() };
}

/** The same rules at an ordinary interval: a unit test of hours need not take a step each second. */
const slower = (rules: string): string => rules.replaceAll('interval: 1s', 'interval: 30s');

const PAGES_FAST = 'ALERTS{alertname="ModelAvailabilityBudgetBurn",window="1h/5m",alertstate="firing"}';

describe.skipIf(!present)('the exported rules in a real Prometheus', () => {
  let during: Told;
  beforeAll(async () => {
    const outage = demoOutage({ ratio: FASTEST, historyMs: HISTORY_MS });
    expect(outage.calmMs - outage.endMs).toBeLessThanOrEqual(5 * MINUTE_MS);
    during = await tell(outage, 12_000);
    // Where all of this took longer than the outage lasted on, it is told once more, slower.
    if (during.loadedMs > during.outage.calmMs) {
      await during.real.stop();
      during = await tell(outage, 60_000);
    }
  }, 200_000);
  afterAll(() => during?.real.stop());

  it('a server without rules is told so, before they are loaded', () => {
    expect(during.before.loaded[0]?.parts[0]?.text).toMatch(/Prometheus has no rules at all: nobody is called/);
    expect(during.before.differences?.every(({ state }) => state === 'missing')).toBe(true);
  });

  it('fire for the outage with budget, runbook and owner, burn as the API says to 1e-9, and match what is loaded', async () => {
    const { real } = during;
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

  it('would have fired for the outage and for nothing else, over all of its history', async () => {
    const { real, outage, rules } = during;
    const { groups } = parse(slower(rules)) as {
      groups: { name: string; rules: { alert?: string; expr: string; labels: Record<string, string> }[] }[];
    };
    const own = groups.filter(({ name }) => name.startsWith('windsock/slo/fraud_detector/availability/'));
    const endMs = outage.calmMs + MINUTE_MS;
    const startMs = outage.startMs - 30 * MINUTE_MS;
    const recorded = await startPrometheus({
      addBlocks: (data) => recordHistory(stringify({ groups: own }), { url: real.url, startMs, endMs, data }),
    });
    try {
      const alert = own
        .flatMap((group) => group.rules)
        .find(({ alert: name, labels }) => name === 'ModelAvailabilityBudgetBurn' && labels.window === '1h/5m');
      const fired = await instantsOf(recorded.url, alert?.expr ?? '', {
        startMs: Math.ceil(startMs / 30_000) * 30_000,
        endMs,
        step: '30s',
      });
      const [first, last] = [fired[0] ?? 0, fired.at(-1) ?? 0];
      expect((last - first) / 30_000).toBe(fired.length - 1);
      expect(first).toBeGreaterThan(outage.startMs);
      expect(first).toBeLessThan(outage.endMs);
      expect(Math.abs(last - outage.calmMs)).toBeLessThanOrEqual(30_000);
    } finally {
      await recorded.stop();
    }
  });

  it('resolve after it by the same server’s clock, while the long window still burns', {
    timeout: 200_000,
  }, async () => {
    const { real, outage, loadedMs } = during;
    const pages = async () =>
      (await firing(real.url)).filter(
        ({ labels }) => labels.slo === 'fraud_detector/availability' && labels.window === '1h/5m',
      );
    while ((await pages()).length > 0) await new Promise((resolve) => setTimeout(resolve, 250));
    const nowMs = Date.now();
    const range = { startMs: loadedMs, endMs: nowMs, step: '1s' };
    const fired = await instantsOf(real.url, `last_over_time(${PAGES_FAST}[1s])`, range);
    expect(fired[0] ?? 0).toBeLessThan(outage.calmMs);
    // It fired at every evaluation until the errors had left the short window, and at none after it.
    expect((fired.at(-1) ?? 0) - (fired[0] ?? 0)).toBe((fired.length - 1) * 1000);
    expect(Math.abs((fired.at(-1) ?? 0) - outage.calmMs)).toBeLessThan(5_000);
    queryCache().clear();
    const slos = Slos.parse((await call(getSlos)).body);
    const row = slos.rows.find(({ id }) => id === 'fraud_detector/availability');
    expect(row?.pairs[0]).toMatchObject({ firing: false });
    expect(row?.pairs[0]?.longBurn ?? 0).toBeGreaterThan(row?.pairs[0]?.factor ?? 0);
  });

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
});
