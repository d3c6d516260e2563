// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CohortsTable } from '@/components/drift/CohortsTable';
import { DriftBar } from '@/components/drift/DriftBar';
import { DriftPage } from '@/components/drift/DriftPage';
import type { FeatureLine } from '@/components/drift/FeatureColumns';
import { FeatureFacts } from '@/components/drift/FeatureFacts';
import { FeatureTable } from '@/components/drift/FeatureTable';
import { HeatStrip } from '@/components/drift/HeatStrip';
import { ReferencesTab } from '@/components/drift/ReferencesTab';
import type { DriftHeat } from '@/lib/contracts/drift';
import { cohortOf, driftedOf, featureOf, qualityOf, rateOf, reportOf } from '../domain/drift-report';
import { PageFrame } from './page-frame';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 20, 9);
const GRID = { startMs: START_MS, windowMs: HOUR_MS, windows: 4, theme: 'dark', zone: 'UTC' } as const;

const heatRow = (feature: string, of: Partial<DriftHeat['rows'][number]> = {}): DriftHeat['rows'][number] => ({
  feature,
  psi: [0.001, 0.002, 0.001, 0.002],
  noiseLimit: [0.006, 0.006, 0.006, 0.006],
  state: ['within-noise', 'within-noise', 'within-noise', 'within-noise'],
  n: [900, 900, 900, 900],
  began: null,
  ...of,
});
const line = (drift: FeatureLine['drift'], heat: FeatureLine['heat'] = null): FeatureLine => ({
  drift,
  heat,
  consequence: undefined,
});

beforeAll(() => {
  // A window that has a height: without one, nothing is in sight.
  for (const name of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => 450 });
  }
  HTMLElement.prototype.scrollIntoView = () => undefined;
});
beforeEach(() => window.history.replaceState(null, '', '/drift?model=churn_scorer'));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const firstRow = () => {
  const [row] = screen.getAllByRole('row').slice(1);
  if (row === undefined) throw new Error('the table has no row');
  return row;
};

describe('the table of features', () => {
  const drifted = driftedOf('amount', {
    missing: { state: 'risen', reference: rateOf(10, 1_000), current: rateOf(80, 1_000), difference: null },
  });

  it('shows state, PSI over its noise, test, sample, and what was never measured', () => {
    render(<FeatureTable label="Features" lines={[line(drifted, heatRow('amount'))]} grid={GRID} open={null} />, {
      wrapper: PageFrame,
    });
    const row = within(firstRow());
    expect(row.getByText('drifted')).toBeTruthy();
    expect(row.getByRole('img', { name: 'PSI 0.4, sampling alone stays under 0.0065' })).toBeTruthy();
    expect(row.getByText('D 0.012')).toBeTruthy();
    expect(row.getByText('3 600')).toBeTruthy();
    expect(row.getByText(/↑/)).toBeTruthy();
    expect(row.getByText('its effect on the score is not known')).toBeTruthy();
  });

  it('draws only the rows in sight of a thousand, and counts them all', () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => line(featureOf(`f${i}`)));
    render(<FeatureTable label="Features" lines={lines} grid={null} open={null} />, { wrapper: PageFrame });
    expect(screen.getByRole('table', { name: 'Features' }).getAttribute('aria-rowcount')).toBe('1001');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
  });

  it('opens and closes a row by Enter, and moves by j', async () => {
    const onOpen = vi.fn();
    render(
      <FeatureTable
        label="Features"
        lines={[line(drifted), line(featureOf('age'))]}
        grid={null}
        open={null}
        onOpen={onOpen}
      />,
      { wrapper: PageFrame },
    );
    firstRow().focus();
    await userEvent.keyboard('{Enter}');
    expect(onOpen).toHaveBeenLastCalledWith('amount');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onOpen).toHaveBeenLastCalledWith('age');
    await userEvent.keyboard('k');
    expect(document.activeElement?.textContent).toContain('amount');
  });

  it('sorts by a column in the address; what is not measured stands last both ways', async () => {
    const lines = [
      line(featureOf('a', { psi: null })),
      line(featureOf('b', { psi: 0.1 })),
      line(featureOf('c', { psi: 0.3 })),
    ];
    render(<FeatureTable label="Features" lines={lines} grid={null} open={null} />, { wrapper: PageFrame });
    const names = () =>
      screen
        .getAllByRole('row')
        .slice(1)
        .map((row) => within(row).getAllByRole('cell')[1]?.textContent);
    expect(names()).toEqual(['a', 'b', 'c']);
    await userEvent.click(screen.getByRole('button', { name: 'PSI' }));
    expect(names()).toEqual(['c', 'b', 'a']);
    expect(window.location.search).toContain('sort=-psi');
    await userEvent.click(screen.getByRole('button', { name: 'PSI' }));
    expect(names()).toEqual(['b', 'c', 'a']);
  });

  it('writes a hostile name as text', () => {
    const name = '<img src=x onerror=alert(1)>';
    render(<FeatureTable label="Features" lines={[line(featureOf(name))]} grid={null} open={null} />, {
      wrapper: PageFrame,
    });
    expect(screen.getByText(name)).toBeTruthy();
    expect(document.querySelector('img')).toBeNull();
  });
});

