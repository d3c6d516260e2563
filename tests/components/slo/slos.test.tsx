// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BurnCell } from '@/components/slo/BurnCell';
import { ObjectivesPanel } from '@/components/slo/ObjectivesPanel';
import { RulesPanel } from '@/components/slo/RulesPanel';
import type { BurnPairRow, SloRow, SloRules, Slos } from '@/lib/contracts/slo';
import { bySloNeed, slosAnswer } from '@/lib/domain/slo-answer';
import { PageFrame } from '../page-frame';

const HOUR_MS = 3_600_000;

const pair = (patch: Partial<BurnPairRow> = {}): BurnPairRow => ({
  longMs: HOUR_MS,
  shortMs: 300_000,
  severity: 'page',
  factor: 14.4,
  longBurn: 0.5,
  shortBurn: 0.4,
  coverageRatio: 1,
  firing: false,
  silent: null,
  meaning: 'eats 2 % of the 30 d budget an hour, all of it in 2 d 2 h',
  ...patch,
});

const row = (patch: Partial<SloRow> = {}): SloRow => ({
  id: 'fraud/availability',
  model: 'fraud',
  name: 'availability',
  kind: 'availability',
  origin: 'windsock',
  promise: '99.9 % of requests succeed, over 30 d',
  objective: 0.999,
  windowMs: 720 * HOUR_MS,
  owner: 'risk-ml',
  runbook: 'https://runbooks.example.com/x',
  attainment: 0.9995,
  leftRatio: 0.5,
  coverageRatio: 1,
  total: 1000,
  bad: 1,
  pairs: [pair(), pair({ longMs: 6 * HOUR_MS }), pair({ longMs: 24 * HOUR_MS }), pair({ longMs: 72 * HOUR_MS })],
  endsInMs: null,
  state: 'ok',
  status: 'ok',
  word: 'ok',
  problem: null,
  kept: null,
  completeUntilMs: null,
  ...patch,
});

const firing = row({
  id: 'reco/availability',
  model: 'reco',
  state: 'page',
  status: 'bad',
  word: 'page',
  leftRatio: 0.12,
  endsInMs: 5 * HOUR_MS,
  pairs: [pair({ longBurn: 38, shortBurn: 41, firing: true })],
});
const blind = row({
  id: 'churn/quality',
  model: 'churn',
  name: 'quality',
  attainment: null,
  leftRatio: null,
  state: 'no data',
  status: 'unknown',
  word: 'no data, was page',
  problem: 'Only 40 % of the last 30 d is measured.',
  kept: { state: 'page', atMs: 1_795_000_000_000 },
  pairs: [pair({ longBurn: null, shortBurn: null, coverageRatio: 0.4 })],
});

const slosOf = (rows: SloRow[]): Slos => ({
  answer: slosAnswer(rows),
  evaluatedAtMs: 0,
  rows,
  notes: ['A note.'],
  missing: [],
  why: [],
});

const text = (rows: SloRow[]): string =>
  slosAnswer(rows)
    .map(({ parts }) => parts.map((part) => part.text).join(''))
    .join('\n');

beforeEach(() => window.history.replaceState(null, '', '/slos'));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const line = (name: string) => {
  const found = screen.getByRole('cell', { name }).closest('tr');
  if (found === null) throw new Error(`no row ${name}`);
  return within(found);
};

describe('the answer', () => {
  it('says which budget burns, how fast, what that means and until when', () => {
    expect(text([firing, row()])).toMatch(
      /reco availability burns 38 × over 60.min and 41 × over 5.min|reco availability burns 38 × over 1.h and 41 × over 5.min/,
    );
    expect(text([firing, row()])).toMatch(
      /eats 2 % of the 30 d budget an hour.*12.% of the budget is left, at the pace of the last 6 h for 5.h\. Somebody must look now\./,
    );
    expect(text([firing, row()])).toMatch(
      /1 of 2 objectives burns slowly enough to last; least is left of fraud availability: 50.%/,
    );
  });

  it('does not say that a budget lasts which ends within its window', () => {
    expect(text([row({ endsInMs: 36_000_000 })])).toMatch(
      /^The objective burns too slowly for an alert; .* at the pace of the last 6 h for 10.h\.$/,
    );
  });

  it('says what nobody can know, and that the state is kept', () => {
    expect(text([blind])).toMatch(
      /churn quality: no data, less than 90 % of a window was measured\. The state known last is kept\./,
    );
  });

  it('says why an objective is refused, and what to do without any', () => {
    expect(text([row({ state: 'refused', status: 'unknown', problem: '333 ms is no bucket bound.' })])).toMatch(
      /is not measured: 333 ms is no bucket bound\./,
    );
    expect(text([])).toMatch(/No objective is configured.*models\[\]\.slos/);
  });

  it('puts what needs a person first', () => {
    const spent = row({ id: 'a/b', status: 'watch', word: 'budget spent', leftRatio: -0.5 });
    expect([row(), blind, spent, firing].sort(bySloNeed).map(({ id }) => id)).toEqual([
      'reco/availability',
      'a/b',
      'churn/quality',
      'fraud/availability',
    ]);
  });
});

