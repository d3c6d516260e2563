// @vitest-environment happy-dom
import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EvidenceView } from '@/components/evidence/EvidenceView';
import { AlertList } from '@/lib/contracts/alert';
import { Compare } from '@/lib/contracts/compare';
import { type EvidenceAgain, type EvidenceRead, type FrozenDocument, NewEvidence } from '@/lib/contracts/evidence';
import type { EvidenceKind } from '@/lib/contracts/evidence-kinds';
import { TraceSearch } from '@/lib/contracts/traces';
import { whysOf } from '@/lib/domain/evidence-why';
import { identify } from '@/lib/server/auth/identity';
import { packDocument } from '@/lib/server/evidence/document';
import { freeze } from '@/lib/server/evidence/freeze';
import { type Lab, NOW_MS, startLab, useConfig } from '../api/console';
import { consoleApiAt, ok } from './console-api';
import { letChartsDraw } from './drawn-charts';
import { PageFrame } from './page-frame';

// A kind's panels load with the first pin of it, which on a busy machine takes its time.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 40_000 });

const ID = '6f0e1c7a-3a68-4a5b-9a56-0d6f8a2b1c3d';
const MODEL = 'fraud_detector';
const range = { startMs: NOW_MS - 1_800_000, endMs: NOW_MS };

const { happyDOM } = window as unknown as {
  happyDOM: { settings: { fetch: { disableSameOriginPolicy: boolean } } };
};

let lab: Lab;
const api = consoleApiAt(`/evidence/${ID}`);
letChartsDraw();

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  // The console's server reads the lab within this very window, which is no browser to it.
  happyDOM.settings.fetch.disableSameOriginPolicy = true;
  lab = await startLab(2 * 3_600_000);
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
  - name: ${MODEL}
    slos:
      - { kind: latency, objective: 0.95, threshold: 300ms, window: 24h }
