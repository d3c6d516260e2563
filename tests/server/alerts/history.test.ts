import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertHistory } from '@/lib/contracts/alert-history';
import { alertmanagerCache } from '@/lib/server/alerts/clusters';
import { readAlertHistory } from '@/lib/server/alerts/history';
import { readTold } from '@/lib/server/alerts/told';
import { queryCache } from '@/lib/server/cache';
import { useConfig } from '../../api/console';
import { type Behaviour, FakeUpstream, json } from '../../fake-upstream';
import { ben, declared, onBothDatabases } from '../incidents/both-databases';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const STEP_MS = 10 * MINUTE_MS;
const NOW_MS = Date.UTC(2026, 10, 20, 12);

let prometheus: FakeUpstream;
let alertmanager: FakeUpstream;
beforeAll(async () => {
  [prometheus, alertmanager] = await Promise.all([FakeUpstream.start(), FakeUpstream.start()]);
});
afterAll(() => Promise.all([prometheus.close(), alertmanager.close()]));

/** `ALERTS` of reco that fired twice for twenty minutes, a day and three days ago, in a Prometheus that keeps five days. */
const fired = [1, 3].map((days) => NOW_MS - days * DAY_MS);
const series: Behaviour = (request, response, socket) => {
  const [startMs, endMs, stepMs] = ['start', 'end', 'step'].map((name) => Number(request.params.get(name)) * 1_000);
  const isUp = request.params.get('query')?.startsWith('count(') ?? false;
  const values: [number, string][] = [];
  for (let at = startMs ?? 0; at <= (endMs ?? 0); at += stepMs ?? STEP_MS) {
    const isThere = isUp ? at >= NOW_MS - 5 * DAY_MS : fired.some((from) => at > from && at <= from + 2 * STEP_MS);
    if (isThere) values.push([at / 1_000, '1']);
  }
  const metric = isUp ? {} : { alertname: 'ModelErrors', alertstate: 'firing', model_name: 'reco', severity: 'page' };
  const result = values.length === 0 ? [] : [{ metric, values }];
  return json({ status: 'success', data: { resultType: 'matrix', result } })(request, response, socket);
};
const serve = (silences: object[]) => {
  queryCache().clear();
  alertmanagerCache().clear();
  prometheus.reset();
  alertmanager.reset();
  prometheus.on('/api/v1/query_range', series);
  prometheus.on('/api/v1/rules', json({ status: 'success', data: { groups: [] } }));
  alertmanager.on('/api/v2/silences', json(silences));
};
const silence = (atMs: number, value: string) => ({
  id: randomUUID(),
  status: { state: 'expired' },
  startsAt: new Date(atMs).toISOString(),
  endsAt: new Date(atMs + DAY_MS).toISOString(),
  updatedAt: new Date(atMs).toISOString(),
  createdBy: 'carl@example.com',
  comment: 'why',
  matchers: [{ name: 'model_name', value, isRegex: false, isEqual: true }],
});
const said = ({ rows }: AlertHistory) =>
  rows.map(({ name, model, sentence, lastDeed }) => ({ name, model, sentence, lastDeed }));

onBothDatabases('which alerts somebody acts on', (stage) => {
  const read = () => {
    useConfig(`sources:
  prometheus: { url: '${prometheus.url}' }
  alertmanager: { url: '${alertmanager.url}' }
`);
    process.env.DATABASE_URL = stage().url;
    return readAlertHistory({ model: null, nowMs: NOW_MS, signal: new AbortController().signal }, stage().database);
  };
  const of = { name: 'ModelErrors', model: 'reco' };

  describe('as series, incidents, silences and webhooks tell', () => {
    it('is nobody while nothing was done', async () => {
      serve([silence(fired[0] ?? 0, 'another')]);
      const history = await read();
      expect(said(history)).toEqual([{ ...of, sentence: 'fired twice, never acted on', lastDeed: null }]);
      expect(history.notes.join()).toMatch(/^The Prometheus has 5.d only, not 14 d: the counts are of that\.$/);
    });

    it('is who silenced it, not longer than half an hour after it ended', async () => {
      const endedMs = (fired[1] ?? 0) + 2 * STEP_MS;
      serve([silence(endedMs + 29 * MINUTE_MS, 'reco'), silence((fired[0] ?? 0) + 60 * MINUTE_MS, 'reco')]);
      expect(said(await read())).toEqual([
        {
          ...of,
          sentence: 'fired twice, acted on once',
          lastDeed: { atMs: endedMs + 29 * MINUTE_MS, by: '[e-mail]', incident: null },
        },
      ]);
    });

    it('is who declared an incident of its model, the last one of several', async () => {
      const atMs = (fired[0] ?? 0) + 5 * MINUTE_MS;
      serve([silence((fired[1] ?? 0) + MINUTE_MS, 'reco')]);
      const { number } = await declared(stage(), { model: 'reco' }, { identity: ben, nowMs: atMs });
      await declared(stage(), { model: 'churn_scorer' }, { nowMs: atMs });
      expect(said(await read())).toEqual([
        { ...of, sentence: 'fired twice, acted on twice', lastDeed: { atMs, by: 'Ben', incident: number } },
      ]);
    });

    it('of what a webhook told is who declared the incident that took it in, however old', async () => {
      serve([]);
      const atMs = NOW_MS - 20 * DAY_MS;
      const { id, number } = await declared(stage(), { model: 'old' }, { identity: ben, nowMs: atMs });
      const startsAtMs = BigInt(NOW_MS - DAY_MS);
      await stage().database.write((transaction) =>
        transaction.alertEpisode.create({
          data: {
            id: randomUUID(),
            source: 'alertmanager',
            fingerprint: 'f1',
            name: 'Backlog',
            deliveryId: 'd1',
            reason: '',
            searchText: '',
            labels: JSON.stringify({ alertname: 'Backlog' }),
            annotations: '{}',
            status: 'resolved',
            startsAtMs,
            endsAtMs: startsAtMs + 60_000n,
            incidentId: id,
            firstSeenAtMs: startsAtMs,
            lastSeenAtMs: startsAtMs,
          },
        }),
      );
      const known = await readTold(stage().database);
      // Newest first, neither drills nor those of no model: what an alert of the same model may belong to.
      await declared(stage(), { model: 'drilled', drill: true }, { nowMs: NOW_MS });
      await declared(stage(), {}, { nowMs: NOW_MS });
      expect((await readTold(stage().database)).open).toEqual(known.open);
      expect(known.open.map(({ model }) => model).toSorted()).toEqual(['churn_scorer', 'old', 'reco']);
      expect(known.open.at(-1)).toEqual({ number, model: 'old' });
      const backlog = said(await read()).find(({ name }) => name === 'Backlog');
      expect(backlog).toMatchObject({
        sentence: 'fired once, acted on once',
        lastDeed: { by: 'Ben', incident: number },
      });
    });
  });
});