describe('the table', () => {
  it('shows attainment, budget, burn rates and state, and a dash for what is not measured', () => {
    render(<ObjectivesPanel slos={slosOf([firing, blind, row()])} rows={[firing, blind, row()]} />, {
      wrapper: PageFrame,
    });
    expect(line('reco').getByText('38')).toBeTruthy();
    expect(line('reco').getByText(/in 5.h/)).toBeTruthy();
    expect(line('churn').getAllByText('not measured').length).toBeGreaterThanOrEqual(3);
    expect(line('churn').getByText('no data, was page')).toBeTruthy();
    expect(line('fraud').getByText('99.950')).toBeTruthy();
    expect(line('fraud').getByText('lasts')).toBeTruthy();
    expect(screen.getByText('A note.')).toBeTruthy();
  });

  it('opens details by Enter, in the address', async () => {
    render(<ObjectivesPanel slos={slosOf([row()])} rows={[row()]} />, { wrapper: PageFrame });
    const found = screen.getByRole('cell', { name: 'fraud' }).closest('tr');
    found?.focus();
    await userEvent.keyboard('{Enter}');
    expect(new URLSearchParams(window.location.search).get('objective')).toBe('fraud/availability');
  });

  it('leads nowhere for what another tool records, and says whose it is', async () => {
    const other = row({ id: 'sloth/x', origin: 'sloth', name: 'requests' });
    render(<ObjectivesPanel slos={slosOf([other])} rows={[other]} />, { wrapper: PageFrame });
    expect(screen.getByText('from Sloth')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'requests' })).toBeNull();
  });

  it('explains a pair of windows on focus', async () => {
    render(<BurnCell pair={pair({ silent: 'Cannot fire.', longBurn: 2 })} />);
    await userEvent.tab();
    expect((await screen.findByRole('tooltip')).textContent).toMatch(/Burns 2 × over .*Cannot fire\./);
  });
});

describe('the rules', () => {
  const rules: SloRules = {
    files: [
      { file: 'prometheus', fileName: 'windsock-rules.yml', rules: 2, text: 'groups: [] # <script>' },
      { file: 'loki', fileName: 'windsock-loki-rules.yml', rules: 1, text: 'loki: 1' },
    ],
    notes: ['No rules for x: why.'],
    differences: [
      {
        group: 'windsock/slo/x/burn',
        name: 'windsock:slo_burn:ratio_rate5m',
        detail: 'x',
        state: 'loaded',
        difference: null,
      },
      {
        group: 'windsock/slo/x/alerts',
        name: 'ModelAvailabilityBudgetBurn',
        detail: 'x, 1h/5m',
        state: 'changed',
        difference: 'another expression',
      },
    ],
    loaded: [
      { status: 'watch', parts: [{ text: 'Of 2 rules, Prometheus has 1 as they are here; 1 differ.', tone: 'value' }] },
    ],
    gaps: [],
    why: [],
  };

  it('show what differs first, a file at a time, and a download of the chosen one', async () => {
    vi.stubGlobal('fetch', async () => Response.json(rules));
    render(<RulesPanel />, { wrapper: PageFrame });
    const table = await screen.findByRole('table', { name: 'Rules against what is loaded' });
    expect(within(table).getByText('another expression')).toBeTruthy();
    expect(within(table).queryByText('windsock:slo_burn:ratio_rate5m')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'All 2 rules' }));
    expect(within(table).getByText('windsock:slo_burn:ratio_rate5m')).toBeTruthy();
    expect(screen.getByText('groups: [] # <script>')).toBeTruthy();
    await userEvent.click(screen.getByRole('radio', { name: 'Loki ruler' }));
    expect(screen.getByText('loki: 1')).toBeTruthy();
    expect(screen.getByRole('link', { name: /windsock-loki-rules\.yml/ }).getAttribute('href')).toBe(
      '/api/slos/rules?file=loki',
    );
  });

  it('copy the chosen file', async () => {
    vi.stubGlobal('fetch', async () => Response.json(rules));
    const user = userEvent.setup();
    render(<RulesPanel />, { wrapper: PageFrame });
    await user.click(await screen.findByRole('button', { name: 'Copy' }));
    expect(await navigator.clipboard.readText()).toBe('groups: [] # <script>');
  });
});
