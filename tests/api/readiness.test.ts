import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as getReport } from '@/app/api/readiness/report/route';
import { GET as getReadiness } from '@/app/api/readiness/route';
import { DELETE as withdraw } from '@/app/api/readiness/signoffs/[id]/route';
import { POST as sign } from '@/app/api/readiness/signoffs/route';
import { ReadinessReport, ReadinessSignoff } from '@/lib/contracts/readiness';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { call, type Lab, NOW_MS, useConfig as pointTo, startLab } from './console';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
let lab: Lab;
let isLokiDown = false;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(40 * MINUTE_MS, (engine) => engine === 'loki' && isLokiDown, { story: 'healthy' });
  pointTo(`sources:
  prometheus: { url: '${lab.url}/prometheus' }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
`);
  await migrate(getConfig().database.url);
});
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const range = (endMs = NOW_MS) => ({ startMs: endMs - 10 * MINUTE_MS, endMs });
const read = async (more: object = {}) => {
  const { status, body } = await call(getReadiness, { query: { ...range(), ...more } });
  expect(status, JSON.stringify(body)).toBe(200);
  return ReadinessReport.parse(body);
};
const post = async (body: object) => {
  const response = await sign(
    new Request('http://127.0.0.1/api/readiness/signoffs', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  );
  return { status: response.status, body: await response.json() };
};
const item = async (id: string, more: object = {}) => {
  const found = (await read(more)).lists.flatMap(({ items }) => items).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no item ${id}`);
  return found;
};
const signoff = (more: object = {}) => ({
  id: randomUUID(),
  item: 'alerting.rota',
  model: null,
  reason: 'The rota stands in the wiki, seen today.',
  expiresAtMs: NOW_MS + 30 * DAY_MS,
  ...more,
});

describe('a sign-off', () => {
  it('answers an item until its day, once however often it is sent, and can be taken back', async () => {
    expect(await item('alerting.rota')).toMatchObject({ state: 'unknown', maySign: true, signoff: null });
    const sent = signoff();
    const first = await post(sent);
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    expect(ReadinessSignoff.parse(first.body)).toMatchObject({ item: 'alerting.rota', isExpired: false });
    expect((await post(sent)).body).toEqual(first.body);
    expect((await post({ ...sent, reason: 'Something else altogether.' })).status).toBe(409);
    expect(await item('alerting.rota')).toMatchObject({
      state: 'signed',
      said: expect.stringMatching(/until 2026-12-20/),
    });
    vi.setSystemTime(NOW_MS + 31 * DAY_MS);
    expect(await item('alerting.rota')).toMatchObject({
      state: 'unknown',
      signoff: { isExpired: true },
      said: expect.stringMatching(/ended on 2026-12-20/),
    });
    vi.setSystemTime(NOW_MS);
    const gone = await withdraw(new Request('http://127.0.0.1/x', { method: 'DELETE' }), {
      params: Promise.resolve({ id: sent.id }),
    });
    expect(gone.status).toBe(204);
    expect(await item('alerting.rota')).toMatchObject({ state: 'unknown', signoff: null });
  });

  it('of one model says nothing about the others', async () => {
    expect((await post(signoff({ item: 'ml.rollback', model: 'reco' }))).status).toBe(200);
    expect(await item('ml.rollback', { model: 'reco' })).toMatchObject({ state: 'signed' });
    expect(await item('ml.rollback', { model: 'churn_scorer' })).toMatchObject({ state: 'unknown', signoff: null });
  });

  it.each([
    [{ item: 'no.such' }, /item: there is no such item/],
    [{ expiresAtMs: NOW_MS - 1 }, /must lie ahead/],
    [{ expiresAtMs: NOW_MS + 400 * DAY_MS }, /366 days at most/],
    [{ reason: 'short' }, /ten|10 characters or more/],
  ])('is refused with what is wrong: %o', async (wrong, said) => {
    const { status, body } = await post(signoff(wrong));
    expect(status).toBe(400);
    expect(body.error.message).toMatch(said);
  });

  it('does not sign away what data answers', async () => {
    await post(signoff({ item: 'alerting.runbooks' }));
    expect(await item('alerting.runbooks')).toMatchObject({ state: 'pass', maySign: false });
  });
});

describe('the report', () => {
  it('is the same to the byte for the same inputs', async () => {
    const text = async () => {
      const url = new URL('http://127.0.0.1/x');
      for (const [name, value] of Object.entries(range())) url.searchParams.set(name, String(value));
      return (await getReport(new Request(url))).text();
    };
    const first = await text();
    expect(first).toMatch(/^# Readiness of the telemetry\n/);
    expect(first).toContain('## Scores');
    expect(await text()).toBe(first);
  });

  it('leaves what a dead source would tell unknown, and says so', async () => {
    isLokiDown = true;
    const report = await read({ endMs: NOW_MS - MINUTE_MS, startMs: NOW_MS - 11 * MINUTE_MS });
    isLokiDown = false;
    for (const id of ['log-json', 'log-ids', 'log-identity']) {
      expect(report.checks.find((check) => check.id === id)?.state, id).toBe('unknown');
    }
    expect(report.gaps.join(' ')).toMatch(/Loki/);
    expect(report.checks.find(({ id }) => id === 'targets-up')?.state).toBe('pass');
  });
});
