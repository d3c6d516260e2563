// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SamplingPage } from '@/components/sampling/SamplingPage';
import { ChecksPage } from '@/components/synthetic/ChecksPage';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import type { SyntheticChecks, SyntheticRun } from '@/lib/contracts/synthetic';
import { syntheticAnswer } from '@/lib/domain/synthetic-answer';
import { consoleApiAt, ok } from './console-api';
import { PageFrame } from './page-frame';

const NOW_MS = Date.now();
const HOSTILE = '<img src=x onerror=alert(1)>';
const run: SyntheticRun = {
  id: 'run-2',
  model: 'reco',
  origin: 'schedule',
  askedByName: null,
  askedAtMs: NOW_MS - 60_000,
  sentAtMs: NOW_MS - 60_000,
  settledAtMs: NOW_MS,
  outcome: 'incomplete',
  requestId: 'syn-1',
  traceId: 'abc',
  host: 'reco:8080',
  answer: { state: 'ok', status: 200, elapsedMs: 41, reason: null, text: HOSTILE },
  signals: [
    {
      signal: 'metric',
      state: 'seen',
      seenAfterMs: 15_000,
      notBeforeMs: 9_000,
      looks: 4,
      detail: 'Rose by 1.',
      why: [],
    },
    {
      signal: 'trace',
      state: 'missing',
      seenAfterMs: null,
      notBeforeMs: 120_000,
      looks: 9,
      detail: 'Tempo holds no span of it.',
      why: [],
    },
    {
      signal: 'log',
      state: 'unknown',
      seenAfterMs: null,
      notBeforeMs: null,
      looks: 9,
      detail: 'Loki cannot be reached.',
      why: [],
    },
  ],
};
const checksOf = (patch: Partial<SyntheticChecks> = {}): SyntheticChecks => {
  const checks = [
    {
      model: 'reco',
      host: 'reco:8080',
      intervalMs: 60_000,
      waitMs: 120_000,
      expects: '200',
      settled: run,
      running: null,
      overdue: false,
      runs: [
        { id: 'run-1', askedAtMs: NOW_MS - 120_000, outcome: 'ok' as const, elapsedMs: 38 },
        { id: 'run-2', askedAtMs: NOW_MS - 60_000, outcome: 'incomplete' as const, elapsedMs: 41 },
      ],
    },
  ];
  return { answer: syntheticAnswer(checks, NOW_MS), nowMs: NOW_MS, mayRun: true, checks, ...patch };
};

const traffic: SamplingTraffic = {
  startMs: NOW_MS - 3_600_000,
  endMs: NOW_MS,
  models: [
    {
      model: 'reco',
      requests: 36_000,
      requestsPerSecond: 10,
      errorRatio: 0.02,
      latency: [
        { upperMs: 500, share: 0.9 },
        { upperMs: null, share: 1 },
      ],
      p99Ms: 500,
      traces: 0,
      spansPerTrace: null,
      bytesPerTrace: null,
      bytesDeviation: null,
    },
  ],
  notes: ['A note.'],
  gaps: ['Without traces of reco: Tempo cannot be reached.'],
  why: [],
};

const api = consoleApiAt('/readiness/checks');
beforeEach(() => {
  api.asked.length = 0;
  api.answers = {
    'GET /api/synthetic': ok(checksOf()),
    'GET /api/synthetic/runs/run-2': ok(run),
    'GET /api/sampling': ok(traffic),
  };
});
afterEach(cleanup);

describe('the page of checks', () => {
  it('tells missing from not known in the sentence, and opens a run by arrows and Enter', async () => {
    render(<ChecksPage />, { wrapper: PageFrame });
    const answer = await screen.findByRole('region', { name: 'Answer' });
    expect(answer.textContent).toMatch(/trace not found; log line not known/);
    const bars = within(screen.getByRole('group', { name: /Runs of reco/ })).getAllByRole('button');
    expect(bars.map((bar) => bar.tabIndex)).toEqual([-1, 0]);
    bars[1]?.focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement).toBe(bars[0]);
    await userEvent.keyboard('{ArrowRight}{Enter}');
    const table = await screen.findByRole('table', { name: 'What was found of this run' });
    expect(within(table).getByRole('row', { name: /^metric/ }).textContent).toMatch(/between 9\ss and 15\ss/);
    expect(within(table).getByRole('row', { name: /^trace/ }).textContent).toContain('not found');
    expect(within(table).queryByRole('link', { name: 'trace' })).toBeNull();
    expect(screen.getByRole('link', { name: 'syn-1' }).getAttribute('href')).toContain('/requests/syn-1');
    // What the model answered is text, whatever it holds.
    expect(screen.getByText(HOSTILE)).toBeTruthy();
    expect(window.location.search).toContain('run=run-2');
  });

  it('shows why a run cannot be asked for, and offers none to who may not', async () => {
    const refused = 'A check of reco that was asked for by hand goes on: wait until it ends.';
    api.answers['POST /api/synthetic/models/reco/runs'] = {
      status: 409,
      body: { error: { code: 'conflict', message: refused } },
    };
    const { unmount } = render(<ChecksPage />, { wrapper: PageFrame });
    await userEvent.click(await screen.findByRole('button', { name: 'Run now: the check of reco' }));
    expect((await screen.findByRole('alert')).textContent).toBe(refused);
    expect(api.asked.find(({ method }) => method === 'POST')?.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    unmount();
    api.answers['GET /api/synthetic'] = ok(checksOf({ mayRun: false }));
    render(<ChecksPage />, { wrapper: PageFrame });
    await screen.findByRole('group', { name: /Runs of reco/ });
    expect(screen.queryByRole('button', { name: /Run now/ })).toBeNull();
  });

  it('says what to configure where nothing is checked', async () => {
    api.answers['GET /api/synthetic'] = ok(checksOf({ checks: [], answer: syntheticAnswer([], NOW_MS) }));
    render(<ChecksPage />, { wrapper: PageFrame });
    expect((await screen.findByRole('region', { name: 'Answer' })).textContent).toContain('models[].synthetic');
  });
});

describe('the page of sampling', () => {
  it('keeps a wrong rate in its field, says what is expected, and estimates nothing from it', async () => {
    render(<SamplingPage />, { wrapper: PageFrame });
    await screen.findByRole('table', { name: 'What the rates keep' });
    const head = screen.getByLabelText('Head: traces begun, %');
    await userEvent.clear(head);
    await userEvent.type(head, '150');
    expect((head as HTMLInputElement).value).toBe('150');
    expect((await screen.findByRole('alert')).textContent).toBe('Give a percentage from 0 to 100.');
    expect(screen.queryByRole('table')).toBeNull();
    await userEvent.clear(head);
    await userEvent.type(head, '50');
    await screen.findByText(/OTEL_TRACES_SAMPLER_ARG=0.5/);
  });

  it('says what was not measured instead of a zero', async () => {
    render(<SamplingPage />, { wrapper: PageFrame });
    const table = await screen.findByRole('table', { name: 'What the rates keep' });
    expect(within(table).getAllByText('not measured').length).toBeGreaterThanOrEqual(2);
    expect(screen.getByText(/Tempo cannot be reached/)).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Answer' }).textContent).toContain(
      'is not known: no traces could be measured',
    );
  });
});
