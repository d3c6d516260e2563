// @vitest-environment happy-dom
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useQuery } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QueryState } from '@/components/ui/QueryState';
import { apiQuery, apiSend } from '@/lib/queries/api';
import { PageFrame } from '../page-frame';

let server: Server;
let asked: string[] = [];
let answer: (url: URL) => { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(`${request.method} ${url.pathname}${url.search}`);
    const { status, body } = answer(url);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { happyDOM } = window as unknown as { happyDOM: { setURL: (url: string) => void } };
  happyDOM.setURL(`http://127.0.0.1:${port}/`);
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});
afterEach(cleanup);

const ok = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
const failed = (status: number, code: string, message: string, source?: string) => ({
  status,
  body: JSON.stringify({ error: { code, message, source } }),
});

function Shown({ model, endMs }: { model: string; endMs: number }) {
  const query = useQuery(apiQuery<{ n: number }>('things', { model, endMs }));
  return (
    <QueryState
      query={query}
      diagnosis={({ n }) => (n === 0 ? { what: 'No things.', why: 'None came.', action: 'Wait.' } : null)}
    >
      {({ n }) => <p>{n} things</p>}
    </QueryState>
  );
}

const show = (model: string, endMs: number) => (
  <PageFrame>
    <Shown model={model} endMs={endMs} />
  </PageFrame>
);

describe('the state of a query', () => {
  it('waits, then shows what came', async () => {
    answer = () => ok({ n: 3 });
    render(show('a', 1));
    expect(screen.getByRole('status').textContent).toContain('Asking');
    expect(await screen.findByText('3 things')).toBeTruthy();
    expect(asked).toEqual(['GET /api/things?endMs=1&model=a']);
  });

  it('explains emptiness in three lines', async () => {
    answer = () => ok({ n: 0 });
    render(show('a', 1));
    for (const line of ['No things.', 'None came.', 'Wait.']) expect(await screen.findByText(line)).toBeTruthy();
  });

  it('asks again by itself, twice, only when a source cannot be reached', async () => {
    answer = () => failed(502, 'upstream_unreachable', 'prometheus refuses connections.', 'prometheus');
    render(show('a', 1));
    expect(await screen.findByText(/refuses connections/, {}, { timeout: 5_000 })).toBeTruthy();
    expect(asked).toHaveLength(3);
  });

  it('names the source that failed, what to do, and asks again when told', async () => {
    answer = () => failed(400, 'bad_request', 'The range is too long.', 'mimir');
    render(show('a', 1));
    expect((await screen.findByRole('alert')).textContent).toContain('mimir: The range is too long.');
    expect(asked).toHaveLength(1);
    answer = () => ok({ n: 5 });
    await userEvent.click(screen.getByRole('button', { name: 'Ask again' }));
    expect(await screen.findByText('5 things')).toBeTruthy();
  });

  it('does not take a proxy for the console', async () => {
    answer = () => ({ status: 403, body: '<html>blocked</html>' });
    render(show('a', 1));
    expect((await screen.findByRole('alert')).textContent).toMatch(/answered 403 .*proxy/);
  });

  it('keeps the answer of the earlier range while a later loads, never that of another model', async () => {
    answer = (url) => ok({ n: Number(url.searchParams.get('endMs')) });
    const { rerender } = render(show('a', 1));
    await screen.findByText('1 things');
    rerender(show('a', 2));
    expect(screen.getByText('1 things')).toBeTruthy();
    expect(screen.getByText(/newer on its way/)).toBeTruthy();
    await screen.findByText('2 things');
    rerender(show('b', 2));
    expect(screen.queryByText('2 things')).toBeNull();
    expect(screen.getByRole('status')).toBeTruthy();
    await screen.findByText('2 things');
  });
});

describe('a write', () => {
  it('is sent as JSON and fails with the words of the server', async () => {
    answer = () => failed(409, 'conflict', 'Somebody edited this note.');
    await expect(apiSend('PATCH', 'notes/1', { text: 'x' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'Somebody edited this note.',
    });
    answer = () => ({ status: 204, body: '' });
    await expect(apiSend('DELETE', 'notes/1?revision=2')).resolves.toBeUndefined();
    await waitFor(() => expect(asked).toEqual(['PATCH /api/notes/1', 'DELETE /api/notes/1?revision=2']));
  });

  it('keeps the last good answer of the same question when a later range fails, and says whose fault it is', async () => {
    answer = () => ok({ n: 3 });
    const view = render(show('m', 1_000));
    await screen.findByText('3 things');
    answer = () => failed(502, 'upstream_rejected', 'Prometheus answered 500.', 'Prometheus');
    view.rerender(show('m', 2_000));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Prometheus answered 500.');
    expect(screen.getByText('3 things')).toBeDefined();
  });

  it('never stands in with the answer of another model', async () => {
    answer = () => ok({ n: 3 });
    const view = render(show('m', 1_000));
    await screen.findByText('3 things');
    answer = () => failed(502, 'upstream_rejected', 'Prometheus answered 500.', 'Prometheus');
    view.rerender(show('another', 2_000));
    await screen.findByRole('alert');
    expect(screen.queryByText('3 things')).toBeNull();
  });
});
