import { describe, expect, it } from 'vitest';
import { alertmanagerClient } from '@/lib/server/alertmanager/client';
import { QueryCache } from '@/lib/server/cache';
import { errorOf } from '../../error-of';
import {
  FakeUpstream,
  fakeSource,
  halfOpen,
  html,
  json,
  malformed,
  never,
  recording,
  replay,
  resetting,
  text,
} from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const client = (overrides = {}) =>
  alertmanagerClient(fakeSource('alertmanager', fake.url, overrides), { cache: new QueryCache() });
const ALERTS = '/api/v2/alerts';
const ID = '8a1bc3d4-0000-4000-8000-000000000001';
const alert = (fields: object = {}, status: object = {}) => ({
  fingerprint: 'd7f2a1b3c4d5e6f7',
  labels: { alertname: 'A' },
  annotations: {},
  startsAt: '2026-01-01T00:00:00.000Z',
  endsAt: '2026-01-01T00:04:00.000Z',
  receivers: [{ name: 'team' }],
  status: { state: 'active', silencedBy: [], inhibitedBy: [], ...status },
  ...fields,
});
const silence = (state: string, fields: object = {}) => ({
  id: ID,
  status: { state },
  startsAt: '2026-01-01T00:00:00.000Z',
  endsAt: '2026-01-01T02:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'ann',
  comment: 'why',
  matchers: [{ name: 'alertname', value: 'A', isRegex: false }],
  ...fields,
});

describe('the five', () => {
  it('happy: alerts with their state', async () => {
    fake.on(ALERTS, replay(recording('alertmanager', 'alerts')));
    expect((await client().alerts({}, never())).value.length).toBeGreaterThan(1);
  });
  it('empty: none is an empty list', async () => {
    fake.on(ALERTS, json([]));
    expect((await client().alerts({}, never())).value).toEqual([]);
  });
  it.each([
    ['a JSON string', json('bad matcher format: foo', 400), /bad matcher format: foo\./],
    [
      'an object with its own code',
      json({ code: 602, message: 'matchers in body is required' }, 422),
      /matchers in body is required/,
    ],
    [
      'plain text',
      text('Limit of concurrent GET requests reached (8), try again later.', 503),
      /Limit of concurrent GET requests reached/,
    ],
    [
      'the first API, gone since 0.27',
      json({ status: 'error', error: 'deprecated' }, 410),
      /address must be that of the API root/,
    ],
  ])('refused: TRAP an error is %s', async (_name, behaviour, message) => {
    fake.on(ALERTS, behaviour);
    expect((await errorOf(client().alerts({}, never()))).message).toMatch(message);
  });
  it('malformed: broken JSON, a web page, a wrong form', async () => {
    for (const behaviour of [malformed(), html(), json([{ labels: {} }])]) {
      fake.on(ALERTS, behaviour);
      expect((await errorOf(client().alerts({}, never()))).code).toBe('upstream_malformed');
    }
  });
  it('slow: times out', async () => {
    fake.on(ALERTS, halfOpen());
    expect((await errorOf(client({ timeoutMs: 100 }).alerts({}, never()))).code).toBe('upstream_timeout');
  });
});

