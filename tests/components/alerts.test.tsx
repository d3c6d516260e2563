// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NoisePanel } from '@/components/alerts/NoisePanel';
import { SilenceForm } from '@/components/alerts/SilenceForm';
import { SilencesPanel } from '@/components/alerts/SilencesPanel';
import { writeStored } from '@/components/ui/browser-storage';
import { AlertHistory } from '@/lib/contracts/alert-history';
import { SilenceList, SilencePreview } from '@/lib/contracts/silence';
import { consoleApiAt, ok } from './console-api';
import { PageFrame } from './page-frame';

const ID = '8a1bc3d4-0000-4000-8000-000000000001';
const MAX_MS = 90 * 60_000;
const MATCHERS = [{ name: 'alertname', value: 'A', isRegex: false, isEqual: true }];
const preview = (patch: Partial<SilencePreview> = {}) =>
  SilencePreview.parse({
    writesTo: 'Blue',
    version: '0.28.0',
    faults: [],
    matched: [{ name: 'A', model: '<b>m</b>', labels: { alertname: 'A' } }],
    matchedCount: 1,
    total: 3,
    alone: [1],
    lately: null,
    extreme: null,
    sentence: 'It would mute 1 of 3 alerts right now.',
    ...patch,
  });
const list = (silences: object[] = []) =>
  SilenceList.parse({
    answer: [{ status: 'ok', parts: [{ text: 'One silence.', tone: 'value' }] }],
    silences,
    hiddenExpired: 0,
    clusters: [{ members: [{ source: 'Blue', version: '0.28.0', problem: null }], writesTo: 'Blue' }],
    // Shorter than what the form begins with.
    maxSilenceMs: MAX_MS,
    missing: [],
    why: [],
  });

const api = consoleApiAt('/alerts');
beforeEach(() => {
  api.answers = { 'GET /api/silences': ok(list()), 'POST /api/silences/preview': ok(preview()) };
  writeStored('draft.silence.new.comment', null);
});
afterEach(cleanup);

const show = () =>
  render(
    <PageFrame>
      <SilenceForm alert={null} matchers={MATCHERS} onClose={() => undefined} />
    </PageFrame>,
  );
const make = () => screen.getByRole('button', { name: 'Make silence' }) as HTMLButtonElement;
const sent = () => api.asked.filter(({ method, path }) => method === 'POST' && path === '/api/silences');

