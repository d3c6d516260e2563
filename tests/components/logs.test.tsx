// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LinesFoot } from '@/components/logs/LinesFoot';
import { LogList, type LogListProps } from '@/components/logs/LogList';
import { longestWords } from '@/components/logs/PatternsView';
import { TailBar } from '@/components/logs/TailBar';
import type { Tail } from '@/components/logs/use-tail';
import { LINE_CUT_CHARS, type LogRow } from '@/lib/contracts/logs';

let search = new URLSearchParams();
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/logs',
  useSearchParams: () => search,
}));

const asked: string[] = [];
beforeAll(() => {
  // A window that has a height: without one, nothing is in sight.
  const sized = (name: string, of: (element: Element) => number) =>
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get(this: Element) {
        return of(this);
      },
    });
  sized('clientHeight', ({ tagName }) => (tagName === 'SECTION' ? 660 : 22));
  sized('clientWidth', () => 1_000);
  sized('offsetHeight', ({ tagName }) => (tagName === 'LI' ? 22 : 660));
});
beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return new Response(url.includes('/logs/line') ? `${'x'.repeat(10)} whole` : '{}');
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  search = new URLSearchParams();
});

const row = (n: number, patch: Partial<LogRow> = {}): LogRow => ({
  id: `${1_795_243_825_711_000_000n + BigInt(n)}-${n.toString(16).padStart(12, '0')}`,
  ns: String(1_795_243_825_711_000_000n + BigInt(n)),
  timeMs: 1_795_243_825_711,
  level: 'info',
  line: JSON.stringify({ event: `event ${n}`, n }),
  wholeChars: null,
  labels: { service_name: 'api', level: 'info' },
  metadata: {},
  parsed: {},
  fields: null,
  redacted: false,
  ...patch,
});

const around = (children: ReactNode) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
);

function show(rows: readonly LogRow[], patch: Partial<LogListProps> = {}) {
  const props: LogListProps = {
    rows,
    look: { columns: [], isWrapped: false, isRaw: false, hasService: true },
    openId: null,
    onOpen: vi.fn(),
    onFilter: vi.fn(),
    onColumn: vi.fn(),
    foot: 'the foot',
    ...patch,
  };
  const view = render(around(<LogList {...props} />));
  return { props, again: (next: Partial<LogListProps>) => view.rerender(around(<LogList {...props} {...next} />)) };
}

describe('the list of lines', () => {
  it('draws those in sight of 50,000, and tells how many there are', () => {
    show(Array.from({ length: 50_000 }, (_, n) => row(n)));
    const items = screen.getAllByRole('listitem');
    expect(items.length).toBeGreaterThan(20);
    expect(items.length).toBeLessThan(100);
    expect(items[0]?.getAttribute('aria-setsize')).toBe('50000');
    expect(screen.getByText('the foot')).toBeDefined();
  });

  it('asks for the next page near its end, not before', () => {
    const onEnd = vi.fn();
    const { again } = show(
      Array.from({ length: 2_000 }, (_, n) => row(n)),
      { onEnd },
    );
    expect(onEnd).not.toHaveBeenCalled();
    again({ rows: Array.from({ length: 50 }, (_, n) => row(n)), onEnd });
    expect(onEnd).toHaveBeenCalled();
  });

  it('shows markup and terminal colours as text', () => {
    show([
      row(1, { line: '{"event":"<script>alert(1)</script><img src=x onerror=alert(2)>"}' }),
      row(2, { line: '\u001b[31mred\u001b[0m <b>bold</b>' }),
    ]);
    expect(document.querySelector('script, img, b')).toBeNull();
    const [first, second] = screen.getAllByRole('listitem');
    expect(first?.textContent).toContain('<script>alert(1)</script>');
    expect(second?.textContent).toContain('red <b>bold</b>');
    expect(second?.textContent).not.toContain('\u001b');
  });

  it('shows fields as columns, with a dash where a line has none', () => {
    show([row(1), row(2, { line: 'no fields' })], {
      look: { columns: ['n'], isWrapped: false, isRaw: false, hasService: false },
    });
    const [first, second] = screen.getAllByRole('listitem');
    expect(within(first ?? document.body).getByTitle('1')).toBeDefined();
    expect(within(second ?? document.body).getByTitle('no n').textContent).toBe('–');
  });

  it('opens a line by a press and by Enter, j and k move', async () => {
    const user = userEvent.setup();
    const rows = [row(1), row(2), row(3)];
    const { props } = show(rows);
    await user.click(screen.getByRole('button', { name: /event 2/ }));
    expect(props.onOpen).toHaveBeenCalledWith(rows[1]?.id);
    await user.keyboard('j');
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain('event 3'));
    await user.keyboard('{Enter}');
    expect(props.onOpen).toHaveBeenCalledWith(rows[2]?.id);
    await user.keyboard('k');
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain('event 2'));
  });
});

