// @vitest-environment happy-dom

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DifferencePanel } from '@/components/traces/DifferencePanel';
import { ExplainParams, type Explanation, type TraceRow, type TraceSearch } from '@/lib/contracts/traces';
import { selectTraces } from '@/lib/domain/trace-selection';
import { PageFrame } from '../page-frame';

const rows: TraceRow[] = Array.from({ length: 100 }, (_, index) => ({
  traceId: index.toString(16).padStart(32, '0'),
  rootService: 'gateway',
  rootName: 'POST /predict',
  startMs: 1_000 + index,
  traceDurationMs: index + 1,
  rootDurationMs: null,
  model: 'fraud_detector',
  version: '2.4.0',
  failed: false,
  errorSpans: 0,
  spanCount: 6,
  matched: 6,
  spans: [],
}));

const found: TraceSearch = {
  query: '{}',
  rows,
  order: 'newest',
  isOrderCertain: true,
  more: false,
  chosen: '100 traces',
  empty: null,
  cutoffMs: 0,
  why: [],
};

const explanation: Explanation = {
  answer: [{ status: 'watch', parts: [{ text: 'Slow traces are 3.1 × as often <b>x</b>', tone: 'value' }] }],
  differences: [
    {
      kind: 'attribute',
      name: 'span.model_version',
      value: '<img src=x>',
      bound: null,
      alsoAs: [],
      selected: { hits: 6, total: 10, examples: ['a'.repeat(32)] },
      rest: { hits: 18, total: 90, examples: [] },
      difference: 0.4,
      low: 0.1,
      high: 0.65,
      q: 0.002,
      isCertain: true,
      basis: 'sample',
    },
  ],
  tested: 12,
  hidden: [{ name: 'span.request_id', reason: 'an identifier by its name: no two traces share it' }],
  basis: ['Everything is from traces read.'],
  why: [],
};

// What happy-dom adds to the window: an address of the test's own server.
const happy = window as unknown as { happyDOM: { setURL: (url: string) => void } };

let server: Server;
let asked: ExplainParams[] = [];
let gone = 0;
let answer: (response: ServerResponse) => void = () => undefined;
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(ExplainParams.parse(JSON.parse(body)));
      response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' });
      answer(response);
    });
    response.on('close', () => {
      if (!response.writableFinished) gone += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  gone = 0;
  const { port } = server.address() as AddressInfo;
  happy.happyDOM.setURL(`http://127.0.0.1:${port}/traces?select=slow`);
});
afterEach(cleanup);

const line = (value: object) => `${JSON.stringify(value)}\n`;
const show = (own = found) =>
  render(
    <PageFrame>
      <DifferencePanel found={own} filter={{}} selection={selectTraces(own.rows, 'slow', null)} />
    </PageFrame>,
  );

describe('what is different', () => {
  it('sends the population shown, split in two, and shows what came back as text', async () => {
    answer = (response) => response.end(line({ type: 'result', explanation }));
    show();
    await screen.findByText(/Slow traces are 3.1 × as often <b>x<\/b>/);
    expect(asked[0]?.traces).toHaveLength(100);
    expect(asked[0]?.traces.filter(({ selected }) => selected)).toHaveLength(10);
    expect(asked[0]?.thresholdMs).toBe(90);
    expect(screen.getByText('model_version <img src=x>')).toBeDefined();
    expect(document.querySelector('img, b')).toBeNull();
    expect(screen.getByText('6 of 10')).toBeDefined();
    expect(screen.getByText('certain')).toBeDefined();
    expect(screen.getByRole('link', { name: 'aaaaaaaa' }).getAttribute('href')).toContain(`/traces/${'a'.repeat(32)}`);
    expect(screen.getByText(/an identifier by its name/)).toBeDefined();
  });

  it('shows how far it is, and the cancel reaches the server', async () => {
    answer = (response) => response.write(line({ type: 'progress', read: 12, of: 100, compare: 'asking Tempo' }));
    show();
    await screen.findByText(/12 of 100 traces read/);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(gone).toBe(1));
    expect(screen.getByRole('button', { name: 'Compare again' })).toBeDefined();
  });

  it('says what failed, and what broke off', async () => {
    answer = (response) =>
      response.end(
        line({ type: 'error', code: 'upstream_timeout', message: 'Tempo ran out of time.', source: 'Tempo' }),
      );
    const { unmount } = show();
    await screen.findByText(/Tempo ran out of time/);
    unmount();
    answer = (response) => response.end(line({ type: 'progress', read: 1, of: 100, compare: 'x' }));
    show();
    await screen.findByText(/broke off before its end/);
  });

  it('keeps what was asked while the list moves on, and says so', async () => {
    answer = (response) => response.end(line({ type: 'result', explanation }));
    const { rerender } = show();
    await screen.findByText('certain');
    const moved = { ...found, rows: rows.map((row) => ({ ...row, startMs: row.startMs + 1 })) };
    rerender(
      <PageFrame>
        <DifferencePanel found={moved} filter={{}} selection={selectTraces(moved.rows, 'slow', null)} />
      </PageFrame>,
    );
    await screen.findByText(/the list has moved on since/);
    expect(asked).toHaveLength(1);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Compare again' }));
    await waitFor(() => expect(asked).toHaveLength(2));
  });
});