describe('a strip over time', () => {
  it('says since when, and that nothing moved', () => {
    render(
      <>
        <HeatStrip row={heatRow('quiet')} grid={GRID} />
        <HeatStrip
          row={heatRow('amount', {
            state: ['within-noise', 'not-enough-data', 'drifted', 'drifted'],
            psi: [0.001, null, 0.3, 0.4],
            began: { sinceMs: START_MS + 2 * HOUR_MS, isAtLeast: false },
          })}
          grid={GRID}
        />
      </>,
      { wrapper: PageFrame },
    );
    expect(screen.getByRole('img', { name: 'quiet over time: no window moved' })).toBeTruthy();
    expect(screen.getByRole('img', { name: /^amount over time: moved since/ })).toBeTruthy();
  });
});

describe('bars', () => {
  it('have no drift bar where there is no PSI', () => {
    render(<DriftBar psi={null} noiseLimit={null} state="not-measured" />);
    expect(screen.queryByRole('img')).toBeNull();
  });

  it('say the ratio of a cohort with its interval, the worst cohort first, and a dash without one', () => {
    const cohorts = [
      cohortOf('young'),
      cohortOf('tiny', {
        ratio: null,
        recall: null,
        positives: 3,
        state: 'not-enough-data',
        word: '3 of 50 positives',
      }),
      cohortOf('senior', {
        state: 'below',
        word: 'recall below 90 % of overall',
        ratio: { value: 0.76, interval: { low: 0.7, high: 0.82 } },
      }),
    ];
    render(<CohortsTable cohorts={cohorts} />, { wrapper: PageFrame });
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => within(row).getAllByRole('cell')[1]?.textContent)).toEqual(['senior', 'young', 'tiny']);
    expect(
      screen.getByRole('img', { name: /^76\u202f% of overall, 95 % interval 70\u202f% to 82\u202f%/ }),
    ).toBeTruthy();
    expect(within(rows[2] as HTMLElement).getAllByText('not measured').length).toBeGreaterThan(0);
  });
});

describe('the facts of a feature', () => {
  it('name each measure with what it is, and leave out what was not taken', () => {
    render(<FeatureFacts drift={driftedOf('amount')} />);
    expect(
      screen.getByText(/0\.4, sampling alone 0\.0027 on average, under 0\.0065 in 99 of 100 windows/),
    ).toBeTruthy();
    expect(screen.getByText('PSI over 10 bins')).toBeTruthy();
    cleanup();
    render(
      <FeatureFacts
        drift={featureOf('a', { state: 'not-measured', psi: null, jensenShannon: null, hellinger: null })}
      />,
    );
    expect(screen.queryByText('Hellinger')).toBeNull();
    expect(screen.queryByText(/^0$/)).toBeNull();
  });

  it('name categories never seen and those that are gone', () => {
    render(
      <FeatureFacts
        drift={featureOf('country', {
          kind: 'categorical',
          unseen: [{ name: 'FR', count: 50, share: 0.05 }],
          unseenMore: 2,
          gone: [{ name: 'IN', count: 900, share: 0.1 }],
        })}
      />,
    );
    expect(screen.getByText(/FR \(5\.0 %\) and 2 more/)).toBeTruthy();
    expect(screen.getByText(/IN \(10 %\)/)).toBeTruthy();
  });
});

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