describe('an opened line', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const opened = row(1, {
    line: JSON.stringify({ event: 'failed', error: 'Timeout', request_id: 'req-1', json: 'x' }),
    metadata: { trace_id: trace },
    redacted: true,
  });

  it('leads to its trace and its request', () => {
    show([opened], { openId: opened.id });
    expect(screen.getByRole('link', { name: /trace 4bf92f35/ }).getAttribute('href')).toBe(`/traces/${trace}`);
    expect(screen.getByRole('link', { name: /request req-1/ }).getAttribute('href')).toBe('/requests/req-1');
    expect(screen.getByText(/redaction rule took something out/)).toBeDefined();
  });

  it('filters by a field with its kind, and makes it a column', async () => {
    const user = userEvent.setup();
    const { props } = show([opened], { openId: opened.id });
    await user.click(screen.getByRole('button', { name: 'Only lines with this error' }));
    expect(props.onFilter).toHaveBeenCalledWith({ kind: 'json', name: 'error', op: '=', value: 'Timeout' });
    await user.click(screen.getByRole('button', { name: 'No lines with this trace_id' }));
    expect(props.onFilter).toHaveBeenCalledWith({ kind: 'meta', name: 'trace_id', op: '!=', value: trace });
    await user.click(screen.getByRole('button', { name: 'Show error as a column' }));
    expect(props.onColumn).toHaveBeenCalledWith('error');
    // A word of the language cannot be filtered by.
    expect(screen.getByRole('button', { name: 'Only lines with this json' }).hasAttribute('disabled')).toBe(true);
  });

  it('that was cut says so, and shows all of it on request', async () => {
    const user = userEvent.setup();
    const cut = row(1, { line: 'y'.repeat(LINE_CUT_CHARS), wholeChars: 19_000_000, fields: { event: 'dump' } });
    show([cut], { openId: cut.id });
    expect(screen.getByText(/The first 8 192 of 19 000 000 characters/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Show all' }));
    expect(await screen.findByText('xxxxxxxxxx whole')).toBeDefined();
    expect(asked[0]).toContain(`/api/logs/line?id=${cut.id}`);
  });
});

describe('what lies beyond the last line', () => {
  const foot = (patch: object) =>
    render(
      <LinesFoot
        direction="backward"
        loaded={1_000}
        isWhole={false}
        isFull={false}
        isFetching={false}
        lastMs={null}
        lost={[]}
        onMore={() => undefined}
        {...patch}
      />,
    );

  it('is named: the end, more, or what was cut off and at which end', () => {
    foot({ isWhole: true });
    expect(screen.getByText('The beginning of the range: all 1 000 lines are here.')).toBeDefined();
    foot({ isFull: true, loaded: 50_000, direction: 'forward' });
    expect(screen.getByText(/50 000 lines are held, and the newer ones are cut off/)).toBeDefined();
    foot({});
    expect(screen.getByRole('button', { name: 'Read older lines' })).toBeDefined();
    foot({ lost: ['More than 5000 lines share one instant; the others of that instant are left out.'] });
    expect(screen.getByText(/share one instant/)).toBeDefined();
  });
});

describe('the bar of a live tail', () => {
  const tail: Tail = {
    state: 'live',
    reason: null,
    rows: [],
    waiting: 0,
    dropped: 0,
    isDroppedUncounted: false,
    perSecond: 12.4,
  };
  const bar = (patch: Partial<Tail>, isPaused = false) => {
    const onPause = vi.fn();
    render(<TailBar tail={{ ...tail, ...patch }} isPaused={isPaused} onPause={onPause} onStop={() => undefined} />);
    return onPause;
  };

  it.each([
    [{ state: 'live' } as const, 'Live'],
    [{ state: 'behind', reason: 'The newest line is 40 s old.' } as const, 'Behind'],
    [{ state: 'recovering', reason: 'Loki ended the live tail: code 1006.' } as const, 'Reconnecting'],
    [{ state: 'ended', reason: 'parse error' } as const, 'Ended'],
  ])('says its state and the reason: %j', (patch, word) => {
    bar(patch);
    const status = screen.getByRole('status');
    expect(status.textContent).toContain(word);
    if ('reason' in patch) expect(status.textContent).toContain(patch.reason);
  });

  it('says what was dropped, and what waits', async () => {
    const onPause = bar({ dropped: 1_200, isDroppedUncounted: true, waiting: 132 }, true);
    expect(screen.getByText(/dropped at least 1 200/)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Resume, 132 new' }));
    expect(onPause).toHaveBeenCalledWith(false);
  });
});

describe('a pattern as a filter', () => {
  it('is its longest words', () => {
    expect(longestWords('<_>slow_upstream<_>')).toBe('slow_upstream');
    expect(longestWords('failed · Timeout after <_>')).toBe('Timeout after');
  });
});
