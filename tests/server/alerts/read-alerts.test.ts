import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as getAlerts } from '@/app/api/alerts/route';
import { AlertList } from '@/lib/contracts/alert';
import { alertmanagerCache } from '@/lib/server/alerts/clusters';
import { queryCache } from '@/lib/server/cache';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { call, type Lab, NOW_MS, startLab, useConfig } from '../../api/console';
import { FakeUpstream, json, text } from '../../fake-upstream';

let lab: Lab;
let first: FakeUpstream;
let second: FakeUpstream;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  [lab, first, second] = await Promise.all([startLab(32 * 3_600_000), FakeUpstream.start(), FakeUpstream.start()]);
  useConfig(`sources:
  prometheus: { url: '${lab.url}/prometheus' }
  alertmanager:
    - { name: Blue, url: '${first.url}' }
    - { name: Green, url: '${second.url}' }
`);
  await migrate(getConfig().database.url);
});
afterEach(() => {
  first.reset();
  second.reset();
  queryCache().clear();
  alertmanagerCache().clear();
});
afterAll(async () => {
  await Promise.all([lab.close(), first.close(), second.close()]);
  vi.useRealTimers();
});

/** With this Alertmanager alone, and the lab's Prometheus. */
async function withAlertmanager<T>(url: string, run: () => Promise<T>): Promise<T> {
  const before = { config: process.env.WINDSOCK_CONFIG, database: process.env.DATABASE_URL };
  // biome-ignore lint/correctness/useHookAtTopLevel: it is none
  useConfig(`sources: { prometheus: { url: '${lab.url}/prometheus' }, alertmanager: { url: '${url}' } }`);
  await migrate(getConfig().database.url);
  try {
    return await run();
  } finally {
    process.env.WINDSOCK_CONFIG = before.config;
    process.env.DATABASE_URL = before.database;
  }
}

const GROUPS = '/api/v2/alerts/groups';
const group = (labels: Record<string, string>, status: object = {}) => [
  {
    labels: {},
    receiver: { name: 'ml-team' },
    alerts: [
      {
        fingerprint: labels.alertname,
        labels,
        annotations: {},
        startsAt: new Date(NOW_MS - 60_000).toISOString(),
        receivers: [{ name: 'ml-team' }],
        status: { state: 'active', silencedBy: [], inhibitedBy: [], ...status },
      },
    ],
  },
];
const STALE = { alertname: 'LabelsStale', severity: 'warning', model_name: 'churn_scorer' };
const read = async (query: Record<string, string> = {}) => AlertList.parse((await call(getAlerts, { query })).body);

const sentence = (answer: AlertList['answer']) => answer[0]?.parts.map((part) => part.text).join('');

describe('the alerts of all sources', () => {
  it('join what rules say with what several Alertmanagers do, by model, with runbook, query and history', async () => {
    first.on(GROUPS, json(group({ ...STALE, cluster: 'eu' }, { state: 'suppressed', silencedBy: ['abc'] })));
    second.on(GROUPS, json(group({ alertname: 'Elsewhere' })));
    const { groups, answer } = await read();
    const stale = groups
      .find(({ model }) => model === 'churn_scorer')
      ?.alerts.find(({ name }) => name === 'LabelsStale');
    expect(stale).toMatchObject({
      state: 'silenced',
      silencedBy: [{ source: 'Blue', id: 'abc' }],
      runbook: 'https://runbooks.example.com/labels-stale',
      query: expect.stringContaining('label_last_received_timestamp_seconds'),
      firedThisWeek: 1,
    });
    expect(groups.find(({ model }) => model === null)?.alerts.map(({ name }) => name)).toContain('Elsewhere');
    expect(sentence(answer)).toMatch(
      /^HighErrorRateFastBurn of fraud_detector has fired for .* No incident has them\./,
    );
  });

  it('name the alert that inhibits another, as the lab’s Alertmanager says', async () => {
    const { body } = await withAlertmanager(`${lab.url}/alertmanager`, () => call(getAlerts));
    const { groups, answer } = AlertList.parse(body);
    const own = groups.find(({ model }) => model === 'fraud_detector')?.alerts ?? [];
    expect(own.map(({ name, state, inhibitedBy }) => [name, state, inhibitedBy])).toEqual([
      ['HighErrorRateFastBurn', 'firing', []],
      ['HighErrorRate', 'inhibited', ['HighErrorRateFastBurn']],
    ]);
    expect(sentence(answer)).toMatch(/1 inhibited\.$/);
  });

  it('go on without an Alertmanager that is down, and say so', async () => {
    first.on(GROUPS, text('no', 500));
    second.on(GROUPS, json([]));
    const { groups, missing } = await read({ model: 'churn_scorer' });
    expect(missing.map(({ reason }) => reason).join()).toMatch(/Without alerts of Blue: /);
    expect(groups.map(({ model }) => model)).toEqual(['churn_scorer']);
    expect(groups[0]?.alerts.some(({ state }) => state === 'firing')).toBe(true);
  });

  it('of an older Alertmanager, which knows no mutes, are read all the same', async () => {
    first.on(GROUPS, json(group(STALE)));
    second.on(GROUPS, json([]));
    const { groups } = await read({ model: 'churn_scorer' });
    expect(groups[0]?.alerts.find(({ name }) => name === 'LabelsStale')).toMatchObject({
      state: 'firing',
      receivers: ['ml-team'],
    });
  });
});
