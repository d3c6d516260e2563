// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { toCsv } from '@/components/ui/download';
import { Panel } from '@/components/ui/Panel';
import { PageFrame } from '../page-frame';

interface Row {
  model: string;
  p95: number | null;
  versions: Row[];
}

const row = (model: string, p95: number | null, versions: Row[] = []): Row => ({ model, p95, versions });
const ROWS = [row('fraud', 263, [row('2.3.0', 261), row('2.4.0', 271)]), row('<b>reco</b>', null), row('churn', 174)];
const COLUMNS: readonly Column<Row>[] = [
  { id: 'model', header: 'Model', value: ({ model }) => model, cell: ({ model }) => model },
  { id: 'p95', header: 'P95 ms', numeric: true, value: ({ p95 }) => p95, cell: ({ p95 }) => p95 ?? '–' },
  { id: 'note', header: 'Note', cell: () => null },
];

function show(onOpen?: (row: Row) => void) {
  render(
    <PageFrame>
      <Panel title="Fleet">
        <DataTable
          label="Fleet"
          rows={ROWS}
          columns={COLUMNS}
          rowId={({ model }) => model}
          subRows={({ versions }) => versions}
          onOpen={onOpen}
        />
      </Panel>
    </PageFrame>,
  );
}

const models = () => {
  const [, ...rows] = within(screen.getByRole('table', { name: 'Fleet' })).getAllByRole('row');
  return rows.map((each) => within(each).getAllByRole('cell')[0]?.textContent);
};

describe('a table', () => {
  beforeEach(() => window.history.replaceState(null, '', '/'));
  afterEach(cleanup);

  it('keeps the order it was given, with the rows beneath a row', () => {
    show();
    expect(models()).toEqual(['fraud', '2.3.0', '2.4.0', '<b>reco</b>', 'churn']);
  });

  it('sorts with the address bar, unmeasured last both ways, rows beneath moving along', async () => {
    show();
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'P95 ms' }));
    expect(window.location.search).toBe('?sort=-p95');
    expect(models()).toEqual(['fraud', '2.3.0', '2.4.0', 'churn', '<b>reco</b>']);
    expect(screen.getByRole('columnheader', { name: 'P95 ms' }).getAttribute('aria-sort')).toBe('descending');
    await user.click(screen.getByRole('button', { name: 'P95 ms' }));
    expect(window.location.search).toBe('?sort=p95');
    expect(models()).toEqual(['churn', 'fraud', '2.3.0', '2.4.0', '<b>reco</b>']);
    await user.click(screen.getByRole('button', { name: 'P95 ms' }));
    expect(window.location.search).toBe('');
  });

  it('opens sorted as the link says, and ignores a column that is not there', () => {
    window.history.replaceState(null, '', '/?sort=model');
    show();
    expect(models()[0]).toBe('<b>reco</b>');
    cleanup();
    window.history.replaceState(null, '', '/?sort=-nothing');
    show();
    expect(models()[0]).toBe('fraud');
  });

  it('goes by j and k and opens with Enter', async () => {
    const opened: string[] = [];
    show(({ model }) => opened.push(model));
    const user = userEvent.setup();
    await user.keyboard('jjk');
    expect(document.activeElement?.textContent).toContain('fraud');
    await user.keyboard('{ArrowDown}{Enter}');
    expect(opened).toEqual(['2.3.0']);
  });

  it('shows telemetry as text', () => {
    show();
    expect(screen.getByText('<b>reco</b>')).toBeTruthy();
    expect(document.querySelector('td b')).toBeNull();
  });

  it('offers its panel a CSV, and no table behind a table', () => {
    show();
    expect(screen.getByRole('button', { name: 'Download CSV: Fleet' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Show as table: Fleet' })).toBeNull();
  });
});

describe('CSV', () => {
  it('holds formulas as text, numbers bare, and nothing where nothing was measured', async () => {
    const csv = await toCsv({
      columns: [
        { label: '=HYPERLINK("x")', numeric: false },
        { label: 'P95', numeric: true },
      ],
      rows: [
        ['+cmd|calc', -1.5],
        ['@SUM(1)', null],
        ['a "b", c', 0],
      ],
    });
    expect(csv.split('\r\n')).toEqual([
      `"'=HYPERLINK(""x"")",P95`,
      `"'+cmd|calc",-1.5`,
      `"'@SUM(1)",`,
      `"a ""b"", c",0`,
    ]);
  });
});
