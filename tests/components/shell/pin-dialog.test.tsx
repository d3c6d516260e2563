// @vitest-environment happy-dom
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PinDialog } from '@/components/shell/PinDialog';
import { consoleApiAt, ok } from '../console-api';
import { PageFrame } from '../page-frame';

const INVESTIGATION = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const PANEL = {
  title: 'Errors',
  pin: { kind: 'errors', path: 'models/m/traffic', params: { startMs: 1, endMs: 2 } },
} as const;

const api = consoleApiAt('/models/m?from=now-3h');
beforeEach(() => {
  api.answers = {
    'GET /api/incidents': ok({ incidents: [] }),
    'GET /api/investigations': ok({ investigations: [] }),
    'POST /api/evidence': ({ body }) =>
      ok({ id: (body as { id: string }).id, title: 'Errors', sha256: 'ab'.repeat(32), isPartial: false, warnings: [] }),
    'POST /api/investigations': ok({ id: INVESTIGATION, number: 8, title: 'Errors rose' }),
  };
});
afterEach(cleanup);

const open = (panel: Parameters<typeof PinDialog>[0]['panel'] = PANEL) =>
  render(
    <PageFrame>
      <PinDialog panel={panel} onClose={() => undefined} />
    </PageFrame>,
  );
const sent = (path: string) =>
  api.asked.filter((one) => one.method === 'POST' && one.path === path).map(({ body }) => body);
const CELLS = `/api/investigations/${INVESTIGATION}/cells`;

describe('pinning a panel', () => {
  it('begins an investigation with it, once, though putting it there takes a second press', async () => {
    api.answers[`POST ${CELLS}`] = {
      status: 503,
      body: { error: { code: 'storage_unavailable', message: 'The database is busy.' } },
    };
    open();
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Where to' }), 'A new investigation');
    await userEvent.type(screen.getByRole('textbox', { name: /What it shows/ }), 'Errors rose');
    await userEvent.click(screen.getByRole('button', { name: 'Freeze' }));
    expect(await screen.findByText(/The database is busy/)).toBeTruthy();
    api.answers[`POST ${CELLS}`] = ok({ id: INVESTIGATION, number: 8 });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect((await screen.findByRole('link', { name: 'Investigation 8: Errors rose' })).getAttribute('href')).toBe(
      '/investigations/8',
    );
    const begun = sent('/api/investigations') as { id: string; title: string }[];
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1);
    expect(begun[0]?.title).toBe('Errors rose');
    expect(sent('/api/evidence')).toHaveLength(1);
    const cells = sent(CELLS) as { id: string }[];
    expect(new Set(cells.map(({ id }) => id)).size).toBe(1);
    expect(cells[0]).toMatchObject({ title: 'Errors rose', content: { kind: 'evidence' }, state: 'frozen' });
  });

  it('keeps the address of a panel that has one of its own, and else that of the page', async () => {
    open({ ...PANEL, look: { pathname: '/logs', search: 'from=1&to=2' } });
    await userEvent.click(screen.getByRole('button', { name: 'Freeze' }));
    await waitFor(() => expect(sent('/api/evidence')).toHaveLength(1));
    expect(sent('/api/evidence')[0]).toMatchObject({ look: { pathname: '/logs', search: 'from=1&to=2' } });
    cleanup();
    open();
    await userEvent.click(screen.getByRole('button', { name: 'Freeze' }));
    await waitFor(() => expect(sent('/api/evidence')).toHaveLength(2));
    expect(sent('/api/evidence')[1]).toMatchObject({ look: { pathname: '/models/m', search: 'from=now-3h' } });
  });
});
