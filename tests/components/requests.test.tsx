// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestPage } from '@/components/requests/RequestPage';
import { Palette } from '@/components/shell/Palette';
import type { StoryEvent, StoryStep } from '@/lib/contracts/request-story';

const push = vi.fn();
let search = new URLSearchParams();
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  usePathname: () => '/requests/req-1',
  useSearchParams: () => search,
}));

const AT = 1_795_243_296_000;

const step: StoryStep = {
  id: '1',
  source: 'Loki',
  kind: 'loki',
  purpose: 'log lines, the last 1 h, by text',
  state: 'found',
  language: 'logql',
  query: '{service_name=~".+"} |= "req-1"',
  startMs: AT,
  endMs: AT + 1,
  elapsedMs: 12,
  bytes: 2_500_000,
  found: 3,
  note: null,
  why: null,
};

const HOSTILE = '<img src=x onerror=alert(1)>';

const EVENTS: StoryEvent[] = [
  { type: 'step', step: { ...step, state: 'asking', elapsedMs: null, bytes: null, found: null } },
  { type: 'step', step },
  {
    type: 'story',
    story: {
      requestId: 'req-1',
      traceId: 'ab',
      spanId: null,
      atMs: AT,
      record: {
        model: 'fraud_detector',
        version: '2.4.0',
        status: 'error',
        error: HOSTILE,
        label: null,
        score: null,
        confidence: null,
        segment: 'free',
        service: 'fraud-api',
        route: '/predict',
        latencyMs: 412,
        latencyFrom: 'log',
        features: [{ name: 'amount', value: 900 }],
        featuresCount: 45,
        imputed: [],
        sampled: true,
      },
      timeline: {
        startMs: AT,
        endMs: AT + 400,
        entries: [
          {
            kind: 'span',
            key: 's1',
            atMs: AT,
            durationMs: 400,
            service: 'gateway',
            name: 'POST /predict',
            spanId: 's1',
            depth: 0,
            stage: null,
            isError: true,
            message: 'boom',
          },
          {
            kind: 'log',
            key: 'l1',
            atMs: AT + 400,
            ns: `${AT}000000`,
            service: 'fraud-api',
            level: 'error',
            message: HOSTILE,
            fields: [['country', 'DE']],
            line: `{"x":"${HOSTILE}"}`,
            isCut: false,
            spanId: 's1',
          },
        ],
        cut: [],
      },
      trace: {
        traceId: 'ab',
        rootName: 'POST /predict',
        rootService: 'gateway',
        startMs: AT,
        durationMs: 400,
        spanCount: 1,
        errorCount: 1,
        services: ['gateway'],
        stages: [],
        partial: null,
      },
      noTrace: null,
      noLines: null,
      replay: { isOn: true, reason: null },
      why: [],
    },
  },
  {
    type: 'answer',
    answer: [{ status: 'bad', parts: [{ text: 'fraud_detector 2.4.0 failed on req-1', tone: 'value' }] }],
  },
  {
    type: 'features',
    features: {
      gaps: [],
      why: [],
      missing: null,
      rows: [
        {
          name: 'amount',
          value: 900,
          verdict: 'unusual',
          words: 'above at least 99.8 % of training',
          place: { low: 0.998, high: 1 },
          distribution: { lower: [null, 10], upper: [10, null], share: [0.998, 0.002], total: 50_000, at: 1 },
          against: 'training',
        },
      ],
    },
  },
  {
    type: 'latency',
    latency: {
      gaps: ['Without latency: Prometheus did not answer.'],
      why: [],
      place: null,
      distribution: null,
      startMs: AT,
      endMs: AT,
      missing: null,
    },
  },
  {
    type: 'deployment',
    deployment: {
      gaps: [],
      why: [],
      role: 'challenger',
      versions: [{ version: '2.4.0', role: 'challenger', share: 0.2 }],
      events: [],
      startMs: AT,
      endMs: AT,
      missing: null,
    },
  },
  {
    type: 'similar',
    similar: {
      gaps: [],
      why: [],
      how: 'Same model',
      rows: [
        { id: 'req-2', traceId: 'cd', sampled: true, atMs: AT - 2_000, latencyMs: 90, label: 'legit', score: 0.1 },
      ],
    },
  },
  {
    type: 'guide',
    guide: {
      gaps: [],
      why: [],
      steps: [
        {
          id: 'drift',
          question: 'Was drift known then?',
          status: 'unknown',
          word: 'not measured',
          evidence: ['No drift score.'],
          to: null,
        },
      ],
    },
  },
  { type: 'end', elapsedMs: 30 },
];

