import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PATCH as changeSilence, DELETE as endSilence } from '@/app/api/silences/[silenceId]/route';
import { POST as previewSilence } from '@/app/api/silences/preview/route';
import { GET as getSilences, POST as makeSilence } from '@/app/api/silences/route';
import { ErrorBody } from '@/lib/contracts/error';
import { SilenceList, SilenceMade, SilencePreview } from '@/lib/contracts/silence';
import { alertmanagerCache } from '@/lib/server/alerts/clusters';
import { queryCache } from '@/lib/server/cache';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import type { RouteHandler } from '@/lib/server/route';
import { call, useConfig } from '../../api/console';
import { FakeUpstream, json, resetting, text } from '../../fake-upstream';
import { onEachDatabase } from '../databases';

let blue: FakeUpstream;
let green: FakeUpstream;
const ID = '8a1bc3d4-0000-4000-8000-000000000001';
const HOUR_MS = 3_600_000;
const LABELS = { alertname: 'ModelErrors', model_name: 'reco' };

beforeAll(async () => {
  [blue, green] = await Promise.all([FakeUpstream.start(), FakeUpstream.start()]);
});
afterEach(() => {
  blue.reset();
  green.reset();
  alertmanagerCache().clear();
});
afterAll(() => Promise.all([blue.close(), green.close()]));

const status = (version: string, name: string, peers: string[]) =>
  json({
    cluster: { name, status: 'ready', peers: peers.map((peer) => ({ name: peer })) },
    versionInfo: { version },
    uptime: '2026-01-01T00:00:00.000Z',
  });
const alert = (silencedBy: string[] = [], labels: object = LABELS) => ({
  fingerprint: JSON.stringify(labels),
  labels,
  annotations: {},
  startsAt: '2026-01-01T00:00:00.000Z',
  receivers: [{ name: 'team' }],
  status: { state: silencedBy.length > 0 ? 'suppressed' : 'active', silencedBy, inhibitedBy: [] },
});
const held = (state: string, patch: object = {}) => ({
  id: ID,
  status: { state },
  startsAt: new Date(Date.now() - 2 * HOUR_MS).toISOString(),
  endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
  updatedAt: new Date(Date.now() - HOUR_MS).toISOString(),
  createdBy: 'ann',
  comment: 'why',
  matchers: [{ name: 'alertname', value: 'ModelErrors', isRegex: false, isEqual: true }],
  ...patch,
});

function serve(fake: FakeUpstream, { version = '0.28.0', name = 'a', peers = ['a', 'b'], silences = [] as object[] }) {
  fake.on('/api/v2/status', status(version, name, peers));
  fake.on('/api/v2/alerts', json([alert(), alert([], { alertname: 'Other' })]));
  fake.on('/api/v2/silences', json(silences));
}

