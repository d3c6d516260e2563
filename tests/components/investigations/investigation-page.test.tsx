// @vitest-environment happy-dom
import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvestigationPage } from '@/components/investigations/InvestigationPage';
import { type CellContent, Investigation } from '@/lib/contracts/investigation';
import { consoleApiAt, ok } from '../console-api';
import { PageFrame } from '../page-frame';

// Panels load with the first cell of their kind, which on a busy machine takes its time.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const ID = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const cellId = (n: number) => `0a1b2c3d-4e5f-4a6b-8c7d-00000000000${n}`;

const cell = (n: number, content: CellContent, patch: object = {}) => ({
  id: cellId(n),
  kind: content.kind,
  title: '',
  content,
  state: 'live',
  evidenceId: null,
  author: { id: 'ana', name: 'Ana' },
  createdAtMs: 1_760_000_000_000,
  editedAtMs: null,
  editedBy: null,
  revision: 1,
  ...patch,
});
const note = (n: number, text: string, patch: object = {}) => cell(n, { kind: 'note', text }, patch);
const metric = (n: number, query: string, patch: object = {}) =>
  cell(n, { kind: 'metric', query, source: null, range: { lastMs: 3_600_000 } }, patch);

const investigation = (list: object[], patch: object = {}): Investigation =>
  Investigation.parse({
    id: ID,
    number: 5,
    title: 'Why slower?',
    question: 'Is it the model?',
    model: 'fraud_detector',
    tags: ['latency'],
    cells: list.length,
    author: { id: 'ana', name: 'Ana' },
    createdAtMs: 1_760_000_000_000,
    changedAtMs: 1_760_000_000_000,
    archivedAtMs: null,
    incidents: [],
    copiedFrom: null,
    revision: 1,
    activity: 1,
    list,
    ...patch,
  });

// happy-dom has no server-sent events; the page then goes on without news of others.
class QuietEventSource {
  onopen: unknown;
  onerror: unknown;
  onmessage: unknown;
  close(): void {}
}
// happy-dom lays nothing out: everything is in sight.
class EverythingInSight {
  constructor(private readonly tell: (entries: { isIntersecting: boolean }[]) => void) {}
  observe(): void {
    queueMicrotask(() => this.tell([{ isIntersecting: true }]));
  }
  unobserve(): void {}
  disconnect(): void {}
}

const api = consoleApiAt('/investigations/5');
beforeAll(async () => {
  Object.assign(globalThis, { EventSource: QuietEventSource, IntersectionObserver: EverythingInSight });
});
beforeEach(() => {
  localStorage.clear();
});
afterEach(cleanup);

const PATH = `/api/investigations/${ID}`;
const shows = (list: object[], patch: object = {}) => {
  api.answers['GET /api/investigations/5'] = ok(investigation(list, patch));
};
const open = () =>
  render(
    <PageFrame>
      <InvestigationPage investigationId="5" />
    </PageFrame>,
  );
const sent = (method: string, end: string) =>
  api.asked.filter((one) => one.method === method && one.path.endsWith(end)).map(({ body }) => body);
const cells = async () => {
  await screen.findByRole('heading', { level: 1 });
  return screen.queryAllByRole('article').map((one) => one.getAttribute('aria-label'));
};