describe('uploading a reference', () => {
  it('shows where the file is wrong, says that nothing was stored, and keeps it chosen', async () => {
    vi.stubGlobal('fetch', async (_: string, init?: RequestInit) =>
      init?.method === 'POST'
        ? json({ error: { code: 'bad_request', message: 'Line 3: the count of "amount" is negative.' } }, 400)
        : json({ baselines: [], more: false }),
    );
    render(<ReferencesTab model="reco" versions={[{ version: '2.4.0', role: 'champion' }]} />, { wrapper: PageFrame });
    expect(screen.getByRole('button', { name: 'Upload' }).hasAttribute('disabled')).toBe(true);
    const input = screen.getByLabelText<HTMLInputElement>('File');
    await userEvent.upload(input, new File(['amount\n-5'], 'reco.csv', { type: 'text/csv' }));
    await userEvent.click(screen.getByRole('button', { name: 'Upload' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Line 3: the count of "amount" is negative.');
    expect(alert.textContent).toContain('Nothing of it was stored. The file stays chosen.');
    expect(input.files?.[0]?.name).toBe('reco.csv');
    expect(await screen.findByText('Nobody uploaded a reference for reco.')).toBeTruthy();
  });
});

describe('a file of 500 MB', () => {
  it('is refused before a byte of it is sent, and another may be chosen', async () => {
    const sent: string[] = [];
    vi.stubGlobal('fetch', async (_: string, init?: RequestInit) => {
      if (init?.method === 'POST') sent.push('a file');
      return json({ baselines: [], more: false });
    });
    render(<ReferencesTab model="reco" versions={[]} />, { wrapper: PageFrame });
    const large = new File(['amount'], 'huge.csv', { type: 'text/csv' });
    Object.defineProperty(large, 'size', { value: 500_000_000 });
    await userEvent.upload(screen.getByLabelText('File'), large);
    expect((await screen.findByRole('alert')).textContent).toMatch(
      /This file has 500.MB; a baseline has at most 20.MB/,
    );
    expect(screen.getByRole('button', { name: 'Upload' }).hasAttribute('disabled')).toBe(true);
    await userEvent.upload(screen.getByLabelText('File'), new File(['amount'], 'small.csv', { type: 'text/csv' }));
    expect(screen.getByRole('button', { name: 'Upload' }).hasAttribute('disabled')).toBe(false);
    expect(sent).toEqual([]);
  });
});

describe('the page', () => {
  const heat: DriftHeat = {
    ...reportOf([]),
    startMs: GRID.startMs,
    windowMs: GRID.windowMs,
    windows: GRID.windows,
    rows: [
      heatRow('amount', {
        state: ['within-noise', 'watch', 'drifted', 'drifted'],
        began: { sinceMs: START_MS + HOUR_MS, isAtLeast: false },
      }),
    ],
  };
  const answers: Record<string, () => Response> = {
    '/api/drift': () => json(reportOf([featureOf('age'), driftedOf('amount')])),
    '/api/drift/heat': () => json(heat),
    '/api/quality': () => json(qualityOf({ cohorts: [cohortOf('senior', { state: 'below' })] })),
    '/api/drift/consequences': () =>
      json({ model: 'm', version: null, how: null, words: 'too few lines', sample: null, rows: [], gaps: [], why: [] }),
    '/api/events': () => json({ events: [], gaps: [], truncated: null, why: [] }),
  };
  const serve = (more: Record<string, () => Response> = {}) =>
    vi.stubGlobal('fetch', async (url: string) => {
      const path = new URL(url, 'http://console').pathname;
      return { ...answers, ...more }[path]?.() ?? json({ models: [], gaps: [] });
    });

  it('answers first: what moved, since when, against what, and which cohort; the drifted feature leads the table', async () => {
    serve();
    render(<DriftPage />, { wrapper: PageFrame });
    const answer = await screen.findByRole('region', { name: 'Answer' });
    await within(answer).findByText(/since \d{4}-\d\d-\d\d/);
    expect(answer.textContent).toMatch(/churn_scorer 1\.8\.2: amount has drifted since/);
    expect(await within(answer).findByText('senior')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'What is compared' }).textContent).toContain(
      '1.8.2 against the training baseline of 1.8.2',
    );
    expect(within(firstRow()).getByText('amount')).toBeTruthy();
  });

  it('filters by name in the address, and says how many of how many', async () => {
    serve();
    render(<DriftPage />, { wrapper: PageFrame });
    await userEvent.type(await screen.findByLabelText('Find a feature'), 'am');
    expect(await screen.findByText('1 of 2 features')).toBeTruthy();
    expect(window.location.search).toContain('find=am');
    await userEvent.type(screen.getByLabelText('Find a feature'), 'zz');
    expect(screen.getByText(/No feature’s name holds “amzz”/)).toBeTruthy();
  });

  it('says what is missing where no feature is measured', async () => {
    const missing = [{ signal: 'features', reason: 'No feature_value is exported.', remedy: null }];
    serve({ '/api/drift': () => json(reportOf([], { missing })) });
    render(<DriftPage />, { wrapper: PageFrame });
    expect(await screen.findByText('No feature is measured in this range.')).toBeTruthy();
    expect(screen.getAllByText(/No feature_value is exported\./).length).toBeGreaterThan(0);
  });

  it('says once that there is no such model, and which there are', async () => {
    const unknown = { error: { code: 'not_found', message: 'There is no model “churn_scorer” in this range.' } };
    serve({
      '/api/drift': () => json(unknown, 404),
      '/api/fleet/choices': () =>
        json({ models: [{ model: 'reco', versions: [{ version: '2.4.0', role: 'champion' }] }] }),
    });
    render(<DriftPage />, { wrapper: PageFrame });
    expect(await screen.findByText(/There is no model/)).toBeTruthy();
    expect((await screen.findByRole('link', { name: 'reco' })).getAttribute('href')).toContain('model=reco');
    expect(screen.getAllByText(/There is no model/)).toHaveLength(1);
  });

  it('keeps the inputs when quality fails, and says so', async () => {
    const refused = {
      error: { code: 'upstream_rejected', message: 'Prometheus refused the query.', source: 'Prometheus' },
    };
    serve({ '/api/quality': () => json(refused, 502) });
    render(<DriftPage />, { wrapper: PageFrame });
    expect(await screen.findByText(/Quality cannot be said now\. Prometheus refused the query\./)).toBeTruthy();
    expect(within(firstRow()).getByText('amount')).toBeTruthy();
  });

  it('lets another reference be chosen, in the address', async () => {
    serve();
    render(<DriftPage />, { wrapper: PageFrame });
    await screen.findByText(/against/);
    await userEvent.selectOptions(screen.getByLabelText('Against'), 'earlier');
    expect(window.location.search).toContain('with=earlier');
  });
});
