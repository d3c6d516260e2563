// @vitest-environment happy-dom
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TraceTable } from '@/components/traces/TraceTable';
import type { TraceRow } from '@/lib/contracts/traces';
import { PageFrame } from '../page-frame';

const row = (index: number, patch: Partial<TraceRow> = {}): TraceRow => ({
  traceId: index.toString(16).padStart(32, '0'),
  rootService: 'gateway',
  rootName: 'POST /predict',
  startMs: Date.UTC(2026, 0, 15, 12, 0, 0) - index * 1_000,
  traceDurationMs: 100 + index,
  rootDurationMs: 99.5 + index,
  model: 'fraud_detector',
  version: '2.4.0',
  failed: false,
  errorSpans: 0,
  spanCount: 6,
  matched: 6,
  spans: [],
  ...patch,
});

// happy-dom lays nothing out: the scroller has the height the page gives it.
const sizes = { clientHeight: 480, clientWidth: 1_200 };
const before = Object.keys(sizes).map(
  (name) => [name, Object.getOwnPropertyDescriptor(HTMLElement.prototype, name)] as const,
);
beforeEach(() => {
  for (const [name, value] of Object.entries(sizes)) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
  window.history.replaceState(null, '', '/traces?model=fraud_detector');
});
afterEach(() => {
  cleanup();
  for (const [name, descriptor] of before) {
    if (descriptor === undefined) Reflect.deleteProperty(HTMLElement.prototype, name);
    else Object.defineProperty(HTMLElement.prototype, name, descriptor);
  }
});

const show = async (rows: readonly TraceRow[], selected: ReadonlySet<string> | null = null) => {
  render(
    <PageFrame>
      <TraceTable rows={rows} selected={selected} word="slow" />
    </PageFrame>,
  );
  // The rows follow once the height is known.
  await waitFor(() => expect(dataRows().length).toBeGreaterThan(0));
};
const dataRows = () => screen.getAllByRole('row').slice(1);

describe('the table of traces', () => {
  it('names root and trace duration apart, and says what is not known', async () => {
    await show([row(1, { traceDurationMs: 323, rootDurationMs: null, version: null, spanCount: null, failed: null })]);
    expect(screen.getByRole('columnheader', { name: /^Trace ms/ })).toBeDefined();
    expect(screen.getByRole('columnheader', { name: /^Root ms/ })).toBeDefined();
    const [only] = dataRows();
    if (only === undefined) throw new Error('no row');
    expect(within(only).getByText('323')).toBeDefined();
    expect(within(only).getAllByText('not measured').length).toBe(4);
  });

  it('draws only the rows in sight of a thousand, and tells how many there are', async () => {
    await show(Array.from({ length: 1_000 }, (_, index) => row(index)));
    expect(screen.getByRole('table', { name: 'Traces' }).getAttribute('aria-rowcount')).toBe('1001');
    expect(dataRows().length).toBeGreaterThan(5);
    expect(dataRows().length).toBeLessThan(80);
  });

  it('shows hostile names as text', async () => {
    await show([row(1, { rootName: '<img src=x onerror=alert(1)>', model: '<script>alert(1)</script>' })]);
    expect(screen.getByText('<script>alert(1)</script>')).toBeDefined();
    expect(document.querySelector('script, img')).toBeNull();
  });

  it('walks with j and k and opens with Enter, keeping the view', async () => {
    const user = userEvent.setup();
    await show([row(1), row(2), row(3)]);
    await user.keyboard('j');
    await expect.poll(() => document.activeElement?.getAttribute('aria-rowindex')).toBe('2');
    await user.keyboard('jj');
    await expect.poll(() => document.activeElement?.getAttribute('aria-rowindex')).toBe('4');
    await user.keyboard('k');
    await expect.poll(() => document.activeElement?.getAttribute('aria-rowindex')).toBe('3');
    await user.keyboard('{Enter}');
    expect(window.location.href).toContain(`/traces/${row(2).traceId}?model=fraud_detector`);
  });

  it('sorts by a column through the address, what is not measured last', async () => {
    const user = userEvent.setup();
    await show([row(1, { traceDurationMs: 50 }), row(2, { traceDurationMs: 900 }), row(3, { rootDurationMs: null })]);
    const durations = () => dataRows().map((one) => within(one).getAllByRole('cell')[5]?.textContent);
    await user.click(screen.getByRole('button', { name: /^Trace ms/ }));
    expect(window.location.search).toContain('sort=-duration');
    expect(durations()).toEqual(['900', '103', '50']);
    await user.click(screen.getByRole('button', { name: /^Root ms/ }));
    await user.click(screen.getByRole('button', { name: /^Root ms/ }));
    expect(window.location.search).toContain('sort=rootDuration');
    expect(durations().at(-1)).toBe('103');
  });

  it('marks the selected for who cannot see the mark', async () => {
    await show([row(1), row(2)], new Set([row(2).traceId]));
    expect(screen.getAllByText(', slow')).toHaveLength(1);
  });
});