async function send(handler: RouteHandler, method: string, body: object | null, path: Record<string, string> = {}) {
  const response = await handler(
    new Request('http://127.0.0.1/api/test', {
      method,
      ...(body === null ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
    { params: Promise.resolve(path) },
  );
  return { status: response.status, body: (await response.json()) as unknown };
}
const list = async () => SilenceList.parse((await call(getSilences)).body);
const wanted = (patch: object = {}) => ({
  id: randomUUID(),
  matchers: [{ name: 'alertname', value: 'ModelErrors' }],
  endsAtMs: Date.now() + HOUR_MS,
  comment: 'being mended',
  ...patch,
});
const stored = () => db().read((client) => client.silence.count());
const writes = (fake: FakeUpstream) => fake.seen.filter(({ method }) => method === 'POST' || method === 'DELETE');

onEachDatabase('silences', (kind) => {
  let opened: ReturnType<typeof db> | null = null;
  beforeAll(async () => {
    useConfig(`sources:
  alertmanager:
    - { name: Blue, url: '${blue.url}' }
    - { name: Green, url: '${green.url}' }
`);
    // The database of the routes is the one that the environment names.
    process.env.DATABASE_URL = await kind.create();
    await migrate(process.env.DATABASE_URL);
    opened = db();
  });
  afterAll(async () => {
    await opened?.close();
  });

  describe('Alertmanagers of one cluster', () => {
    it('show each silence once, and one of them is written to', async () => {
      serve(blue, { name: 'a', silences: [held('active')] });
      serve(green, { name: 'b', silences: [held('active')] });
      const { silences, clusters } = await list();
      expect(silences.map(({ sources }) => sources.toSorted())).toEqual([['Blue', 'Green']]);
      expect(clusters).toHaveLength(1);
      expect(clusters[0]?.writesTo).toBe('Blue');
    });

    it('that disagree about a silence are told', async () => {
      serve(blue, { name: 'a', silences: [held('active')] });
      serve(green, { name: 'b' });
      expect((await list()).silences[0]?.warning).toContain('Green does not have it');
    });

    it('with one down go on with the other, and say so', async () => {
      serve(blue, { name: 'a', silences: [held('active')] });
      green.on('/api/v2/status', text('gone', 500));
      const { silences, missing, clusters } = await list();
      expect(silences).toHaveLength(1);
      expect(missing.map(({ reason }) => reason).join()).toContain('Without silences of Green');
      expect(clusters.map(({ writesTo }) => writesTo)).toEqual(['Blue', null]);
    });
  });

  describe('a silence that cannot be made', () => {
    it('leaves nothing behind while the Alertmanager is down', async () => {
      blue.on('/api/v2/status', text('gone', 500));
      green.on('/api/v2/status', text('gone', 500));
      const before = await stored();
      const { status: code, body } = await send(makeSilence, 'POST', wanted({ source: 'Green' }));
      expect(code).toBe(502);
      expect(ErrorBody.parse(body).error.source).toBe('Green');
      expect(await stored()).toBe(before);
    });

    it('of a label that an older Alertmanager cannot name is refused before anything is sent', async () => {
      serve(blue, { version: '0.25.0', peers: [] });
      serve(green, { version: '0.25.0', name: 'b', peers: [] });
      const matchers = [
        { name: 'alertname', value: 'ModelErrors' },
        { name: 'service.name', value: 'x' },
      ];
      const { status: code, body } = await send(makeSilence, 'POST', wanted({ matchers }));
      expect(code).toBe(400);
      expect(ErrorBody.parse(body).error.message).toContain('Alertmanager 0.25.0, which knows no label service.name');
      expect(writes(blue)).toHaveLength(0);
    });

    it('is forgotten when the Alertmanager refuses it, with its words', async () => {
      serve(blue, {});
      serve(green, { name: 'b' });
      blue.on('/api/v2/silences', text('"maximum silences of 1 exceeded"', 400));
      const before = await stored();
      const { body } = await send(makeSilence, 'POST', wanted());
      expect(ErrorBody.parse(body).error.message).toMatch(/^Nothing is silenced: .*maximum silences/);
      expect(await stored()).toBe(before);
    });

    it('and whose outcome is unknown is found again by the same id, not made twice', async () => {
      serve(blue, {});
      serve(green, { name: 'b' });
      blue.on('/api/v2/silences', resetting(9, json({ silenceID: ID })));
      const asked = wanted();
      const lost = await send(makeSilence, 'POST', asked);
      expect(ErrorBody.parse(lost.body).error.message).toContain('It is not known whether Blue made the silence');
      const posted = writes(blue)[0];
      const sent = JSON.parse(posted?.body ?? '{}') as { createdBy: string; comment: string };
      blue.reset();
      serve(blue, {
        silences: [
          held('active', {
            createdBy: sent.createdBy,
            comment: sent.comment,
            endsAt: new Date(asked.endsAtMs).toISOString(),
          }),
        ],
      });
      const made = SilenceMade.parse((await send(makeSilence, 'POST', asked)).body);
      expect(made.silenceId).toBe(ID);
      expect(writes(blue)).toHaveLength(0);
    });
  });

  describe('a silence that cannot be changed', () => {
    const path = { silenceId: ID };
    const longer = { endsAtMs: Date.now() + 2 * HOUR_MS };
    const refused = async (answer: Promise<{ status: number; body: unknown }>) => {
      const { status: code, body } = await answer;
      return [code, ErrorBody.parse(body).error.message];
    };

    it('is told to be over, to be nowhere, or to be where nobody answers', async () => {
      serve(blue, {});
      serve(green, { name: 'b' });
      blue.on(`/api/v2/silence/${ID}`, json(held('expired')));
      green.on(`/api/v2/silence/${ID}`, text('', 404));
      expect(await refused(send(changeSilence, 'PATCH', longer, path))).toEqual([
        409,
        'This silence is over and cannot be extended. Make a new one from the alert.',
      ]);
      expect((await send(endSilence, 'DELETE', null, path)).body).toMatchObject({
        sentence: 'It was over already in Blue.',
      });
      blue.on(`/api/v2/silence/${ID}`, text('', 404));
      expect(await refused(send(endSilence, 'DELETE', null, path))).toEqual([
        404,
        'No Alertmanager has this silence; those that are over are forgotten after some days.',
      ]);
      green.on('/api/v2/status', text('gone', 500));
      const [code, said] = await refused(send(endSilence, 'DELETE', null, path));
      expect(code).toBe(502);
      expect(said).toMatch(/^The silence is in no Alertmanager that answers\. Green /);
      expect([...writes(blue), ...writes(green)].filter(({ path: to }) => to.includes('silence'))).toEqual([]);
    });

    it('nor made in an Alertmanager that nobody has configured, nor by an id that is none', async () => {
      serve(blue, {});
      serve(green, { name: 'b' });
      expect(await refused(send(makeSilence, 'POST', wanted({ source: 'Red' })))).toEqual([
        400,
        'source: no Alertmanager is called Red.',
      ]);
      const [code, said] = await refused(send(endSilence, 'DELETE', null, { silenceId: '../status' }));
      expect([code, said]).toEqual([400, expect.stringContaining('silenceId')]);
    });
  });

  describe('a ghost', () => {
    it('that is active again after it was ended here is told', async () => {
      serve(blue, { silences: [held('active')] });
      serve(green, { name: 'b' });
      blue.on(`/api/v2/silence/${ID}`, json(held('active')));
      green.on(`/api/v2/silence/${ID}`, text('', 404));
      // The fake answers both the look and the end with a silence; the end reads nothing of it.
      expect((await send(endSilence, 'DELETE', null, { silenceId: ID })).status).toBe(200);
      await db().write((transaction) =>
        transaction.silence.updateMany({
          where: { silenceId: ID },
          data: { endedAtMs: BigInt(Date.now() - HOUR_MS) },
        }),
      );
      expect((await list()).silences[0]?.warning).toMatch(/^It came back: .* ended it .* ago, and Blue has it active/);
    });

    it('that holds an alert back and is in no list is told', async () => {
      serve(blue, {});
      serve(green, { name: 'b' });
      blue.on('/api/v2/alerts', json([alert(['0000-unknown'])]));
      const { answer } = await list();
      expect(answer.flatMap(({ parts }) => parts.map((part) => part.text)).join()).toContain(
        'that no Alertmanager lists holds alerts back',
      );
    });
  });

  describe('a silence of a maintenance window', () => {
    const fired = json({
      status: 'success',
      data: {
        resultType: 'vector',
        result: [
          { metric: { alertname: 'Nightly', alertstate: 'firing', model_name: 'reco' }, value: [1, '1'] },
          { metric: { alertname: 'Other', alertstate: 'firing' }, value: [1, '1'] },
        ],
      },
    });
    const planned = { matchers: [{ name: 'alertname', value: 'Nightly' }], startsAtMs: Date.now() + HOUR_MS };
    const preview = async () => SilencePreview.parse((await send(previewSilence, 'POST', planned)).body);

    it('is previewed with what fired in the last 7 days, or says that nobody knows', async () => {
      const prometheus = await FakeUpstream.start();
      useConfig(
        `sources: { prometheus: { url: '${prometheus.url}' }, alertmanager: { name: Blue, url: '${blue.url}' } }`,
      );
      try {
        serve(blue, { peers: [] });
        prometheus.on('/api/v1/query', fired);
        expect(await preview()).toMatchObject({
          extreme: null,
          sentence: 'It fits none of 2 alerts there are now; 1 alert that it fits fired in the last 7 d.',
          lately: {
            count: 1,
            alerts: [{ name: 'Nightly', model: 'reco', labels: { alertname: 'Nightly', model_name: 'reco' } }],
          },
        });
        prometheus.on('/api/v1/query', text('overloaded', 400));
        queryCache().clear();
        expect(await preview()).toMatchObject({
          extreme: 'nothing',
          sentence: 'It fits none of 2 alerts there are now; what fired lately is not known.',
          lately: null,
        });
      } finally {
        await prometheus.close();
      }
    });
  });
});
