import { beforeEach, expect, it } from 'vitest';
import { AlertDelivery, AlertEpisodes, AlertEpisodesParams } from '@/lib/contracts/incident-alert';
import { EntriesParams } from '@/lib/contracts/incident-entry';
import { listDeliveries, readDelivery, replayDelivery } from '@/lib/server/alert-intake/ledger';
import { sweepDeliveries, takeInPending } from '@/lib/server/alert-intake/loop';
import { receiveDelivery } from '@/lib/server/alert-intake/receive';
import { attachAlerts, listAlertEpisodes } from '@/lib/server/incidents/alerts';
import { changeStatus } from '@/lib/server/incidents/edit';
import { listEntries } from '@/lib/server/incidents/entries';
import { addLink } from '@/lib/server/incidents/links';
import { readIncident } from '@/lib/server/incidents/read';
import { splitIncident } from '@/lib/server/incidents/split';
import { ada, declared, NOW_MS, onBothDatabases } from '../incidents/both-databases';
import { alert, bodyOf, message } from './webhook-bodies';

const CONFIG = `
sources:
  prometheus:
    - url: http://127.0.0.1:9
incidents:
  rules:
    - { name: quiet, match: ['alertname="Watchdog"'], action: ignore }
    - { name: joins, match: ['alertname=~"Feature.*"'], action: join }
    - { name: models, match: ['alertname=~"Model.*"'], severities: { critical: SEV1 } }
`;

const by = { identity: ada, nowMs: NOW_MS };

