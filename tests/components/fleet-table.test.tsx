// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FleetTable } from '@/components/overview/FleetTable';
import type { ModelRow, Vitals } from '@/lib/contracts/fleet';

const push = vi.fn();
let search = new URLSearchParams();
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  usePathname: () => '/',
  useSearchParams: () => search,
}));

const quantile = (ms: number | null, atLeast = false) => ({ ms, atLeast });

const vitals = (patch: Partial<Vitals> = {}): Vitals => ({
  requestsPerSecond: 8,
  requests: 28_800,
  errorRatio: 0.009,
  p50: quantile(88),
  p95: quantile(263),
  p99: quantile(412),
  ...patch,
});

const model = (name: string, patch: Partial<ModelRow> = {}): ModelRow => ({
  ...vitals(),
  model: name,
  status: 'ok',
  word: 'well',
  change: { requests: 0.02, errorRatio: 0.006, p50: 0.04, p95: 0.31, p99: 0.44 },
  budget: { objective: 0.999, windowDays: 30, leftRatio: 0.18, burnRate: 14.9 },
  inputs: { status: 'watch', word: 'amount drifted' },
  labelAgeMs: 720_000,
  firingAlerts: 1,
  p95Spark: [200, null, 263],
  versions: [],
  missing: [],
  ...patch,
});

const version = (name: string, role: 'champion' | 'challenger', share: number) => ({
  ...vitals(),
  version: name,
  role,
  share,
  status: 'ok' as const,
  word: 'in line',
});

const rowNamed = (name: string | RegExp) => {
  const row = screen.getByRole('link', { name }).closest('tr');
  if (row === null) throw new Error(`no row ${name}`);
  return within(row);
};

/** The cell of a model's row under a header. */
const cellOf = (name: string, header: string): HTMLElement => {
  const at = screen.getAllByRole('columnheader').findIndex((each) => each.textContent?.includes(header));
  const cell = rowNamed(name).getAllByRole('cell')[at];
  if (cell === undefined) throw new Error(`no column ${header}`);
  return cell;
};

afterEach(() => {
  cleanup();
  push.mockReset();
  search = new URLSearchParams();
});

describe('the fleet table', () => {
  it('shows a model with its numbers, its change and what is left of its budget', () => {
    render(<FleetTable rows={[model('fraud_detector')]} />);
    const row = rowNamed('fraud_detector');
    for (const text of ['0.9', '+0.6', '263', '+31 %', '18 %', 'amount drifted', '12 min']) {
      expect(row.getByText(text, { exact: false })).toBeDefined();
    }
    expect(cellOf('fraud_detector', 'Alerts').textContent).toBe('1');
  });

  it('gives versions lines of their own, with role and share, from two on', () => {
    const versions = [version('2.3.0', 'champion', 0.8), version('2.4.0', 'challenger', 0.2)];
    render(
      <FleetTable
        rows={[model('fraud_detector', { versions }), model('churn_scorer', { versions: versions.slice(0, 1) })]}
      />,
    );
    expect(rowNamed('2.4.0').getByText(/challenger 20 %/)).toBeDefined();
    expect(screen.getAllByRole('link', { name: '2.3.0' })).toHaveLength(1);
    expect(rowNamed('churn_scorer').getByText('2.3.0')).toBeDefined();
  });

  it('says "not measured" where nothing was measured, never zero', () => {
    const nothing = {
      ...vitals({ errorRatio: null, p95: quantile(null) }),
      labelAgeMs: null,
      firingAlerts: null,
    };
    render(<FleetTable rows={[model('triton_model', { ...nothing, p95Spark: [null, null] })]} />);
    expect(rowNamed('triton_model').getAllByText('not measured').length).toBeGreaterThanOrEqual(4);
    expect(cellOf('triton_model', 'Alerts').textContent).toContain('not measured');
  });

  it('marks a quantile of the open last bucket as a lower bound', () => {
    render(<FleetTable rows={[model('slow', { p99: quantile(10_000, true) })]} />);
    expect(rowNamed('slow').getByText(/≥/)).toBeDefined();
  });

  it('keeps the order of need until a column is chosen in the address', () => {
    const rows = [
      model('b', { p95: quantile(10) }),
      model('a', { p95: quantile(90) }),
      model('c', { p95: quantile(null) }),
    ];
    const order = () =>
      screen.getAllByRole('row').flatMap((row) => within(row).queryAllByRole('link')[0]?.textContent ?? []);
    const { unmount } = render(<FleetTable rows={rows} />);
    expect(order()).toEqual(['b', 'a', 'c']);
    unmount();
    search = new URLSearchParams('sort=-p95');
    render(<FleetTable rows={rows} />);
    expect(order()).toEqual(['a', 'b', 'c']);
  });

  it('opens a model with Enter on its row', async () => {
    render(<FleetTable rows={[model('fraud_detector')]} />);
    screen.getByRole('link', { name: 'fraud_detector' }).closest('tr')?.focus();
    await userEvent.keyboard('{Enter}');
    expect(push).toHaveBeenCalledWith('/models/fraud_detector');
  });

  it('draws a hostile model name as text', () => {
    render(<FleetTable rows={[model('<img src=x onerror=alert(1)>"} or vector(1) #')]} />);
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByText('<img src=x onerror=alert(1)>"} or vector(1) #')).toBeDefined();
  });
});
