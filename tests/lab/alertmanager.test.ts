import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerEngine } from '@/lab/alertmanager/engine';
import { INHIBIT_RULES, type InhibitRule, inhibitRulesYaml } from '@/lab/alertmanager/inhibition';
import type { LabAnswer, LabEngine } from '@/lab/http';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { fingerprintOf } from '@/lib/domain/fingerprint';
import { hasAlertmanager, type RealAlertmanager, startAlertmanager } from '../real-alertmanager';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
const HOUR_MS = 3_600_000;

const ALERTS: readonly Record<string, string>[] = [
  { alertname: 'ModelErrors', model_name: 'reco', severity: 'critical' },
  { alertname: 'LabelsStale', model_name: 'naïve "model"', severity: 'warning' },
  // Held back: a critical one of the same model; one of no model either; one of the second rule, whose source is silenced.
  { alertname: 'ModelSlow', model_name: 'reco', severity: 'warning' },
  { alertname: 'StoreDown', severity: 'critical' },
  { alertname: 'StoreSlow', severity: 'warning' },
  { alertname: 'ModelErrors', model_name: 'reco', severity: 'info' },
  // Fits both sides of the third rule, as its source does: not held back by it.
  { alertname: 'Twin', side: 'a', severity: 'none' },
  { alertname: 'Twin', side: 'b', severity: 'none' },
];
const RULES: readonly InhibitRule[] = [
  ...INHIBIT_RULES,
  {
    source: [{ name: 'severity', op: '=~', value: 'crit.+' }],
    target: [{ name: 'severity', op: '=', value: 'info' }],
    equal: ['alertname', 'model_name'],
  },
  {
    source: [{ name: 'alertname', op: '=', value: 'Twin' }],
    target: [{ name: 'severity', op: '!~', value: 'critical|warning|info' }],
    equal: ['alertname'],
  },
];
const INHIBITED = ['ModelErrors info', 'ModelSlow warning', 'StoreSlow warning'];
const groups = () => [
  {
    name: 'g',
    rules: ALERTS.map((labels) => ({
      type: 'alerting',
      duration: 60,
      alerts: [{ labels, annotations: {}, state: 'firing', activeAt: new Date(NOW_MS - HOUR_MS).toISOString() }],
    })),
  },
];

interface Said {
  status: number;
  body: unknown;
}
type Ask = (method: string, path: string, body?: object) => Promise<Said>;

const toSaid = (status: number, text: string): Said => {
  try {
    return { status, body: text === '' ? null : JSON.parse(text) };
  } catch {
    return { status, body: text };
  }
};

function askLab(engine: LabEngine, nowMs: number): Ask {
  return async (method, path, body) => {
    const url = new URL(path, 'http://lab');
    const answer: LabAnswer = await engine({
      method,
      path: url.pathname,
      params: url.searchParams,
      headers: {},
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      nowMs,
    });
    return toSaid(answer.status, answer.body);
  };
}

