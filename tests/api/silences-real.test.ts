import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as getAlerts } from '@/app/api/alerts/route';
import { DELETE as endSilence, PATCH as extendSilence } from '@/app/api/silences/[silenceId]/route';
import { POST as previewSilence } from '@/app/api/silences/preview/route';
import { GET as getSilences, POST as makeSilence } from '@/app/api/silences/route';
import { AlertList } from '@/lib/contracts/alert';
import { ErrorBody } from '@/lib/contracts/error';
import { SilenceList, SilenceMade, type SilenceMatcher, SilencePreview } from '@/lib/contracts/silence';
import { alertmanagerCache } from '@/lib/server/alerts/clusters';
import { getConfig } from '@/lib/server/config';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import type { RouteHandler } from '@/lib/server/route';
import { hasAlertmanager, type RealAlertmanager, startAlertmanager } from '../real-alertmanager';
import { call, useConfig } from './console';

const present = hasAlertmanager();
if (!present) console.warn('SKIPPED: no prometheus-alertmanager here.');

const HOUR_MS = 3_600_000;
const is = (name: string, value: string): SilenceMatcher => ({ name, value, isRegex: false, isEqual: true });
const ALERTS = [
  { alertname: 'ModelErrors', model_name: 'fraud_detector', severity: 'critical' },
  { alertname: 'ModelErrors', model_name: 'reco', severity: 'critical' },
  { alertname: 'LabelsStale', model_name: 'churn_scorer', severity: 'warning' },
];

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