onBothDatabases(
  'alerts by webhook',
  (stage) => {
    let turn = 0;
    // Each test has a model of its own, so that none joins the incident of another.
    beforeEach(() => {
      turn += 1;
    });
    const model = () => `model-${turn}`;
    const fire = (asked: Parameters<typeof alert>[0] = {}) =>
      alert({
        ...asked,
        fingerprint: `${model()}-${asked.fingerprint ?? 'a'}`,
        labels: { model_name: model(), ...asked.labels },
      });
    const send = (payload: object | string, nowMs = NOW_MS, source: 'alertmanager' | 'grafana' = 'alertmanager') =>
      receiveDelivery(
        { source, body: bodyOf(payload), contentType: 'application/json' },
        { database: stage().database, nowMs },
      );
    const episodes = async (q = model()) =>
      AlertEpisodes.parse(await listAlertEpisodes(AlertEpisodesParams.parse({ q, limit: 500 }), stage().database));
    const delivery = async (id: string) => AlertDelivery.parse(await readDelivery(id, stage().database));
    const timeline = async (id: string) =>
      (await listEntries(EntriesParams.parse({ incidentId: id, order: 'asc' }), stage().database)).entries;
    const theIncident = async () => {
      const numbers = new Set((await episodes()).episodes.map(({ incident }) => incident?.number));
      expect(numbers.size).toBe(1);
      const [number] = numbers;
      if (number === undefined) throw new Error('no incident');
      return readIncident(String(number), NOW_MS, stage().database);
    };

    it('open an incident by a rule, and resolving them leaves it to people', async () => {
      await send(message([fire()]));
      const opened = await theIncident();
      expect(opened).toMatchObject({
        title: 'ModelErrors: One in five predictions fails',
        severity: 'SEV1',
        status: 'triage',
        model: model(),
        firingAlerts: 1,
        origin: { kind: 'alert' },
        declaredBy: { name: 'Alertmanager' },
      });
      expect(opened.instants.detectedAtMs).toBe(Date.parse('2026-11-20T11:50:00.123Z'));
      await send(message([fire({ status: 'resolved' })]));
      expect(await theIncident()).toMatchObject({
        number: opened.number,
        firingAlerts: 0,
        alerts: 1,
        status: 'triage',
      });
      const told = (await timeline(opened.id)).filter(({ kind }) => kind === 'alert').map(({ text }) => text);
      expect(told).toEqual([`ModelErrors firing (${model()})`, `ModelErrors resolved (${model()})`]);
      const [episode] = (await episodes()).episodes;
      expect(episode?.reason).toBe(`By the rule "models": model_name="${model()}".`);
    });

    it('come once from three Alertmanagers at the same time, and three attempts are counted', async () => {
      const payload = message([fire()]);
      const receipts = await Promise.all([send(payload), send(payload), send(payload)]);
      const ids = new Set(receipts.map(({ deliveryId }) => deliveryId));
      expect(ids.size).toBe(1);
      expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      const [id = ''] = ids;
      expect(await delivery(id)).toMatchObject({ attempts: 3, outcome: 'stored', alerts: 1, changed: 1 });
      const incident = await theIncident();
      expect((await timeline(incident.id)).filter(({ kind }) => kind === 'alert')).toHaveLength(1);
    });

    it('end in the same state whatever order firing, resolved and firing again come in', async () => {
      const messages = (name: string) => {
        const one = (asked: object) => fire({ fingerprint: name, ...asked });
        return [
          one({}),
          one({ status: 'resolved' }),
          one({ startsAt: '2026-11-20T11:59:00Z', endsAt: '0001-01-01T00:00:00Z' }),
        ];
      };
      const orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ];
      for (const [index, order] of orders.entries()) {
        const alerts = messages(`order-${index}`);
        for (const at of order) await send(message([alerts[at] ?? {}]));
        const seen = (await episodes()).episodes
          .filter(({ fingerprint }) => fingerprint.endsWith(`order-${index}`))
          .map(({ status, startsAtMs, endsAtMs }) => [startsAtMs, status, endsAtMs])
          .sort();
        expect(seen, order.join()).toEqual([
          [Date.parse('2026-11-20T11:50:00.123Z'), 'resolved', Date.parse('2026-11-20T11:58:00Z')],
          [Date.parse('2026-11-20T11:59:00Z'), 'firing', null],
        ]);
      }
    });

    it('stay on their incident when a routing edit changes the group key, and still resolve', async () => {
      await send(message([fire()]));
      const before = await theIncident();
      await send(message([fire(), fire({ fingerprint: 'b', name: 'ModelSlow' })], { groupKey: 'another' }));
      await send(message([fire({ status: 'resolved' })], { groupKey: 'a third', status: 'resolved' }));
      expect(await theIncident()).toMatchObject({ number: before.number, alerts: 2, firingAlerts: 1 });
    });

    it('that resolve before they are heard of firing open nothing', async () => {
      await send(message([fire({ status: 'resolved' })]));
      await send(message([fire()]));
      expect((await episodes()).episodes).toMatchObject([{ status: 'resolved', incident: null }]);
    });

    it('without a rule, or ignored, or with nothing to join are kept and say why', async () => {
      await send(message([fire({ name: 'Disk' }), fire({ name: 'Watchdog', fingerprint: 'b' })]));
      await send(message([fire({ name: 'FeatureStale', fingerprint: 'c' })]));
      const reasons = (await episodes()).episodes.map(({ name, reason, incident }) => [name, incident, reason]);
      expect(reasons).toEqual(
        expect.arrayContaining([
          ['Disk', null, 'No rule speaks of it.'],
          ['Watchdog', null, 'The rule "quiet" keeps it out of incidents.'],
          ['FeatureStale', null, expect.stringContaining('found no open incident')],
        ]),
      );
      const { id } = await declared(stage(), { model: model() });
      await send(message([fire({ name: 'FeatureSlow', fingerprint: 'd' })]));
      expect((await readIncident(id, NOW_MS, stage().database)).firingAlerts).toBe(1);
    });

    it('open another incident once theirs is over', async () => {
      await send(message([fire()]));
      const first = await theIncident();
      await changeStatus(
        {
          incidentId: first.id,
          id: crypto.randomUUID(),
          revision: first.revision,
          status: 'resolved',
          reason: 'It is the probe that is broken.',
          atMs: NOW_MS,
        },
        by,
        stage().database,
      );
      await send(message([fire({ startsAt: '2026-11-20T11:59:30Z' })]));
      const numbers = (await episodes()).episodes.map(({ incident }) => incident?.number);
      expect(new Set(numbers).size).toBe(2);
    });

    it('follow their incident into the one it was merged into', async () => {
      await send(message([fire()]));
      const first = await theIncident();
      const target = await declared(stage());
      await addLink(
        { incidentId: first.id, id: crypto.randomUUID(), kind: 'merge', other: target.id, reason: '' },
        by,
        stage().database,
      );
      await send(message([fire({ fingerprint: 'b' })]));
      expect((await readIncident(target.id, NOW_MS, stage().database)).firingAlerts).toBe(2);
    });

    it('are split off into an incident of their own, and attached and taken off by hand', async () => {
      await send(message([fire(), fire({ fingerprint: 'b', name: 'ModelSlow' })]));
      const incident = await theIncident();
      const slow = (await episodes()).episodes.find(({ name }) => name === 'ModelSlow');
      if (slow === undefined) throw new Error('not there');
      const split = {
        incidentId: incident.id,
        id: crypto.randomUUID(),
        linkId: crypto.randomUUID(),
        title: 'Slow',
        severity: 'SEV3' as const,
        episodeIds: [slow.id],
        entryIds: [],
        reason: '',
      };
      const out = await splitIncident(split, by, stage().database);
      expect(out.firingAlerts).toBe(1);
      const off = { incidentId: out.id, episodeIds: [slow.id], attach: false };
      expect((await attachAlerts(off, by, stage().database)).firingAlerts).toBe(0);
      // What a person took off stays off, though it goes on firing.
      await send(message([fire(), fire({ fingerprint: 'b', name: 'ModelSlow' }), fire({ fingerprint: 'c' })]));
      const now = (await episodes()).episodes.find(({ name }) => name === 'ModelSlow');
      expect(now).toMatchObject({ incident: null, reason: 'Taken off by Ada.' });
    });

    it('that cannot be read are kept as they came, and shown', async () => {
      const odd = [
        'not JSON at all',
        '{"text":"a custom payload"}',
        message([fire()], { version: '9' }),
        '[1,2]',
        message([{ status: 'firing' }]),
      ];
      const receipts = [];
      for (const payload of odd) receipts.push(await send(payload));
      expect(receipts.map(({ outcome }) => outcome)).toEqual([
        'unparsed',
        'unparsed',
        'unparsed',
        'unparsed',
        'stored',
      ]);
      const first = await readDelivery(receipts[0]?.deliveryId ?? '', stage().database);
      expect(first).toMatchObject({ body: 'not JSON at all', bodyCut: false, alerts: 0 });
      expect((await listDeliveries({ outcome: 'unparsed', limit: 50 }, stage().database)).deliveries.length).toBe(4);
    });

    it('with impossible times are kept, marked, and counted in no figure', async () => {
      await send(
        message([
          fire({ fingerprint: 'zero', startsAt: '0001-01-01T00:00:00Z' }),
          fire({ fingerprint: 'ahead', startsAt: '2026-11-21T12:00:00Z' }),
          fire({ fingerprint: 'back', status: 'resolved', endsAt: '2026-11-20T11:00:00Z' }),
          fire({ fingerprint: 'odd', startsAt: 'yesterday' }),
        ]),
      );
      const seen = new Map((await episodes()).episodes.map((one) => [one.fingerprint.split('-').at(-1), one]));
      expect(seen.get('zero')).toMatchObject({ startsAtMs: null, skew: expect.stringContaining('did not say') });
      expect(seen.get('ahead')?.skew).toContain('after it arrived');
      expect(seen.get('back')?.skew).toContain('ended before it began');
      expect(seen.get('odd')).toMatchObject({ startsAtMs: null });
      const incident = await readIncident(String(seen.get('zero')?.incident?.number), NOW_MS, stage().database);
      expect(incident.instants.detectedAtMs).toBeGreaterThan(Date.UTC(2026, 0));
      for (const { occurredAtMs } of await timeline(incident.id)) expect(occurredAtMs).toBeLessThanOrEqual(Date.now());
    });

    it('from Grafana are another source, with their values', async () => {
      const grafana = {
        ...message([{ ...fire(), values: { A: 12.5, B: null }, ruleUID: 'x' }], { version: '1' }),
        orgId: 1,
        state: 'alerting',
      };
      await send(grafana, NOW_MS, 'grafana');
      expect((await episodes()).episodes).toMatchObject([{ source: 'grafana', values: { A: 12.5, B: null } }]);
      // The other sender's version is not this one's.
      expect((await send({ ...grafana, version: '4' }, NOW_MS, 'grafana')).outcome).toBe('unparsed');
    });

    it('of 20,000 in one body are all there, and the sender is answered before they are', {
      timeout: 120_000,
    }, async () => {
      const storm = Array.from({ length: 20_000 }, (_, i) =>
        fire({ fingerprint: `s${i}`, labels: { pod: `pod-${i}` } }),
      );
      const begun = performance.now();
      const receipt = await send(message(storm));
      const answeredMs = performance.now() - begun;
      expect(receipt.outcome).toBe('pending');
      await takeInPending(stage().database);
      const tookMs = performance.now() - begun;
      console.info(
        `20,000 alerts: answered after ${Math.round(answeredMs)} ms, taken over after ${Math.round(tookMs)} ms`,
      );
      const incident = await theIncident();
      expect(incident).toMatchObject({ alerts: 20_000, firingAlerts: 20_000 });
      expect(await delivery(receipt.deliveryId)).toMatchObject({ outcome: 'stored', changed: 20_000 });
      const resolved = storm.map((one) => ({ ...one, status: 'resolved', endsAt: '2026-11-20T11:58:00Z' }));
      await send(message(resolved));
      await takeInPending(stage().database);
      expect(await theIncident()).toMatchObject({ number: incident.number, alerts: 20_000, firingAlerts: 0 });
    });

    it('are read again by the rules of now when a person asks, and nothing stands twice', async () => {
      const { deliveryId } = await send(message([fire({ name: 'Disk' })]));
      const { id } = await declared(stage(), { model: model() });
      const again = await replayDelivery(deliveryId, by, stage().database);
      expect(again).toMatchObject({ replays: 1, outcome: 'stored', changed: 0 });
      expect((await episodes()).total).toBe(1);
      expect((await readIncident(id, NOW_MS, stage().database)).alerts).toBe(0);
    });

    it('are forgotten as bodies after their time, but for those that explain an incident', async () => {
      const { deliveryId: kept } = await send(message([fire()]), NOW_MS - 1_000_000);
      const { deliveryId: gone } = await send('nothing', NOW_MS - 1_000_000 + turn);
      await sweepDeliveries(stage().database, NOW_MS, 500_000);
      expect(await delivery(kept)).toMatchObject({ outcome: 'stored' });
      await expect(readDelivery(gone, stage().database)).rejects.toMatchObject({ code: 'not_found' });
    });
  },
  CONFIG,
);
