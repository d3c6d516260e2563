import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { POST } from '@/app/api/requests/[requestId]/replay/route';
import { ErrorBody } from '@/lib/contracts/error';
import { Replay } from '@/lib/contracts/request-story';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { FakeUpstream, flood, halfOpen, html, json, redirect, text } from '../../fake-upstream';
import { configure } from '../../server/requests/fake-sources';

const directory = mkdtempSync(join(tmpdir(), 'windsock-replay-'));
const AT_MS = Date.now() - 60_000;
let loki: FakeUpstream;
let model: FakeUpstream;
let undo = () => {};

beforeAll(async () => {
  process.env.DATABASE_URL = `file:${join(directory, 'windsock.db')}`;
  await migrate(process.env.DATABASE_URL);
  loki = await FakeUpstream.start();
  model = await FakeUpstream.start();
});
afterAll(async () => {
  await Promise.all([loki.close(), model.close(), db().close()]);
  undo();
  rmSync(directory, { recursive: true, force: true });
});

const line = (more: object = {}) => ({
  event: 'prediction_completed',
  model_name: 'fraud',
  model_version: '2',
  request_id: 'req-1a',
  status: 'ok',
  prediction: { label: 'fraud', score: 0.91 },
  feature_sample: { amount: 900, email: 'jane.doe@example.com' },
  features_count: 45,
  ...more,
});

function logged(...lines: object[]): void {
  const values = lines.map((one, index) => [`${AT_MS + index}000000`, JSON.stringify(one)]);
  loki.reset();
  loki.on('/loki/api/v1/labels', json({ status: 'success', data: ['service_name'] }));
  loki.on(
    '/loki/api/v1/query_range',
    json({ status: 'success', data: { resultType: 'streams', result: [{ stream: { service_name: 'api' }, values }] } }),
  );
}

beforeEach(() => {
  undo();
  model.reset();
  logged(line());
  undo = configure(
    { loki: loki.url },
    `models:\n  - name: fraud\n    replay: { url: "${model.url}/predict", headers: { X-Key: secret }, timeout: 300ms, maxAnswerSize: 10kB }\n`,
  );
});

const replay = (id = 'req-1a') =>
  POST(
    new Request(`http://localhost/api/requests/${id}/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ atMs: AT_MS }),
    }),
    { params: Promise.resolve({ requestId: id }) },
  );
const errorOf = async (response: Response) => ErrorBody.parse(await response.json()).error;

describe('POST /api/requests/{requestId}/replay', () => {
  it('sends the logged inputs and shows both answers and their difference', async () => {
    model.on('/predict', json({ prediction: { label: 'legit', score: 0.2 }, contact: 'jane.doe@example.com' }));
    const response = await replay();
    expect(response.status).toBe(200);
    const done = Replay.parse(await response.json());
    expect(done).toMatchObject({
      before: { label: 'fraud', score: 0.91 },
      after: { label: 'legit', score: 0.2 },
      sent: 2,
    });
    expect(done.scoreDifference).toBeCloseTo(-0.71);
    expect(done.notes.join(' ')).toContain('2 of the model');
    expect(done.body).not.toContain('jane.doe');
    expect(model.last.headers['x-key']).toBe('secret');
    // The model gets what it was given then; only readers get it redacted.
    expect(JSON.parse(model.last.body)).toEqual({
      features: { amount: 900, email: 'jane.doe@example.com' },
      model_name: 'fraud',
      model_version: '2',
      replay_of: 'req-1a',
    });
  });

  it('is written to the audit before anything is sent', async () => {
    model.on('/predict', json({ prediction: { label: 'fraud', score: 0.91 } }));
    await replay();
    const rows = await db().read((client) => client.auditEntry.findMany({ where: { action: 'request.replay' } }));
    expect(rows.at(-1)).toMatchObject({ subject: 'request:req-1a' });
  });

  it('follows no redirect, so that no header leaves for another address', async () => {
    model.on('/predict', redirect(`${loki.url}/elsewhere`));
    const response = await replay();
    expect(response.status).toBe(502);
    expect((await errorOf(response)).message).toContain('redirect');
    expect(loki.seen.some(({ path }) => path === '/elsewhere')).toBe(false);
  });

  it('stops at its bound and at its time', async () => {
    model.on('/predict', flood(1_000_000));
    expect((await errorOf(await replay())).message).toContain('larger than 10000 bytes');
    model.on('/predict', halfOpen());
    const late = await replay();
    expect([late.status, (await errorOf(late)).code]).toEqual([504, 'upstream_timeout']);
  });

  const pointAt = (url: string, more = '') => {
    undo();
    undo = configure(
      { loki: loki.url },
      `models:\n  - name: fraud\n    replay: { url: "${url}", timeout: 300ms${more} }\n`,
    );
  };

  it.each(['http://169.254.169.254/latest', 'http://[::ffff:a9fe:a9fe]/', 'http://2852039166/'])(
    'asks no cloud for its credentials: %s',
    async (url) => {
      pointAt(url);
      const response = await replay();
      expect(response.status).toBe(502);
      expect((await errorOf(response)).message).toMatch(/was not asked.*cloud metadata.*replay\.allowLinkLocal/);
    },
  );

  it('says why nothing answered', async () => {
    const gone = await FakeUpstream.start();
    const { url } = gone;
    await gone.close();
    pointAt(url);
    const response = await replay();
    expect([response.status, (await errorOf(response)).message]).toEqual([
      502,
      `${new URL(url).host} cannot be reached: nothing listens at its address.`,
    ]);
  });

  it('shows a refusal and a page instead of an answer as what they are', async () => {
    model.on('/predict', text('overloaded', 503));
    expect(Replay.parse(await (await replay()).json())).toMatchObject({
      status: 503,
      after: { label: null, score: null },
    });
    model.on('/predict', html());
    expect(Replay.parse(await (await replay()).json()).answer[0]?.parts[0]?.text).toContain('no label or score');
  });

  it('is off without an endpoint, without inputs, and for what is not found', async () => {
    logged(line({ feature_sample: {} }));
    expect((await errorOf(await replay())).message).toContain('no features');
    logged();
    expect((await replay()).status).toBe(404);
    logged(line({ model_name: 'other' }));
    expect(await errorOf(await replay())).toMatchObject({ code: 'not_configured' });
    expect(model.seen).toEqual([]);
  });

  it('refuses a request that another site asks for', async () => {
    const response = await POST(
      new Request('http://localhost/api/requests/req-1a/replay', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' },
        body: '{}',
      }),
      { params: Promise.resolve({ requestId: 'req-1a' }) },
    );
    expect(response.status).toBe(403);
    expect(model.seen).toEqual([]);
  });
});