describe('the form of a silence', () => {
  it('says what it would mute, as words, and wants a comment', async () => {
    const { container } = show();
    await screen.findByText('It would mute 1 of 3 alerts right now.');
    await screen.findByText('A of <b>m</b>');
    expect(container.querySelector('b')).toBeNull();
    expect(make().disabled).toBe(true);
    screen.getByText('Say why first.');
    await userEvent.type(screen.getByRole('textbox', { name: /^Why/ }), 'being mended');
    await waitFor(() => expect(make().disabled).toBe(false));
    expect(screen.queryByText('Say why first.')).toBeNull();
  });

  it('takes the keyboard when it opens, so that it is in view', () => {
    show();
    expect(document.activeElement).toBe(screen.getByRole('form', { name: 'New silence' }));
  });

  it('keeps its words and its id until it is made, so that a retry makes it once', async () => {
    api.answers['POST /api/silences'] = {
      status: 502,
      body: { error: { code: 'upstream_unreachable', message: 'Blue cannot be reached.' } },
    };
    show();
    const why = screen.getByRole('textbox', { name: /^Why/ }) as HTMLTextAreaElement;
    await userEvent.type(why, 'being mended');
    await waitFor(() => expect(make().disabled).toBe(false));
    await userEvent.click(make());
    await screen.findByText('Blue cannot be reached.');
    expect(why.value).toBe('being mended');
    api.answers['POST /api/silences'] = ok({ silenceId: ID, source: 'Blue', sentence: 'Silenced.' });
    await userEvent.click(make());
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(sent()[0]?.body).toEqual(sent()[1]?.body);
    expect(sent()[0]?.body).not.toHaveProperty('createdBy');
  });

  it('can start later, sends that start, and takes none that has passed', async () => {
    api.answers['POST /api/silences'] = ok({ silenceId: ID, source: 'Blue', sentence: 'Silenced.' });
    show();
    await userEvent.type(screen.getByRole('textbox', { name: /^Why/ }), 'maintenance');
    await userEvent.click(screen.getByRole('radio', { name: 'later' }));
    const from = screen.getByLabelText(/^From/);
    fireEvent.change(from, { target: { value: '2001-02-03T04:05' } });
    screen.getByText('This has passed: take a later time, or let it start now.');
    expect(make().disabled).toBe(true);
    const startsAtMs = (Math.floor(Date.now() / 60_000) + 90) * 60_000;
    const local = new Date(startsAtMs - new Date(startsAtMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    fireEvent.change(from, { target: { value: local } });
    await waitFor(() => expect(make().disabled).toBe(false));
    await userEvent.click(make());
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.body).toMatchObject({ startsAtMs, endsAtMs: startsAtMs + MAX_MS });
  });

  it.each([
    ['everything', 'I mean to mute all 3 of them'],
    ['nothing', 'I mean to silence what does not fire yet'],
  ] as const)('lets %s be silenced only when that is ticked', async (extreme, label) => {
    api.answers['POST /api/silences/preview'] = ok(preview({ extreme }));
    show();
    await userEvent.type(screen.getByRole('textbox', { name: /^Why/ }), 'being mended');
    const tick = await screen.findByRole('checkbox', { name: label });
    expect(make().disabled).toBe(true);
    screen.getByText('Tick that first.');
    await userEvent.click(tick);
    await waitFor(() => expect(make().disabled).toBe(false));
  });

  it('cannot be sent with what a guard rail refuses', async () => {
    api.answers['POST /api/silences/preview'] = ok(preview({ faults: ['It must name what it mutes.'] }));
    show();
    await userEvent.type(screen.getByRole('textbox', { name: /^Why/ }), 'being mended');
    await screen.findByText('It must name what it mutes.');
    expect(make().disabled).toBe(true);
  });
});

describe('the noise review', () => {
  const row = (name: string, lastDeed: AlertHistory['rows'][number]['lastDeed']) => ({
    name,
    model: 'm',
    severity: 'page',
    fired: 2,
    acted: lastDeed === null ? 0 : 1,
    lastDeed,
    sentence: 'fired twice, acted on once',
    firingShare: 0.012,
    medianMs: 60_000,
    lastAtMs: 1,
    hasRunbook: true,
    status: 'ok',
    advice: null,
  });

  it('says who acted last, and leads to the incident', async () => {
    api.answers['GET /api/alerts/history'] = ok(
      AlertHistory.parse({
        answer: [],
        rows: [
          row('A', { atMs: Date.now() - 3_600_000, by: '<b>Ann</b>', incident: 7 }),
          row('B', { atMs: Date.now() - 3_600_000, by: 'Ben', incident: null }),
          row('C', null),
        ],
        startMs: 0,
        endMs: 1,
        notes: [],
        missing: [],
        why: [],
      }),
    );
    render(
      <PageFrame>
        <NoisePanel />
      </PageFrame>,
    );
    const line = async (name: string) => (await screen.findByText(name)).closest('tr')?.textContent;
    expect(await line('A')).toMatch(/<b>Ann<\/b>, INC-7 1.h ago/);
    expect(screen.getByRole('link', { name: 'INC-7' }).getAttribute('href')).toMatch(/^\/incidents\/7/);
    expect(await line('B')).toMatch(/Ben, silenced 1.h ago/);
    expect(await line('C')).toMatch(/nobody/);
  });
});

describe('the list of silences', () => {
  it('shows who silenced what, what is wrong with it, and ends it', async () => {
    const silence = {
      id: ID,
      state: 'active',
      sources: ['Blue'],
      startsAtMs: Date.now() - 1_000,
      endsAtMs: Date.now() + 3_600_000,
      createdBy: 'ann',
      comment: 'being mended',
      matchers: MATCHERS,
      mutes: [],
      mutesCount: 0,
      incident: { id: ID, number: 7 },
      warning: 'It came back.',
    };
    api.answers['GET /api/silences'] = ok(list([silence]));
    api.answers[`DELETE /api/silences/${ID}`] = ok({ silenceId: ID, source: 'Blue', sentence: 'Ended.' });
    render(
      <PageFrame>
        <SilencesPanel />
      </PageFrame>,
    );
    await screen.findByText('It came back.');
    screen.getByText('ann');
    screen.getByRole('link', { name: 'INC-7' });
    await userEvent.click(screen.getByRole('button', { name: 'End: alertname="A"' }));
    await waitFor(() => expect(api.asked.some(({ method }) => method === 'DELETE')).toBe(true));
  });

  it('says how to have an Alertmanager where none is configured', async () => {
    const error = { code: 'not_configured', message: 'No Alertmanager is configured.' };
    api.answers['GET /api/silences'] = { status: 422, body: { error } };
    render(
      <PageFrame>
        <SilencesPanel />
      </PageFrame>,
    );
    await screen.findByText('No Alertmanager is configured.');
    await screen.findByText('Name it in windsock.yaml.');
    expect(screen.queryByRole('button', { name: 'New silence' })).toBeNull();
  });
});
