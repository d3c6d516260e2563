import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EvidenceRead } from '@/lib/contracts/evidence';
import { Impact } from '@/lib/contracts/impact';
import { Incident } from '@/lib/contracts/incident';
import { EntryPage } from '@/lib/contracts/incident-entry';
import { Metric } from '@/lib/contracts/metric';
import { Postmortem, PostmortemDraft } from '@/lib/contracts/postmortem';
import { formatCount } from '@/lib/domain/format';
import { takeInPending } from '@/lib/server/alert-intake/loop';
import { getConfig } from '@/lib/server/config';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
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
    expect(impact).toContain(`${formatCount(own?.extra ?? null)} (`);
  });

  it('is drafted with its impact, each sentence linked to the pin it was counted in', async () => {
    const [{ sections, gaps }, { entries }, outage] = await Promise.all([
      to.get(PostmortemDraft, 'incidents/1/postmortem/draft'),
      to.get(EntryPage, 'incidents/1/entries', { limit: 500 }),
      findOutage(to, NOW_MS),
    ]);
    const impact = sections.find(({ key }) => key === 'impact');
    const counted = entries.find(({ text }) => text.startsWith('Impact in predictions over'));
    const numbers = impact?.sentences.filter(({ text }) => /more predictions failed|more than usual/.test(text)) ?? [];
    expect(numbers.length).toBeGreaterThan(1);
    for (const { text, labels } of numbers) expect(labels, text).toEqual([counted?.label]);
    const pin = await to.get(EvidenceRead, `evidence/${counted?.evidenceId}`);
    expect(Impact.parse(pin.document?.parts[0]?.answer).failed?.count).toBeCloseTo(
      outage?.impact.failed?.count ?? 0,
      6,
    );
    expect(gaps.filter(({ section }) => section === 'impact')).toEqual([]);
  });

  it('counts the impact of any stretch as its queries do, and without a pin says so in the draft', async () => {
    const outage = await findOutage(to, NOW_MS);
    const own = outage?.hurt[0]?.row;
    const during = { startMs: outage?.startMs ?? 0, endMs: outage?.endMs ?? 0 };
    const windowS = (during.endMs - during.startMs) / 1000;
    const sum = async (status: string, endMs: number) => {
      const query = `sum(increase(inference_requests_total{model_name="${own?.model}",model_version="${own?.version}"${status}}[${windowS}s]))`;
      const { set } = await to.get(Metric, 'metrics', { startMs: endMs - 60_000, endMs, query, stepMs: 60_000 });
      return set.series[0]?.values.at(-1) ?? 0;
    };
    const failed = ',status="error"';
    const [n, k, m, j] = [
      await sum('', during.endMs),
      await sum(failed, during.endMs),
      await sum('', during.startMs),
      await sum(failed, during.startMs),
    ];
    // The chart's grid lies up to a scrape beside the instants.
    expect((own?.failed.excess?.count ?? 0) / (n * (k / n - j / m))).toBeCloseTo(1, 1);
    const asked = {
      id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      title: 'The same outage, told by nobody yet',
      severity: 'SEV3',
      startedAtMs: during.startMs,
    };
    const other = await to.send(Incident, 'ana', 'POST', 'incidents', asked);
    const { sections, gaps } = await to.get(PostmortemDraft, `incidents/${other.id}/postmortem/draft`);
    const impact = sections.find(({ key }) => key === 'impact');
    expect(impact?.sentences[0]).toMatchObject({ labels: [] });
    expect(impact?.text).toContain('(no entry of the timeline tells of it)');
    expect(gaps.map(({ sentence }) => sentence).join()).toContain('counted now and pinned nowhere');
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