const stream = (events: readonly StoryEvent[]) =>
  new Response(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  });

let respond: (address: string, init?: RequestInit) => Response | Promise<Response>;
const show = (id = 'req-1') =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RequestPage requestId={id} />
    </QueryClientProvider>,
  );
const panel = (name: string | RegExp) => within(screen.getByRole('region', { name }));

beforeEach(() => {
  vi.stubGlobal(
    'fetch',
    vi.fn(async (address: string, init?: RequestInit) => respond(address, init)),
  );
  respond = () => stream(EVENTS);
});
afterEach(() => {
  cleanup();
  push.mockReset();
  search = new URLSearchParams();
  vi.unstubAllGlobals();
});

describe('the page of a request', () => {
  it('answers first, then shows the record, the timeline, the inputs and what was around', async () => {
    show();
    expect(await screen.findByText('fraud_detector 2.4.0 failed on req-1')).toBeDefined();
    expect(panel('Prediction').getByText('412', { exact: false })).toBeDefined();
    expect(panel('Prediction').getAllByText('not logged').length).toBeGreaterThan(2);
    const timeline = within(screen.getByRole('list', { name: 'Spans and log lines in time' }));
    expect(timeline.getAllByRole('listitem')).toHaveLength(2);
    expect(timeline.getByRole('link', { name: 'POST /predict' }).getAttribute('href')).toBe('/traces/ab?span=s1');
    expect(panel('Inputs').getByText('unusual')).toBeDefined();
    expect(panel('Inputs').getByRole('img', { name: /over 10 holds 0.2/ })).toBeDefined();
    expect(panel('Latency in its hour').getByText(/Prometheus did not answer/)).toBeDefined();
    expect(
      panel(/Like it/)
        .getByRole('link', { name: 'req-2' })
        .getAttribute('href'),
    ).toBe(`/requests/req-2?at=${AT - 2_000}`);
    expect(panel(/Was the prediction wrong/).getByText('not measured')).toBeDefined();
  });

  it('shows hostile text as text', async () => {
    show();
    expect((await screen.findAllByText(HOSTILE)).length).toBeGreaterThan(0);
    expect(document.querySelector('img')).toBeNull();
  });

  it('shows each question with its query and its cost', async () => {
    show();
    await screen.findByText(/Found: 1 question, 2.5.MB read, 30.ms in all/);
    const table = within(screen.getByRole('table', { name: 'Questions asked', hidden: true }));
    expect(table.getByText('{service_name=~".+"} |= "req-1"')).toBeDefined();
    expect(table.getAllByRole('row', { hidden: true })).toHaveLength(2);
  });

  it('keeps what has arrived when it is stopped, and leaves the server', async () => {
    let left = false;
    respond = (_address, init) => {
      init?.signal?.addEventListener('abort', () => {
        left = true;
      });
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const event of EVENTS.slice(0, 2))
            controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
          init?.signal?.addEventListener('abort', () => controller.error(new DOMException('left', 'AbortError')));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
    show();
    await screen.findByText(/Looking: 1 question/);
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(await screen.findByText(/Stopped before it was found/)).toBeDefined();
    expect(left).toBe(true);
    expect(screen.getByText('{service_name=~".+"} |= "req-1"')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Look again' })).toBeDefined();
  });

  it('says where an id that is nowhere was looked for, and looks further by the address', async () => {
    respond = () =>
      stream([
        {
          type: 'nowhere',
          nowhere: {
            answer: [{ status: 'unknown', parts: [{ text: 'req-1 is nowhere', tone: 'value' }] }],
            looked: [{ source: 'Loki', backToMs: AT, words: 'searched by field and by text', failed: false }],
            advice: ['Look again in ten seconds.'],
            furtherMs: 30 * 86_400_000,
          },
        },
        { type: 'end', elapsedMs: 5 },
      ]);
    const replace = vi.spyOn(window.history, 'replaceState');
    show();
    expect(await screen.findByText('req-1 is nowhere')).toBeDefined();
    expect(within(screen.getByRole('list', { name: 'Where was looked' })).getByText('Loki')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: /Look 30.d back/ }));
    expect(String(replace.mock.calls.at(-1)?.[2])).toContain('back=2592000000');
  });

  it('says why the story failed', async () => {
    respond = () => Response.json({ error: { code: 'forbidden', message: 'You may not.' } }, { status: 403 });
    show();
    expect((await screen.findByRole('alert')).textContent).toContain('You may not.');
  });

  it('opens a line by the keyboard, and keeps it in the address', async () => {
    search = new URLSearchParams('line=l1');
    show();
    const line = await screen.findByRole('button', { name: /fraud-api/ });
    expect(line.getAttribute('aria-expanded')).toBe('true');
    expect(screen.getByText('country')).toBeDefined();
    expect(screen.getByRole('link', { name: 'Open its span' }).getAttribute('href')).toBe('/traces/ab?span=s1');
  });

  it('sends the inputs again on request only, and shows both answers', async () => {
    respond = (address) =>
      address.endsWith('/replay')
        ? Response.json({
            answer: [{ status: 'watch', parts: [{ text: 'It answers otherwise now', tone: 'watch' }] }],
            host: 'model:8080',
            status: 200,
            elapsedMs: 9,
            sent: 1,
            before: { label: 'fraud', score: 0.9 },
            after: { label: 'legit', score: 0.1 },
            scoreDifference: -0.8,
            body: HOSTILE,
            notes: [],
          })
        : stream(EVENTS);
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Send the 1 logged input again' }));
    expect(await screen.findByText('It answers otherwise now')).toBeDefined();
    expect(panel('Replay').getByText('legit, 0.1')).toBeDefined();
    expect(panel('Replay').getByText('−0.8')).toBeDefined();
  });

  it('goes to the story of another pasted text, and says when none is in it', async () => {
    show();
    const box = await screen.findByRole('textbox', { name: /Another request/ });
    await userEvent.type(box, 'nothing here');
    await userEvent.click(screen.getByRole('button', { name: 'Open' }));
    expect(screen.getByText('No id is in this text.')).toBeDefined();
    await userEvent.clear(box);
    await userEvent.click(box);
    await userEvent.paste('{"request_id":"req-9f","ts":"2026-11-21T06:41:36Z"}');
    await userEvent.click(screen.getByRole('button', { name: 'Open' }));
    expect(push).toHaveBeenCalledWith(`/requests/req-9f?at=${Date.parse('2026-11-21T06:41:36Z')}`);
  });
});

describe('the palette', () => {
  const open = () =>
    render(
      <QueryClientProvider client={new QueryClient()}>
        <Palette onClose={() => {}} />
      </QueryClientProvider>,
    );

  it('offers the story of a pasted log line first, and opens it by Enter', async () => {
    respond = () => Response.json({ models: [], why: [] });
    open();
    await userEvent.click(screen.getByRole('combobox'));
    await userEvent.paste('{"msg":"slow","request_id":"req-77aa","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}');
    const options = await screen.findAllByRole('option');
    expect(options[0]?.textContent).toContain('Story of request req-77aa');
    await userEvent.keyboard('{Enter}');
    expect(push).toHaveBeenCalledWith('/requests/req-77aa');
  });

  it('offers no story for a word', async () => {
    respond = () => Response.json({ models: [], why: [] });
    open();
    await userEvent.type(screen.getByRole('combobox'), 'dark');
    expect(screen.queryByText(/Story of/)).toBeNull();
  });
});