const askReal =
  (base: string): Ask =>
  async (method, path, body) => {
    const headers = body === undefined ? {} : { headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${base}${path}`, {
      method,
      ...headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return toSaid(response.status, await response.text());
  };

interface SaidAlert {
  labels: Record<string, string>;
  fingerprint: string;
  status: { state: string; silencedBy: string[]; inhibitedBy: string[] };
}

const silence = (nowMs: number, patch: object = {}) => ({
  matchers: [{ name: 'alertname', value: 'ModelErrors', isRegex: false, isEqual: true }],
  startsAt: new Date(nowMs).toISOString(),
  endsAt: new Date(nowMs + HOUR_MS).toISOString(),
  createdBy: 'ann',
  comment: 'why',
  ...patch,
});

/** What both must answer alike: the fields that a console acts on. */
async function story(ask: Ask, nowMs: number) {
  const made = await ask('POST', '/api/v2/silences', silence(nowMs));
  const id = String((made.body as { silenceID?: unknown }).silenceID);
  const later = await ask(
    'POST',
    '/api/v2/silences',
    silence(nowMs, {
      id,
      startsAt: ((await ask('GET', `/api/v2/silence/${id}`)).body as { startsAt: string }).startsAt,
      endsAt: new Date(nowMs + 2 * HOUR_MS).toISOString(),
    }),
  );
  const held = (await ask('GET', `/api/v2/silence/${id}`)).body as Record<string, unknown>;
  const alerts = (await ask('GET', '/api/v2/alerts')).body as SaidAlert[];
  const countOf = async (query: string) => ((await ask('GET', `/api/v2/alerts?${query}`)).body as unknown[]).length;
  const counts = {
    unsilenced: await countOf('silenced=false'),
    uninhibited: await countOf('inhibited=false'),
    suppressed: await countOf('active=false'),
    free: await countOf('silenced=false&inhibited=false'),
    none: await countOf('active=false&silenced=false&inhibited=false'),
  };
  const filtered = (await ask('GET', '/api/v2/alerts?filter=severity%3D~%22warn.*%22')).body as unknown[];
  const planned = silence(nowMs, {
    startsAt: new Date(nowMs + HOUR_MS).toISOString(),
    endsAt: new Date(nowMs + 2 * HOUR_MS).toISOString(),
  });
  const idOf = ({ body }: Said) => String((body as { silenceID?: unknown }).silenceID);
  const ahead = idOf(await ask('POST', '/api/v2/silences', planned));
  const moved = await ask('POST', '/api/v2/silences', {
    ...planned,
    id: ahead,
    startsAt: new Date(nowMs + 1.5 * HOUR_MS).toISOString(),
  });
  const listed = (await ask('GET', '/api/v2/silences')).body as { id: string; status: unknown; startsAt: string }[];
  const called = await ask('DELETE', `/api/v2/silence/${ahead}`);
  const pending = {
    keepsId: idOf(moved) === ahead,
    states: listed.map(({ status }) => status),
    startsAt: listed.at(-1)?.startsAt,
    called: [called.status, ((await ask('GET', `/api/v2/silence/${ahead}`)).body as { status: unknown }).status],
  };
  const ended = await ask('DELETE', `/api/v2/silence/${id}`);
  const over = (await ask('GET', `/api/v2/silence/${id}`)).body as Record<string, unknown>;
  return {
    statuses: [made.status, later.status, ended.status, (await ask('DELETE', `/api/v2/silence/${id}`)).status],
    pending,
    keepsId: (later.body as { silenceID?: unknown }).silenceID === id,
    held: { status: held.status, matchers: held.matchers, createdBy: held.createdBy, comment: held.comment },
    over: over.status,
    alerts: alerts.map(({ fingerprint, status: { state, silencedBy, inhibitedBy } }) => ({
      fingerprint,
      state,
      isSilenced: silencedBy.includes(id),
      inhibitedBy,
    })),
    inhibited: alerts
      .filter(({ status }) => status.inhibitedBy.length > 0)
      .map(({ labels }) => `${labels.alertname} ${labels.severity}`)
      .sort(),
    counts: { ...counts, filtered: filtered.length },
    refused: await Promise.all(
      [
        silence(nowMs, { endsAt: new Date(nowMs - HOUR_MS).toISOString() }),
        silence(nowMs, { matchers: [{ name: 'pod', value: '.*', isRegex: true, isEqual: true }] }),
        silence(nowMs, { matchers: [{ name: 'pod', value: '(', isRegex: true, isEqual: true }] }),
        silence(nowMs, { matchers: [] }),
        silence(nowMs, { id: '8a1bc3d4-0000-4000-8000-000000000001' }),
      ].map(async (body) => (await ask('POST', '/api/v2/silences', body)).status),
    ),
    unknown: (await ask('GET', '/api/v2/silence/8a1bc3d4-0000-4000-8000-000000000001')).status,
    later: (await ask('GET', '/api/v2/nothing')).status,
  };
}

describe('the lab’s Alertmanager', () => {
  const engine = () =>
    alertmanagerEngine(new MemoryMetricStore({ series: [], ruleGroups: groups }), { inhibitRules: RULES });

  it('mutes what a silence fits, until it is ended, and what an inhibit rule holds back', async () => {
    const told = await story(askLab(engine(), NOW_MS), NOW_MS);
    expect(told.alerts.map(({ fingerprint, isSilenced }) => [fingerprint, isSilenced])).toEqual(
      ALERTS.map((labels) => [fingerprintOf(labels), labels.alertname === 'ModelErrors']).sort(),
    );
    expect(told.inhibited).toEqual(INHIBITED);
    expect(told.counts).toEqual({ unsilenced: 6, uninhibited: 5, suppressed: 4, free: 4, none: 0, filtered: 3 });
    expect(told.over).toEqual({ state: 'expired' });
  });

  describe.skipIf(!hasAlertmanager())('beside Debian’s', () => {
    let real: RealAlertmanager;
    beforeAll(async () => {
      real = await startAlertmanager(
        { url: 'http://127.0.0.1:9/none', bearer: 'unused-in-this-test' },
        { inhibitRules: inhibitRulesYaml(RULES) },
      );
    }, 30_000);
    afterAll(async () => real?.stop());

    it('answers alike, fingerprints included', { timeout: 30_000 }, async () => {
      const nowMs = Date.now();
      const ask = askReal(real.url);
      const sent = ALERTS.map((labels) => ({ labels, endsAt: new Date(nowMs + HOUR_MS).toISOString() }));
      expect((await ask('POST', '/api/v2/alerts', sent)).status).toBe(200);
      await expect
        .poll(async () => ((await ask('GET', '/api/v2/alerts')).body as unknown[]).length)
        .toBe(ALERTS.length);
      expect(await story(askLab(engine(), nowMs), nowMs)).toEqual(await story(ask, nowMs));
    });
  });
});