describe.skipIf(!present)('silences in a real Alertmanager', () => {
  let alertmanager: RealAlertmanager;

  beforeAll(async () => {
    alertmanager = await startAlertmanager({ url: 'http://127.0.0.1:9/none', bearer: 'unused-in-this-test' });
    useConfig(`sources: { alertmanager: { name: Blue, url: '${alertmanager.url}' } }\nalerts: { maxSilence: 1d }\n`);
    await migrate(getConfig().database.url);
    const posted = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ALERTS.map((labels) => ({ labels, endsAt: new Date(Date.now() + HOUR_MS).toISOString() }))),
    });
    expect(posted.status).toBe(200);
    await until(async () => ((await alerts()).length === ALERTS.length ? true : null));
  }, 60_000);
  afterAll(async () => alertmanager?.stop());

  async function until<T>(look: () => Promise<T | null>): Promise<T> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      const seen = await look();
      if (seen !== null) return seen;
      await sleep(100);
    }
    throw new Error(`it did not come about in time; Alertmanager said:\n${alertmanager.output()}`);
  }
  const alerts = async () => {
    alertmanagerCache().clear();
    return AlertList.parse((await call(getAlerts)).body).groups.flatMap((group) => group.alerts);
  };
  const silences = async (expired = false) => {
    alertmanagerCache().clear();
    return SilenceList.parse((await call(getSilences, expired ? { query: { expired: 'true' } } : {})).body);
  };
  const states = async () => Object.fromEntries((await alerts()).map(({ model, state }) => [model, state]));
  const preview = async (matchers: SilenceMatcher[]) =>
    SilencePreview.parse((await send(previewSilence, 'POST', { matchers })).body);
  const asked = <Patch extends object>(matchers: SilenceMatcher[], patch: Patch = {} as Patch) => ({
    id: randomUUID(),
    matchers,
    endsAtMs: Date.now() + 2 * HOUR_MS,
    comment: 'the feature store is being mended',
    ...patch,
  });
  const refusal = async (body: object) => {
    const { status, body: said } = await send(makeSilence, 'POST', body);
    return { status, message: ErrorBody.parse(said).error.message };
  };

  it('are previewed, mute exactly what was foretold, are extended and ended, each with its audit row', async () => {
    const matchers = [is('alertname', 'ModelErrors'), is('model_name', 'reco')];
    const foretold = await preview(matchers);
    expect(foretold).toMatchObject({ writesTo: 'Blue', faults: [], matchedCount: 1, total: 3, extreme: null });
    expect(foretold.alone).toEqual([2, 1]);
    expect(foretold.sentence).toBe('It would mute 1 of 3 alerts right now.');

    const body = asked(matchers);
    const made = SilenceMade.parse((await send(makeSilence, 'POST', body)).body);
    expect(made.source).toBe('Blue');
    await until(async () => ((await states()).reco === 'silenced' ? true : null));
    expect(await states()).toEqual({ fraud_detector: 'firing', reco: 'silenced', churn_scorer: 'firing' });
    const [silence] = (await silences()).silences;
    expect(silence).toMatchObject({
      id: made.silenceId,
      state: 'active',
      createdBy: expect.stringMatching(/./),
      comment: 'the feature store is being mended',
      mutesCount: foretold.matchedCount,
      warning: null,
    });
    expect(silence?.mutes.map(({ model }) => model)).toEqual(['reco']);

    // Sent again, as a retry does: no second silence.
    expect(SilenceMade.parse((await send(makeSilence, 'POST', body)).body).silenceId).toBe(made.silenceId);
    expect((await silences()).silences).toHaveLength(1);

    const path = { silenceId: made.silenceId };
    const endsAtMs = Date.now() + 5 * HOUR_MS;
    const extended = SilenceMade.parse((await send(extendSilence, 'PATCH', { endsAtMs }, path)).body);
    expect(extended.silenceId).toBe(made.silenceId);
    expect((await silences()).silences[0]?.endsAtMs).toBe(endsAtMs);
    const tooLong = await send(extendSilence, 'PATCH', { endsAtMs: Date.now() + 25 * HOUR_MS }, path);
    expect(ErrorBody.parse(tooLong.body).error.message).toMatch(/^At most 24\sh may be silenced/);

    const ended = SilenceMade.parse((await send(endSilence, 'DELETE', null, path)).body);
    expect(ended.sentence).toContain('its alerts notify again');
    await until(async () => ((await states()).reco === 'firing' ? true : null));
    expect((await silences()).silences).toHaveLength(0);
    expect((await silences(true)).silences[0]).toMatchObject({ id: made.silenceId, state: 'expired' });
    const again = SilenceMade.parse((await send(endSilence, 'DELETE', null, path)).body);
    expect(again.sentence).toContain('over already');
    expect((await send(extendSilence, 'PATCH', { endsAtMs }, path)).status).toBe(409);

    const audit = await db().read((client) =>
      client.auditEntry.findMany({ where: { action: { startsWith: 'silence.' } }, orderBy: { atMs: 'asc' } }),
    );
    expect(audit.map(({ action }) => action)).toEqual(['silence.create', 'silence.change', 'silence.end']);
  });

  it('that start later say so, mute nothing before and what was foretold from then on, and can be called off', async () => {
    const matchers = [is('alertname', 'ModelErrors'), is('model_name', 'reco')];
    const planned = { startsAtMs: Date.now() + HOUR_MS, endsAtMs: Date.now() + 3 * HOUR_MS };
    const foretold = SilencePreview.parse((await send(previewSilence, 'POST', { matchers, ...planned })).body);
    expect(foretold).toMatchObject({
      matchedCount: 1,
      extreme: null,
      lately: null,
      sentence: 'It fits 1 of 3 alerts there are now.',
    });
    const made = SilenceMade.parse((await send(makeSilence, 'POST', asked(matchers, planned))).body);
    expect(made.sentence).toMatch(/^Silenced in Blue from \S+ \S+ UTC until \S+ \S+ UTC\. It fits 1 of 3/);
    expect((await silences()).silences[0]).toMatchObject({
      state: 'pending',
      ...planned,
      mutesCount: 0,
      warning: null,
    });
    expect((await states()).reco).toBe('firing');
    const path = { silenceId: made.silenceId };
    // Its end is moved while it waits, under the same id.
    const endsAtMs = planned.endsAtMs + HOUR_MS;
    const moved = SilenceMade.parse((await send(extendSilence, 'PATCH', { endsAtMs }, path)).body);
    expect(moved.silenceId).toBe(made.silenceId);
    expect((await silences()).silences[0]).toMatchObject({
      state: 'pending',
      startsAtMs: planned.startsAtMs,
      endsAtMs,
    });
    const called = SilenceMade.parse((await send(endSilence, 'DELETE', null, path)).body);
    expect(called.sentence).toBe('Called off in Blue before it began.');
    expect((await silences()).silences).toEqual([]);

    const soon = asked(matchers, { startsAtMs: Date.now() + 1_000 });
    const { silenceId } = SilenceMade.parse((await send(makeSilence, 'POST', soon)).body);
    await until(async () => ((await states()).reco === 'silenced' ? true : null));
    expect(Date.now()).toBeGreaterThanOrEqual(soon.startsAtMs);
    await send(endSilence, 'DELETE', null, { silenceId });
    await until(async () => ((await states()).reco === 'firing' ? true : null));
    expect(
      (
        await refusal(
          asked(matchers, { startsAtMs: Date.now() + 2_000 * HOUR_MS, endsAtMs: Date.now() + 2_001 * HOUR_MS }),
        )
      ).message,
    ).toMatch(/^It would start in .*at most 60.d ahead/);
    const other = await refusal({ ...soon, startsAtMs: soon.startsAtMs + 1 });
    expect(other).toMatchObject({ status: 409, message: expect.stringContaining('Another silence') });
  });

  it('that would mute everything or nothing are made only if that is meant', async () => {
    const before = await db().read((client) => client.silence.count());
    const all = [is('alertname', 'ModelErrors')];
    const nothing = [is('alertname', 'ModelErors')];
    expect((await preview(nothing)).extreme).toBe('nothing');
    expect(await refusal(asked(nothing))).toMatchObject({
      status: 400,
      message: expect.stringContaining('It would mute nothing right now: none of 3 alerts matches.'),
    });
    expect((await preview(all)).extreme).toBe(null);
    const either = [is('severity', 'critical')];
    await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: ALERTS[2], endsAt: new Date(Date.now() - 1_000).toISOString() }]),
    });
    await until(async () => ((await alerts()).length === 2 ? true : null));
    expect((await preview(either)).extreme).toBe('everything');
    expect((await refusal(asked(either))).message).toBe(
      'It would mute every alert there is now, all 2. Accept that, if it is meant, or change the matchers.',
    );
    expect((await refusal(asked(either, { accept: 'nothing' }))).status).toBe(400);
    expect(await db().read((client) => client.silence.count())).toBe(before);
    const { status, body } = await send(makeSilence, 'POST', asked(either, { accept: 'everything' }));
    expect(status).toBe(200);
    await send(endSilence, 'DELETE', null, { silenceId: SilenceMade.parse(body).silenceId });
  });

  it.each([
    ['no matcher at all', [], 'at least one matcher of equality'],
    ['expressions only', [{ ...is('alertname', 'Model.+'), isRegex: true }], 'at least one matcher of equality'],
    ['an equality without a value', [is('model_name', '')], 'has no value'],
    [
      'an expression that an absent label fits',
      [is('alertname', 'ModelErrors'), { ...is('pod', '.*'), isRegex: true }],
      'so it narrows nothing',
    ],
    [
      'an expression that is none',
      [is('alertname', 'ModelErrors'), { ...is('pod', '(?=x)'), isRegex: true }],
      'no regular expression',
    ],
  ])('are refused with %s, and nothing is stored', async (_, matchers, words) => {
    const before = await db().read((client) => client.auditEntry.count());
    expect(await refusal(asked(matchers))).toMatchObject({ status: 400, message: expect.stringContaining(words) });
    expect(await db().read((client) => client.auditEntry.count())).toBe(before);
    expect((await silences()).silences).toHaveLength(0);
  });

  it('are refused for longer than the configuration allows, and without a comment', async () => {
    const matchers = [is('model_name', 'reco')];
    const long = await refusal(asked(matchers, { endsAtMs: Date.now() + 25 * HOUR_MS }));
    expect(long.message).toContain('alerts.maxSilence');
    expect((await refusal(asked(matchers, { comment: '  ' }))).message).toContain('a comment needs some text');
    expect((await refusal(asked(matchers, { endsAtMs: Date.now() - 1 }))).message).toContain('passed already');
  });

  it('take their creator from the server, whatever is sent', async () => {
    const { body } = await send(makeSilence, 'POST', asked([is('model_name', 'reco')], { createdBy: 'mallory' }));
    const { silenceId } = SilenceMade.parse(body);
    const held = (await (await fetch(`${alertmanager.url}/api/v2/silence/${silenceId}`)).json()) as {
      createdBy: string;
    };
    expect(held.createdBy).not.toBe('mallory');
    await send(endSilence, 'DELETE', null, { silenceId });
  });
});