`);
}, 60_000);
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});
afterEach(cleanup);

const look = (pathname: string, search = '') => ({ pathname, search });
const frozen = (kind: EvidenceKind, path: string, params: object, at = look('/')): Promise<FrozenDocument> => {
  const question = NewEvidence.parse({ id: ID, kind, title: 'What was seen', path, params, look: at });
  const identity = identify(new Request('http://127.0.0.1/'));
  return freeze(question, { identity, nowMs: NOW_MS, signal: new AbortController().signal });
};

async function pinOf(document: FrozenDocument): Promise<EvidenceRead> {
  const { sha256, sizeBytes } = await packDocument(document);
  const { kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs, parts } = document;
  const why = parts.flatMap(({ answer }) => whysOf(answer));
  return {
    ...{ id: ID, kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs, sha256, sizeBytes, why },
    path: parts[0]?.path ?? '',
    sources: ['prometheus'],
    frozenBy: { id: 'ana', name: 'Ana' },
    state: 'sound',
    damage: null,
    document: JSON.parse(JSON.stringify(document)),
  };
}

async function show(document: FrozenDocument): Promise<typeof screen> {
  api.answers[`GET /api/evidence/${ID}`] = ok(await pinOf(document));
  render(
    <PageFrame>
      <EvidenceView id={ID} />
    </PageFrame>,
  );
  await screen.findByRole('article', { name: 'Frozen: What was seen' });
  return screen;
}

/** Every frozen copy asks for itself, and for nothing else. */
const onlyItself = () => expect([...new Set(api.asked.map(({ path }) => path))]).toEqual([`/api/evidence/${ID}`]);

const CHARTS: readonly [EvidenceKind, string, RegExp][] = [
  ['requests', 'traffic', /Requests by version/],
  ['errors', 'traffic', /Errors by version/],
  ['latency', 'latency', /P95 by version/],
  ['heatmap', 'heatmap', /Latency heat map/],
  ['stages', 'stages', /Time by stage/],
  ['stage-split', 'stages', /Where the time goes/],
  ['in-flight', 'in-flight', /In flight/],
  ['error-reasons', 'errors', /Errors by reason/],
];

describe('a frozen panel', () => {
  it.each(CHARTS)('%s is drawn by its own panel and asks nothing', async (kind, panel, title) => {
    const page = await show(
      await frozen(kind, `models/${MODEL}/${panel}`, range, look(`/models/${MODEL}`, 'from=now-30m&refresh=15s')),
    );
    const region = within(await page.findByRole('region', { name: title }));
    expect(region.queryByRole('alert')).toBeNull();
    expect(region.queryByText(/does not hold that/)).toBeNull();
    // It is kept already.
    expect(region.queryByRole('button', { name: /^Pin:/ })).toBeNull();
    onlyItself();
  });

  it.each([
    ['fleet', 'fleet', { ...range, against: 'day' }, '/', /^Fleet$/],
    ['jobs', 'jobs', range, '/', /Jobs/],
    ['changes', 'events', { ...range, model: MODEL }, '/', /Changes/],
    ['log-lines', 'logs', { ...range, model: MODEL, direction: 'backward' }, '/logs', /Lines/],
    ['log-volume', 'logs/summary', { ...range, model: MODEL }, '/logs', /Volume by level/],
    ['traces', 'traces', { ...range, model: MODEL, order: 'slowest', limit: 20 }, '/traces', /Duration over time/],
  ] as const)('%s is drawn by its own panel and asks nothing', async (kind, path, params, pathname, title) => {
    const page = await show(await frozen(kind, path, params, look(pathname, `model=${MODEL}`)));
    const region = within(await page.findByRole('region', { name: title }));
    expect(region.queryByText(/does not hold that/)).toBeNull();
    onlyItself();
  });

  // As the context of an incident is captured: between instants that no page would ask for, with no choice of a page.
  const between = { startMs: NOW_MS - 1_800_000 + 12_345, endMs: NOW_MS - 6_789 };
  it.each([
    ['fleet', 'fleet', between, /^Fleet$/],
    ['changes', 'events', { ...between, model: MODEL }, /Changes/],
    ['requests', `models/${MODEL}/traffic`, between, /Requests by version/],
    ['error-reasons', `models/${MODEL}/errors`, between, /Errors by reason/],
    ['jobs', 'jobs', between, /Jobs/],
    ['drift', 'drift', { ...between, model: MODEL }, /^Features$/],
  ] as const)('%s that a program pinned is drawn as well as one of a page', async (kind, path, params, title) => {
    const question = NewEvidence.parse({ id: ID, kind, title: 'What was seen', path, params });
    const identity = identify(new Request('http://127.0.0.1/'));
    const page = await show(await freeze(question, { identity, nowMs: NOW_MS, signal: new AbortController().signal }));
    await page.findByRole('region', { name: title });
    expect(page.queryByText(/does not hold that/)).toBeNull();
    onlyItself();
  });

  it.each([
    ['drift', 'drift', { ...range, model: MODEL }, '/drift', /^Features$/],
    ['slos', 'slos', { endMs: NOW_MS }, '/slos', /^Objectives$/],
  ] as const)(
    '%s is drawn by the panels of its page, with nothing that acts on the live console',
    async (kind, path, params, pathname, title) => {
      const page = await show(
        await frozen(kind, path, params, look(pathname, kind === 'drift' ? `model=${MODEL}` : '')),
      );
      await page.findByRole('region', { name: title });
      expect(page.queryByRole('radio', { name: 'References' })).toBeNull();
      onlyItself();
    },
  );

  it('an alert is drawn with its labels and the graph of its expression, and nothing to press', async () => {
    const { parts } = await frozen('alerts', 'alerts', {});
    const [alert] = AlertList.parse(parts[0]?.answer).groups.flatMap(({ alerts }) => alerts);
    expect(alert).toBeDefined();
    const page = await show(await frozen('alert', `alerts/${alert?.id}`, range, look('/alerts', `alert=${alert?.id}`)));
    const details = within(await page.findByRole('region', { name: alert?.name }));
    for (const [name, value] of Object.entries(alert?.labels ?? {})) {
      if (name !== 'alertname') expect(details.getByText(new RegExp(`${name}="${value}"`))).toBeTruthy();
    }
    expect(details.queryByRole('button', { name: /incident|Silence|Close/ })).toBeNull();
    const graph = within(page.getByRole('region', { name: 'Metric' }));
    expect(graph.getByText(alert?.query ?? 'no query')).toBeTruthy();
    expect(page.queryByText(/does not hold that/)).toBeNull();
    onlyItself();
  });

  it('a trace opens its spans, its flame graph and its log lines from what was kept', async () => {
    const { parts } = await frozen('traces', 'traces', { ...range, model: MODEL, order: 'slowest', limit: 1 });
    const traceId = TraceSearch.parse(parts[0]?.answer).rows[0]?.traceId ?? '';
    const page = await show(await frozen('trace', `traces/${traceId}`, { clock: 'raw' }, look(`/traces/${traceId}`)));
    await userEvent.click(await page.findByText('model.infer'));
    const span = within(await page.findByRole('region', { name: 'Span' }));
    await span.findByText('model_version');
    for (const tab of ['Flame graph', 'Log lines', 'Statistics']) {
      await userEvent.click(page.getByRole('radio', { name: tab }));
      await page.findByRole('region', { name: tab });
    }
    expect(page.queryByText(/does not hold that/)).toBeNull();
    expect(page.queryByRole('link', { name: /Download the trace/ })).toBeNull();
    onlyItself();
  });

  it('a comparison says the verdict as it fell, without judging it anew', async () => {
    const document = await frozen(
      'comparison',
      'compare',
      { model: MODEL, endMs: NOW_MS },
      look('/compare', `model=${MODEL}`),
    );
    const compare = Compare.parse(document.parts[0]?.answer);
    compare.result.answer = [{ status: 'ok', parts: [{ text: 'As an older console judged it.', tone: 'value' }] }];
    const page = await show({
      ...document,
      parts: document.parts.map((part, i) => (i === 0 ? { ...part, answer: compare } : part)),
    });
    await page.findByText('As an older console judged it.');
    await page.findByRole('region', { name: 'Differences' });
    onlyItself();
  });

  it('keeps its range whatever the reader presses, and leads out of itself only into a new tab', async () => {
    const page = await show(await frozen('latency', `models/${MODEL}/latency`, range, look(`/models/${MODEL}`)));
    const links = await page.findAllByRole('link');
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link.getAttribute('target')).toBe('_blank');
    await userEvent.click(page.getByRole('radio', { name: 'P99' }));
    await page.findByRole('region', { name: /P99 by version/ });
    expect(window.location.search).toBe('');
    onlyItself();
  });
});

describe('a pin', () => {
  it('says where it is from, when it was frozen, and that its hash verified', async () => {
    const document = await frozen('jobs', 'jobs', range);
    const page = await show(document);
    expect(page.getByText(/frozen 2026-11-20 12:00:00/)).toBeTruthy();
    expect(page.getByText((await packDocument(document)).sha256.slice(0, 12))).toBeTruthy();
    expect(page.getByText('hash verified')).toBeTruthy();
    await userEvent.click(page.getByRole('button', { name: /its .*quer/ }));
    expect(await screen.findByRole('dialog', { name: /^Why:/ })).toBeTruthy();
  });

  it('that is damaged says so and shows nothing of it', async () => {
    const pin = await pinOf(await frozen('jobs', 'jobs', range));
    api.answers[`GET /api/evidence/${ID}`] = ok({
      ...pin,
      state: 'damaged',
      damage: 'They were changed since.',
      document: null,
    });
    render(
      <PageFrame>
        <EvidenceView id={ID} />
      </PageFrame>,
    );
    expect((await screen.findByRole('alert')).textContent).toMatch(/damaged.*They were changed since/);
    expect(screen.queryByRole('button', { name: 'Run again' })).toBeNull();
    expect(screen.queryByRole('region')).toBeNull();
  });

  it('run again lays today beside it, and says how far the two lie apart', async () => {
    const document = await frozen('jobs', 'jobs', range);
    const page = await show(document);
    const again: EvidenceAgain = {
      state: 'differs',
      sentence: '3 of 12 values differ.',
      difference: null,
      parts: document.parts,
      error: null,
      askedAtMs: NOW_MS + 60_000,
    };
    api.answers[`GET /api/evidence/${ID}/again`] = ok(again);
    await userEvent.click(page.getByRole('button', { name: 'Run again' }));
    await page.findByText('3 of 12 values differ.');
    expect(page.getByText('differs today')).toBeTruthy();
    for (const name of ['As it was frozen', 'Today']) {
      expect(await within(page.getByRole('region', { name })).findByRole('region', { name: /Jobs/ })).toBeTruthy();
    }
    api.answers[`GET /api/evidence/${ID}/again`] = ok({
      ...again,
      state: 'gone',
      sentence: 'Nothing today.',
      parts: null,
    });
    await userEvent.click(page.getByRole('button', { name: /away/ }));
    await userEvent.click(page.getByRole('button', { name: 'Run again' }));
    await waitFor(() => expect(page.getByText('gone from its source')).toBeTruthy());
    expect(page.queryByRole('region', { name: 'Today' })).toBeNull();
  });
});