describe('alerts', () => {
  it('TRAP the filter key is repeated, and every value quoted', async () => {
    fake.on(ALERTS, json([]));
    await client().alerts(
      {
        silenced: false,
        matchers: [
          { name: 'alertname', value: '"} or x="', isRegex: false, isEqual: true },
          { name: 'severity', value: 'warn.*', isRegex: true, isEqual: false },
        ],
      },
      never(),
    );
    expect(fake.last.params.getAll('filter')).toEqual(['alertname="\\"} or x=\\""', 'severity!~"warn.*"']);
    expect(fake.last.params.get('silenced')).toBe('false');
  });
  it('TRAP unknown filters fail open: what the server should have left out is left out here', async () => {
    fake.on(
      ALERTS,
      json([
        alert(),
        alert({ labels: { alertname: 'B' } }),
        alert({}, { state: 'suppressed', silencedBy: ['x'] }),
        alert({}, { state: 'suppressed', inhibitedBy: ['y'] }),
      ]),
    );
    const matchers = [{ name: 'alertname', value: 'A', isRegex: false, isEqual: true }];
    expect((await client().alerts({ matchers, silenced: false, inhibited: false }, never())).value).toHaveLength(1);
    expect((await client().alerts({ active: false }, never())).value).toHaveLength(2);
  });
  it('TRAP mutedBy is absent before 0.28, endsAt lies in the future, and generatorURL may be anything', async () => {
    fake.on(
      ALERTS,
      json([
        alert({ generatorURL: 'javascript:alert(1)' }),
        alert({ generatorURL: 'http://p/graph' }),
        alert({ generatorURL: '' }, { state: 'novel' }),
      ]),
    );
    const { value } = await client().alerts({}, never());
    expect(value.map(({ generatorUrl }) => generatorUrl)).toEqual([null, 'http://p/graph', null]);
    expect(value[0]).toMatchObject({ mutedBy: [], expiresAtMs: Date.parse('2026-01-01T00:04:00Z') });
    expect(value[2]?.state).toBe('unprocessed');
  });
  it('TRAP uptime is the time of the start', async () => {
    fake.on(
      '/api/v2/status',
      json({
        cluster: { name: 'a', status: 'ready', peers: [{ name: 'b', address: '10.0.0.2:9094' }] },
        versionInfo: { version: '0.28.0' },
        uptime: '2026-01-01T00:00:00.000Z',
      }),
    );
    expect((await client().status(never())).value).toEqual({
      version: '0.28.0',
      clusterStatus: 'ready',
      peerCount: 1,
      memberName: 'a',
      peerNames: ['b'],
      startedAtMs: Date.parse('2026-01-01'),
    });
  });
});

describe('readiness', () => {
  it('is the answer of the API, or the reason why there is none', async () => {
    fake.on('/api/v2/status', replay(recording('alertmanager', 'status')));
    expect((await client().ready(never())).elapsedMs).toBeGreaterThanOrEqual(0);
    fake.on('/api/v2/status', text('starting', 503));
    expect((await errorOf(client().ready(never()))).message).toContain('not ready (503): starting');
  });
});

describe('silences', () => {
  it('TRAP states are filtered here, since older servers send all; isEqual may be absent', async () => {
    fake.on('/api/v2/silences', json([silence('active'), silence('expired'), silence('pending')]));
    const { value } = await client().silences({ states: ['active', 'pending'] }, never());
    expect(value.map(({ state }) => state)).toEqual(['active', 'pending']);
    expect(value[0]?.matchers).toEqual([{ name: 'alertname', value: 'A', isRegex: false, isEqual: true }]);
  });
  const wanted = {
    matchers: [{ name: 'alertname', value: 'A', isRegex: false, isEqual: true }],
    startsAtMs: Date.parse('2026-01-01T00:00:00Z'),
    endsAtMs: Date.parse('2026-01-01T02:00:00Z'),
    createdBy: 'ann',
    comment: 'why',
  };
  it('TRAP changing one may change its id: the one in the answer counts', async () => {
    fake.on('/api/v2/silences', json({ silenceID: 'new-id' }));
    expect(await client().setSilence({ ...wanted, id: ID }, never())).toEqual({ id: 'new-id' });
    expect(JSON.parse(fake.last.body)).toEqual({
      id: ID,
      matchers: wanted.matchers,
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-01-01T02:00:00.000Z',
      createdBy: 'ann',
      comment: 'why',
    });
    expect(fake.last.headers['content-type']).toBe('application/json');
  });
  it('a write whose outcome is unknown is not repeated', async () => {
    fake.on('/api/v2/silences', resetting(9, json({ silenceID: 'x' })));
    expect((await errorOf(client().setSilence(wanted, never()))).code).toBe('upstream_unreachable');
    expect(fake.seen).toHaveLength(1);
  });
  it('ends one with an empty answer; an unknown one is not found; an id that is none is never sent', async () => {
    fake.on(`/api/v2/silence/${ID}`, text('', 200));
    await client().expireSilence(ID, never());
    expect(fake.last.method).toBe('DELETE');
    expect(fake.last.headers.accept).toBe('application/json');
    fake.on(`/api/v2/silence/${ID}`, text('', 404));
    expect((await errorOf(client().expireSilence(ID, never()))).code).toBe('not_found');
    expect(await client().silence(ID, never())).toBeNull();
    fake.seen.length = 0;
    expect((await errorOf(client().expireSilence('../alerts', never()))).code).toBe('bad_request');
    expect(fake.seen).toHaveLength(0);
  });
  it('reads one by its id', async () => {
    fake.on(`/api/v2/silence/${ID}`, json(silence('active')));
    expect(await client().silence(ID, never())).toMatchObject({ id: ID, state: 'active' });
  });
});
