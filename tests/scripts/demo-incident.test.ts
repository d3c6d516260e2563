import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EvidenceRead } from '@/lib/contracts/evidence';
import { Incident } from '@/lib/contracts/incident';
import { EntryPage } from '@/lib/contracts/incident-entry';
import { Postmortem } from '@/lib/contracts/postmortem';
import { formatCount } from '@/lib/domain/format';
import { takeInPending } from '@/lib/server/alert-intake/loop';
import { getConfig } from '@/lib/server/config';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/migrate';
import type { RouteHandler } from '@/lib/server/route';
import { demoConsole } from '@/scripts/demo/console';
import { findOutage } from '@/scripts/demo/outage';
import { makeDemoIncident } from '@/scripts/demo-incident';
import { type Lab, NOW_MS, startLab, useConfig } from '../api/console';

const ROOT = resolve(import.meta.dirname, '../..');
const HOUR_MS = 3_600_000;

const routes = readdirSync(join(ROOT, 'app/api'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('route.ts'))
  .map((file) => ({ file: join(ROOT, 'app/api', file), names: file.replace(/\/route\.ts$/, '').split('/') }))
  // A written name stands before one that takes anything.
  .sort((a, b) => Number(a.names.join().includes('[')) - Number(b.names.join().includes('[')));

/** The console without a server: what is fetched goes to its route as Next.js would bring it there. */
async function fetchRoute(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const request = new Request(String(input), init);
  const asked = new URL(request.url).pathname.replace('/api/', '').split('/');
  const found = routes.find(
    ({ names }) => names.length === asked.length && names.every((name, i) => name.startsWith('[') || name === asked[i]),
  );
  if (found === undefined) throw new Error(`no route is ${asked.join('/')}`);
  const module: Partial<Record<string, RouteHandler>> = await import(found.file);
  const handler = module[request.method];
  if (handler === undefined) throw new Error(`${asked.join('/')} takes no ${request.method}`);
  const names = found.names.flatMap((name, i) =>
    name.startsWith('[') ? [[name.slice(1, -1), decodeURIComponent(asked[i] ?? '')]] : [],
  );
  const response = await handler(request, { params: Promise.resolve(Object.fromEntries(names)) });
  if (asked[0] === 'webhooks') await takeInPending(db());
  return response;
}

describe("the demo's past incident", () => {
  let lab: Lab;
  const to = demoConsole('http://127.0.0.1', fetchRoute);
  beforeAll(async () => {
    // The lab stands still, and so does the clock that looks for its newest samples.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
    lab = await startLab(72 * HOUR_MS);
    const { port } = new URL(lab.url);
    process.env.LAB_PORT = port;
    useConfig(readFileSync(join(ROOT, 'windsock.demo.yaml'), 'utf8'));
    await migrate(getConfig().database.url);
  }, 120_000);
  afterAll(async () => {
    vi.useRealTimers();
    await lab.close();
  });

  it('is told from measured answers, reviewed by somebody who wrote none of it, with no question left open', async () => {
    expect(await makeDemoIncident(to, NOW_MS)).toEqual({ number: 1 });
    const incident = await to.get(Incident, 'incidents/1');
    expect(incident).toMatchObject({ status: 'reviewed', severity: 'SEV1', firingAlerts: 0, openTasks: 0, alerts: 2 });
    const { startedAtMs, mitigatedAtMs } = incident.instants;
    const outage = { startMs: NOW_MS - 50 * HOUR_MS, endMs: NOW_MS - 50 * HOUR_MS + 25 * 60_000 };
    expect(Math.abs((startedAtMs ?? 0) - outage.startMs)).toBeLessThanOrEqual(90_000);
    expect(Math.abs((mitigatedAtMs ?? 0) - outage.endMs)).toBeLessThanOrEqual(150_000);
    const postmortem = await to.get(Postmortem, 'incidents/1/postmortem');
    expect(postmortem).toMatchObject({
      state: 'approved',
      owner: 'ana',
      gaps: [],
      wording: [],
      authors: ['ana', 'bo'],
    });
    expect(postmortem.reviews).toMatchObject([
      { verdict: 'approve', by: { name: 'dee' }, current: true, byOnlyAuthor: false },
    ]);
    expect(postmortem.sections.flatMap(({ unsourced }) => unsourced)).toEqual([]);
    expect(postmortem.actions.every(({ owner, dueAtMs }) => owner !== null && dueAtMs !== null)).toBe(true);
    for (const { text, title } of postmortem.sections) {
      expect(text, title).not.toMatch(/not measured|undefined|NaN/);
      expect(text, title).not.toBe('');
    }
  });

  it('says numbers that the telemetry says when it is asked again', async () => {
    const outage = await findOutage(to, NOW_MS);
    const own = outage?.hurt[0];
    expect(own).toMatchObject({ model: 'fraud_detector', version: '2.3.0' });
    // What the lab's story makes of it: about six requests a second, an error ratio about ten times the usual one.
    expect(own?.extra).toBeGreaterThan(500);
    expect((own?.during ?? 0) / (own?.before ?? 1)).toBeGreaterThan(5);
    expect(outage?.budget.eaten).toBeGreaterThan(0);
    const { sections } = await to.get(Postmortem, 'incidents/1/postmortem');
    const impact = sections.find(({ key }) => key === 'impact')?.text ?? '';
    expect(impact).toContain(`${formatCount(own?.extra ?? null)} (± `);
  });

  it('keeps its evidence: every pin is whole', async () => {
    const { entries } = await to.get(EntryPage, 'incidents/1/entries', { limit: 500 });
    const pins = entries.flatMap(({ evidenceId }) => evidenceId ?? []);
    expect(pins.length).toBeGreaterThanOrEqual(9);
    for (const id of pins) {
      const pin = await to.get(EvidenceRead, `evidence/${id}`);
      expect(pin.state, pin.title).toBe('sound');
    }
    const lines = entries.find(({ text }) => text.includes('FeatureStoreTimeout'));
    expect(lines?.evidenceId).not.toBeNull();
  });

  it('is told once: a second start changes nothing', async () => {
    const before = await to.get(Incident, 'incidents/1');
    expect(await makeDemoIncident(to, NOW_MS)).toEqual({ not: 'there is an incident already' });
    expect((await to.get(Incident, 'incidents/1')).activity).toBe(before.activity);
  });
});
