// @vitest-environment happy-dom
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TracePage } from '@/components/trace/TracePage';
import { TraceRowsParams } from '@/lib/contracts/trace';
import { parseTrace } from '@/lib/server/tempo/trace-columns';
import { spanDetails } from '@/lib/server/traces/details';
import { traceFlame } from '@/lib/server/traces/flame';
import { traceHeader } from '@/lib/server/traces/header';
import { LoadedTrace } from '@/lib/server/traces/load';
import { traceRowsWindow } from '@/lib/server/traces/rows';
import { configure, type DraftSpan, ns, spanIdOf, TRACE_ID, traceBody } from '../../api/trace-upstreams';
import { PageFrame } from '../page-frame';

type Answer = (params: URLSearchParams, path: string) => unknown;

/** The console's API, over HTTP, of one trace: what each path below the trace answers. */
let parts: Record<string, Answer> = {};
let status = 200;
let asked: string[] = [];
const BASE = `/api/traces/${TRACE_ID}`;
const api = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://console');
  asked.push(url.pathname);
  const rest = url.pathname.slice(BASE.length);
  const answer = parts[rest.startsWith('/spans/') ? '/spans' : rest];
  response.writeHead(answer === undefined ? 404 : status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer?.(url.searchParams, rest) ?? {}));
});
const origin = () => `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
/** happy-dom lays nothing out; without a height no row would be on the screen. */
const HEIGHT = 600;

beforeAll(async () => {
  configure('  prometheus: { url: "http://127.0.0.1:9" }');
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  for (const [name, value] of [
    ['clientHeight', HEIGHT],
    ['clientWidth', 1_000],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
});
afterAll(() => {
  api.closeAllConnections();
  api.close();
});
beforeEach(() => {
  parts = {};
  status = 200;
  asked = [];
});
afterEach(cleanup);

const log = (ms: number, text: string, span: string | null) => ({
  ns: ns(ms),
  startMs: ms,
  level: 'error',
  service: 'fraud',
  text,
  isCut: false,
  span,
  foundBy: 'metadata',
});

async function serve(services: Record<string, readonly DraftSpan[]>, lines: readonly object[] = []) {
  const text = JSON.stringify(traceBody(services));
  const parsed = await parseTrace(text, new AbortController().signal);
  const source = {
    name: 'Tempo',
    kind: 'tempo' as const,
    url: 'http://tempo',
    headers: {},
    timeoutMs: 5_000,
    maxConcurrent: 8,
    maxAnswerBytes: 1e7,
    maxTraceBytes: 1e8,
    explore: null,
  };
  const trace = new LoadedTrace(TRACE_ID, source, parsed, text.length, false, {
    elapsedMs: 5,
    requestUrl: 'http://tempo/x',
  });
  const clockOf = (params: URLSearchParams) => (params.get('clock') === 'corrected' ? 'corrected' : 'raw');
  parts = {
    '': (params) => traceHeader(trace, clockOf(params)),
    '/rows': (params) =>
      traceRowsWindow(trace, TraceRowsParams.parse({ ...Object.fromEntries(params), traceId: TRACE_ID })),
    '/flame': (params) => traceFlame(trace, clockOf(params)),
    '/logs': () => ({ lines, found: `Found in Loki: ${lines.length}.`, truncated: null, why: [] }),
    '/spans': (params, path) =>
      spanDetails(trace, {
        span: decodeURIComponent(path.split('/').at(-1) ?? ''),
        clock: clockOf(params),
        isWhole: params.get('whole') === '1',
      }),
  };
}

function open(search = '') {
  const { happyDOM } = window as Window & { happyDOM?: { setURL: (url: string) => void } };
  happyDOM?.setURL(`${origin()}/traces/${TRACE_ID}${search}`);
  return render(
    <PageFrame>
      <TracePage traceId={TRACE_ID} />
    </PageFrame>,
  );
}

const SERVICES: Record<string, readonly DraftSpan[]> = {
  gateway: [
    { id: 1, name: 'POST /predict', ms: 100, attributes: { model_name: 'fraud_detector', request_id: 'req-1' } },
  ],
  fraud: [
    { id: 2, up: 1, name: 'feature_store.get_features', startMs: 5, ms: 60 },
    { id: 3, up: 2, name: 'redis <img src=x onerror=alert(1)>', startMs: 6, ms: 20, failed: true },
    { id: 4, up: 1, name: 'model.infer', startMs: 70, ms: 25 },
    { id: 5, up: 77, name: 'stray', startMs: 71, ms: 2 },
  ],
};

const grid = () => screen.findByRole('treegrid', { name: 'Spans' });
const names = async () => {
  const rows = await within(await grid()).findAllByRole('row');
  return rows.map((row) => row.querySelector('[role=gridcell]')?.textContent ?? '');
};
const param = (name: string) => new URLSearchParams(window.location.search).get(name);

describe('the page of a trace', () => {
  it('opens with the answer, the facts and every span', async () => {
    await serve(SERVICES);
    open();
    expect((await screen.findByRole('region', { name: 'Answer' })).textContent).toContain('feature_store.get_features');
    expect(screen.getByRole('link', { name: 'req-1' }).getAttribute('href')).toContain('/requests/req-1');
    expect(screen.getByRole('list', { name: 'Faults of this trace' }).textContent).toContain('drawn at the top');
    await waitFor(async () => expect(await names()).toHaveLength(5));
    expect((await names())[2]).toContain('redis <img src=x onerror=alert(1)>');
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByText(/all 5 spans/)).toBeTruthy();
  });

  it('is walked, folded and opened with the keyboard alone', async () => {
    const user = userEvent.setup();
    await serve(SERVICES);
    open();
    await waitFor(async () => expect(await names()).toHaveLength(5));
    (await grid()).focus();
    await user.keyboard('{ArrowDown}{ArrowLeft}');
    await waitFor(async () => expect(await names()).toHaveLength(4));
    expect(screen.getByText(/4 of 5 spans shown: 1 are folded/)).toBeTruthy();
    const [, fetch] = within(await grid()).getAllByRole('row');
    expect(fetch?.getAttribute('aria-expanded')).toBe('false');
    await user.keyboard('{ArrowRight}');
    await waitFor(async () => expect(await names()).toHaveLength(5));
    await user.keyboard('j{Enter}');
    expect(param('span')).toBe(spanIdOf(3));
    expect(await screen.findByRole('heading', { name: /redis <img/ })).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(param('span')).toBeNull();
  });

  it('shows with c the critical path only, and with e the next failed span', async () => {
    const user = userEvent.setup();
    await serve(SERVICES);
    open();
    await waitFor(async () => expect(await names()).toHaveLength(5));
    await user.keyboard('c');
    expect(param('only')).toBe('critical');
    await waitFor(async () => expect((await names()).join()).not.toContain('stray'));
    await user.keyboard('ce');
    const active = async () => document.getElementById((await grid()).getAttribute('aria-activedescendant') ?? '');
    await waitFor(async () => expect((await active())?.textContent).toContain('redis'));
  });

  it('finds, counts, and steps from one to the next', async () => {
    const user = userEvent.setup();
    await serve(SERVICES);
    open();
    await user.type(await screen.findByRole('searchbox', { name: 'Find in this trace' }), 'RE');
    await waitFor(() => expect(param('find')).toBe('RE'));
    expect((await screen.findByRole('status')).textContent).toBe('3');
    await user.click(screen.getByRole('button', { name: 'Next found span' }));
    expect(screen.getByRole('status').textContent).toBe('1 of 3');
  });

  it('shows what a link says: the open span, its events and the whole of a long value', async () => {
    const user = userEvent.setup();
    await serve({
      gateway: [
        {
          id: 1,
          name: 'root',
          attributes: { huge: 'x'.repeat(10_000) },
          events: [
            {
              name: 'exception',
              timeUnixNano: ns(0.4),
              attributes: [{ key: 'exception.stacktrace', value: { stringValue: 'at line 1' } }],
            },
          ],
        },
      ],
    });
    open(`?span=${spanIdOf(1)}`);
    expect(await screen.findByText('at line 1')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /Show all 10.000 characters/ }));
    await waitFor(() => expect(screen.queryByRole('button', { name: /Show all/ })).toBeNull());
  });

  it('folds equal siblings of a large trace to one row with their range, and says so', async () => {
    await serve({
      batch: [
        { id: 1, name: 'batch.run', ms: 2_000 },
        ...Array.from({ length: 1_200 }, (_, i) => ({ id: i + 2, up: 1, name: 'score', startMs: i, ms: 1 + (i % 9) })),
      ],
    });
    open();
    await waitFor(async () => expect((await names()).join()).toContain('× 1'));
    expect(screen.getByText(/1 of 1.201 spans shown: 1.200 are folded \(equal siblings/)).toBeTruthy();
    expect((await grid()).textContent).toMatch(/1–9\sms/);
  });

  it('keeps only rows on the screen in the page, however many there are', async () => {
    await serve({
      batch: Array.from({ length: 5_000 }, (_, i) => ({ id: i + 1, up: i === 0 ? null : 1, name: `s${i}`, ms: 5 })),
    });
    open('?group=none');
    await waitFor(async () => expect((await grid()).getAttribute('aria-rowcount')).toBe('5000'));
    expect((await names()).length).toBeLessThan(80);
    expect(asked.filter((path) => path.endsWith('/rows')).length).toBeLessThan(4);
  });

  it('lists log lines in time order, each leading to its span', async () => {
    const user = userEvent.setup();
    await serve(SERVICES, [log(8, 'redis timed out', spanIdOf(3)), log(9, '<b>bold</b>', null)]);
    open('?tab=logs');
    const lines = within(await screen.findByRole('list', { name: 'Log lines of the trace' })).getAllByRole('listitem');
    expect(lines.map((line) => line.textContent?.includes('no span'))).toEqual([false, true]);
    await user.click(screen.getByRole('button', { name: 'Span' }));
    expect(param('span')).toBe(spanIdOf(3));
    expect(await grid()).toBeTruthy();
  });

  it('draws the flame graph as named boxes that zoom', async () => {
    const user = userEvent.setup();
    await serve(SERVICES);
    open('?tab=flame');
    await user.click(await screen.findByRole('button', { name: /^feature_store\.get_features, fraud:/ }));
    expect(screen.queryByRole('button', { name: /^model\.infer/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show the whole' }));
    expect(screen.getByRole('button', { name: /^model\.infer/ })).toBeTruthy();
  });

  it('says of an id that is nowhere where was looked, and what would help', async () => {
    status = 404;
    parts = {
      '': () => ({
        error: { code: 'not_found', message: 'No span of trace 4bf9 is in Tempo: all of its time was searched.' },
      }),
    };
    open();
    expect((await screen.findByRole('alert')).textContent).toContain('all of its time was searched');
    expect(screen.getByText(/not have been sampled/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'search the logs' }).getAttribute('href')).toContain(
      `/logs?text=${TRACE_ID}`,
    );
  });
});
