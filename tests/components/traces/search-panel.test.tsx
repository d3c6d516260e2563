// @vitest-environment happy-dom

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SearchPanel } from '@/components/traces/SearchPanel';
import { parseConditions } from '@/lib/contracts/trace-conditions';
import { PageFrame } from '../page-frame';

const ANSWERS: Record<string, unknown> = {
  '/api/traces/tags': {
    fields: ['span.model_name', 'span.http.response.status_code'],
    model: 'span.model_name',
    version: 'span.model_version',
    segment: 'span.user_segment',
    requestId: 'span.request_id',
    why: [],
  },
  '/api/traces/tags/values': { values: [{ type: 'int', value: '503' }], truncated: null, why: [] },
  '/api/traces/query': { query: '{ span.model_name = "reco" }' },
};

// What happy-dom adds to the window: an address of the test's own server.
const happy = window as unknown as { happyDOM: { setURL: (url: string) => void } };

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    response.writeHead(pathname in ANSWERS ? 200 : 404, {
      'content-type': 'application/json',
      connection: 'close',
    });
    response.end(JSON.stringify(ANSWERS[pathname] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  const { port } = server.address() as AddressInfo;
  happy.happyDOM.setURL(`http://127.0.0.1:${port}/traces?model=reco`);
});
afterEach(cleanup);

const show = () =>
  render(
    <PageFrame>
      <SearchPanel error={null} query={'{ span.model_name = "reco" }'} />
    </PageFrame>,
  );
const param = (name: string) => new URL(window.location.href).searchParams.get(name);

describe('the search', () => {
  it('takes a bound over on Enter and not a moment before', async () => {
    const user = userEvent.setup();
    show();
    const field = screen.getByLabelText('Trace longer than, ms');
    await user.type(field, '250');
    expect(param('minMs')).toBeNull();
    await user.keyboard('{Enter}');
    expect(param('minMs')).toBe('250');
  });

  it('says what is no number, and does not search for it', async () => {
    const user = userEvent.setup();
    show();
    await user.type(screen.getByLabelText('Trace longer than, ms'), 'long{Enter}');
    expect(screen.getByRole('alert').textContent).toBe('A number of milliseconds.');
    expect(param('minMs')).toBeNull();
  });

  it('puts an attribute into the address once it is whole, in the type of its values', async () => {
    const user = userEvent.setup();
    show();
    await user.click(screen.getByRole('button', { name: 'Add an attribute' }));
    await user.type(screen.getByLabelText('Attribute'), 'span.http.response.status_code{Enter}');
    expect(param('where')).toBeNull();
    await waitFor(() => expect(document.querySelector('datalist option[value="503"]')).not.toBeNull());
    await user.type(screen.getByLabelText('Value'), '503{Enter}');
    expect(parseConditions(param('where') ?? '')).toEqual([
      { field: 'span.http.response.status_code', op: '=', type: 'int', value: '503' },
    ]);
  });

  it('keeps order and number in the address', async () => {
    const user = userEvent.setup();
    show();
    await user.click(screen.getByRole('radio', { name: 'slowest' }));
    await user.click(screen.getByRole('radio', { name: '500' }));
    expect([param('order'), param('limit'), param('model')]).toEqual(['slowest', '500', 'reco']);
  });

  it('opens what the builder wrote as TraceQL', async () => {
    const user = userEvent.setup();
    show();
    expect(screen.getByText('{ span.model_name = "reco" }')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Edit as TraceQL' }));
    await waitFor(() => expect(param('q')).toBe('{ span.model_name = "reco" }'));
    await user.click(await screen.findByRole('button', { name: 'Use the builder' }));
    expect(param('q')).toBeNull();
  });
});