describe('an investigation', () => {
  it('shows its question and its cells in their order, whatever the sources say', async () => {
    api.answers['GET /api/metrics'] = {
      status: 502,
      body: { error: { code: 'upstream_rejected', message: 'It cannot be read.', source: 'prometheus' } },
    };
    shows([note(1, 'Redis is **slow**'), metric(2, 'sum('), note(3, 'and after')]);
    open();
    expect(await cells()).toEqual([
      'Note cell: Note: Redis is **slow**',
      'Metric cell: Metric: sum(',
      'Note cell: Note: and after',
    ]);
    expect(screen.getByText('Is it the model?')).toBeTruthy();
    expect((await screen.findByText('slow')).tagName).toBe('STRONG');
    const failed = screen.getByRole('article', { name: /^Metric cell/ });
    expect(await within(failed).findByText(/It cannot be read/)).toBeTruthy();
    expect(within(failed).getByRole('button', { name: /^Freeze/ })).toHaveProperty('disabled', true);
    expect(within(failed).getByText('live')).toBeTruthy();
    expect(await screen.findByText('and after')).toBeTruthy();
  });

  it('keeps a new note over a reload, and sends it under one id however often', async () => {
    shows([note(1, 'first')]);
    const { unmount } = open();
    await userEvent.click(await screen.findByRole('button', { name: 'Note' }));
    await userEvent.type(await screen.findByRole('textbox', { name: 'Note' }), 'The cache was cold');
    unmount();
    open();
    const field = (await screen.findByRole('textbox', { name: 'Note' })) as HTMLTextAreaElement;
    expect(field.value).toBe('The cache was cold');
    api.answers[`POST ${PATH}/cells`] = {
      status: 503,
      body: { error: { code: 'storage_unavailable', message: 'The database is full.' } },
    };
    await userEvent.click(screen.getByRole('button', { name: 'Add cell' }));
    expect(await screen.findByText('The database is full.')).toBeTruthy();
    expect(field.value).toBe('The cache was cold');
    api.answers[`POST ${PATH}/cells`] = ok(investigation([note(1, 'first'), note(2, 'The cache was cold')]));
    await userEvent.click(screen.getByRole('button', { name: 'Add cell' }));
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Note' })).toBeNull());
    const [first, second] = sent('POST', '/cells') as { id: string; afterCellId: string }[];
    expect(first).toMatchObject({ content: { kind: 'note', text: 'The cache was cold' }, afterCellId: cellId(1) });
    expect(second?.id).toBe(first?.id);
  });

  it('adds one cell after another, each under its own id', async () => {
    const stored: object[] = [];
    shows([]);
    api.answers[`POST ${PATH}/cells`] = ({ body }) => {
      const { id, content } = body as { id: string; content: { text: string } };
      stored.push(note(stored.length + 1, content.text, { id }));
      shows(stored);
      return ok(investigation(stored));
    };
    open();
    for (const [index, words] of ['one', 'two', 'three'].entries()) {
      await userEvent.click(await screen.findByRole('button', { name: 'Note' }));
      await userEvent.type(await screen.findByRole('textbox', { name: 'Note' }), words);
      await userEvent.keyboard('{Control>}{Enter}{/Control}');
      await waitFor(() => expect(screen.getAllByRole('article')).toHaveLength(index + 1));
      expect(screen.queryByRole('textbox', { name: 'Note' })).toBeNull();
    }
    expect(new Set((sent('POST', '/cells') as { id: string }[]).map(({ id }) => id)).size).toBe(3);
    await waitFor(() => expect(localStorage.length).toBe(0));
  });

  it('shows both texts where somebody saved meanwhile, and saves the merge against theirs', async () => {
    shows([note(1, 'One.\n\nTwo.\n\nThree.')]);
    api.answers[`PATCH ${PATH}/cells/${cellId(1)}`] = ({ body }) =>
      (body as { revision: number }).revision === 2
        ? ok(investigation([note(1, 'merged', { revision: 3 })]))
        : {
            status: 409,
            body: {
              error: {
                code: 'conflict',
                message: 'This cell was changed in the meantime.',
                fields: {
                  title: '',
                  content: JSON.stringify({ kind: 'note', text: 'One.\n\nTwo.\n\nTheirs.' }),
                  revision: '2',
                  editedBy: 'bo',
                },
              },
            },
          };
    open();
    await userEvent.click(await screen.findByRole('button', { name: /^Edit: Note/ }));
    const field = await screen.findByRole('textbox', { name: 'Note' });
    await userEvent.type(field, 'Mine. ', { initialSelectionStart: 0, initialSelectionEnd: 0 });
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    const merge = await screen.findByRole('region', { name: 'Merge of two versions' });
    expect(within(merge).getByText(/bo saved this cell/)).toBeTruthy();
    const merged = within(merge).getByRole('textbox', { name: 'Merged text' }) as HTMLTextAreaElement;
    expect(merged.value).toBe('Mine. One.\n\nTwo.\n\nTheirs.');
    await userEvent.click(within(merge).getByRole('button', { name: 'Save the merge' }));
    await waitFor(() => expect(sent('PATCH', cellId(1))).toHaveLength(2));
    expect(sent('PATCH', cellId(1))[1]).toMatchObject({
      revision: 2,
      content: { text: 'Mine. One.\n\nTwo.\n\nTheirs.' },
    });
  });

  it('moves a cell by keyboard, and keeps the focus on it', async () => {
    shows([note(1, 'one'), note(2, 'two')]);
    api.answers[`POST ${PATH}/cells/${cellId(1)}/move`] = () => {
      shows([note(2, 'two'), note(1, 'one')]);
      return ok(investigation([note(2, 'two'), note(1, 'one')]));
    };
    open();
    const first = await screen.findByRole('article', { name: 'Note cell: Note: one' });
    first.focus();
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await waitFor(async () => expect((await cells())[1]).toBe('Note cell: Note: one'));
    expect(sent('POST', '/move')).toEqual([{ afterCellId: cellId(2) }]);
    await waitFor(() => expect(document.activeElement).toBe(screen.getAllByRole('article')[1]));
  });

  it('takes a cell out, and puts it back where it stood', async () => {
    shows([note(1, 'one'), note(2, 'two'), note(3, 'three')]);
    api.answers[`PATCH ${PATH}/cells/${cellId(2)}`] = ({ body }) => {
      const { removed } = body as { removed: boolean };
      const list = removed ? [note(1, 'one'), note(3, 'three')] : [note(1, 'one'), note(3, 'three'), note(2, 'two')];
      shows(list);
      return ok(investigation(list));
    };
    api.answers[`POST ${PATH}/cells/${cellId(2)}/move`] = () => {
      shows([note(1, 'one'), note(2, 'two'), note(3, 'three')]);
      return ok(investigation([note(1, 'one'), note(2, 'two'), note(3, 'three')]));
    };
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Remove: Note: two' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Undo: remove Note: two' }));
    await waitFor(async () => expect((await cells())[1]).toBe('Note cell: Note: two'));
    expect(sent('PATCH', cellId(2))).toEqual([
      { revision: 1, removed: true },
      { revision: 2, removed: false },
    ]);
    expect(sent('POST', '/move')).toEqual([{ afterCellId: cellId(1) }]);
  });

  it('freezes what it asked: the same question is kept, and the cell set to it', async () => {
    shows([metric(1, 'up')]);
    api.answers['GET /api/metrics'] = ok({
      set: { startMs: 0, stepMs: 30_000, series: [] },
      why: [],
      truncated: null,
    });
    let pin = '';
    api.answers['POST /api/evidence'] = ({ body }) => {
      pin = (body as { id: string }).id;
      return ok({ id: pin });
    };
    let refusals = 1;
    api.answers[`PATCH ${PATH}/cells/${cellId(1)}`] = () => {
      refusals -= 1;
      return refusals >= 0
        ? { status: 503, body: { error: { code: 'storage_unavailable', message: 'The database is busy.' } } }
        : ok(investigation([metric(1, 'up', { state: 'frozen', evidenceId: pin, revision: 2 })]));
    };
    open();
    const button = await screen.findByRole('button', { name: 'Freeze: Metric: up' });
    await waitFor(() => expect(button).toHaveProperty('disabled', false));
    await userEvent.click(button);
    expect(await screen.findByText('The database is busy.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Freeze: Metric: up' }));
    await waitFor(() => expect(sent('PATCH', cellId(1))).toHaveLength(2));
    expect(sent('POST', '/evidence')).toHaveLength(1);
    const asked = sent('POST', '/evidence')[0] as { params: { startMs: number; endMs: number } };
    expect(asked).toMatchObject({ kind: 'metric', path: 'metrics', params: { query: 'up' } });
    expect(asked.params.endMs - asked.params.startMs).toBe(3_600_000);
    expect(sent('PATCH', cellId(1))[1]).toEqual({ revision: 1, state: 'frozen', evidenceId: pin });
  });

  it('attaches an incident by its number and takes it off', async () => {
    const incident = { id: cellId(9), number: 12, title: 'Feature store' };
    shows([]);
    api.answers[`POST ${PATH}/attachment`] = ({ body }) => {
      const { attach } = body as { attach: boolean };
      shows([], { incidents: attach ? [incident] : [] });
      return ok(investigation([], { incidents: attach ? [incident] : [] }));
    };
    open();
    await userEvent.type(await screen.findByRole('textbox', { name: 'Number of an incident' }), 'INC-12{Enter}');
    await userEvent.click(await screen.findByRole('button', { name: 'Detach from INC-12' }));
    expect(await screen.findByText('Attached to no incident.')).toBeTruthy();
    expect(sent('POST', '/attachment')).toEqual([
      { incident: 'INC-12', attach: true },
      { incident: incident.id, attach: false },
    ]);
  });
});
