// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaimPanel } from '@/components/compare/ClaimPanel';
import { GatePanel } from '@/components/compare/guard/GatePanel';
import { GuardDeliveries } from '@/components/compare/guard/GuardDeliveries';
import { KillSwitch } from '@/components/compare/guard/KillSwitch';
import { type StripStep, VerdictStrip } from '@/components/compare/guard/VerdictStrip';
import { RangePicker } from '@/components/shell/RangePicker';
import type { GuardAction, GuardState } from '@/lib/contracts/rollout';
import { judge } from '@/lib/domain/compare';
import { compareInputs, POLICY, START_MS } from '../domain/compare-inputs';
import { PageFrame } from './page-frame';

beforeEach(() => window.history.replaceState(null, '', '/compare?model=fraud_detector'));
afterEach(cleanup);

const MINUTE_MS = 60_000;

const action = (deliveries: GuardAction['deliveries']): GuardAction => ({
  id: 'a',
  model: 'fraud_detector',
  champion: '2.3.0',
  challenger: '2.4.0',
  atMs: START_MS,
  dryRun: false,
  evaluationId: 'e',
  sentence: 'Roll back, 3 of 3 in a row: it asks for 2.4.0 to be rolled back.',
  deliveries,
  incident: null,
});

const guard: GuardState = {
  model: 'fraud_detector',
  mode: 'armed',
  policy: {
    enabled: true,
    intervalMs: MINUTE_MS,
    violations: 3,
    armed: true,
    cooldownMs: 3_600_000,
    maxAgeMs: 300_000,
    webhooks: ['deployer'],
    incident: 'SEV2',
  },
  answer: { status: 'bad', text: 'Armed. Roll back: violation 2 of 3 in a row.' },
  ownSwitch: null,
  run: 2,
  nextDueMs: START_MS,
  evaluations: [],
  lastAction: null,
  rearmedAtMs: null,
};

const STEPS: StripStep[] = [
  { atMs: START_MS, verdict: 'wait', decision: 'nothing' },
  { atMs: START_MS + MINUTE_MS, verdict: 'roll-back', decision: 'counted' },
  { atMs: START_MS + 2 * MINUTE_MS, verdict: 'roll-back', decision: 'act' },
];

function StripPage() {
  const [selected, setSelected] = useState(2);
  return (
    <VerdictStrip
      label="Evaluations"
      steps={STEPS}
      startMs={START_MS}
      endMs={START_MS + 2 * MINUTE_MS}
      selected={selected}
      onSelect={setSelected}
    />
  );
}

describe('the strip of evaluations', () => {
  it('is one control that arrows, Home and End move through, saying time, verdict and what was done', async () => {
    const user = userEvent.setup();
    render(<StripPage />, { wrapper: PageFrame });
    const strip = screen.getByRole('slider', { name: 'Evaluations' });
    const said = () => strip.getAttribute('aria-valuetext');
    expect(said()).toMatch(/roll back, and the guard acted$/);
    await user.tab();
    expect(document.activeElement).toBe(strip);
    await user.keyboard('{ArrowLeft}');
    expect(said()).toMatch(/: roll back$/);
    await user.keyboard('{Home}');
    expect(said()).toMatch(/: wait$/);
    await user.keyboard('{ArrowLeft}');
    expect(said()).toMatch(/: wait$/);
    await user.keyboard('{End}');
    expect(strip.getAttribute('aria-valuenow')).toBe('2');
  });
});

describe('the deliveries of an action', () => {
  it('offer to send again only what was given up, and say why it failed', () => {
    const told = action([
      { id: 'msg_1', endpoint: 'deployer', state: 'dead', attempts: 8, lastError: 'It answered 503.' },
      { id: 'msg_2', endpoint: 'chat', state: 'delivered', attempts: 1, lastError: null },
    ]);
    render(<GuardDeliveries action={told} />, { wrapper: PageFrame });
    const [first, second] = screen.getAllByRole('listitem');
    expect(first?.textContent).toContain('given up, 8 attempts: It answered 503.');
    expect(screen.getByRole('button', { name: 'Send to deployer again' })).toBeTruthy();
    expect(second?.textContent).toContain('delivered, 1 attempt');
    expect(screen.getAllByRole('button')).toHaveLength(1);
  });

  it('show hostile text as text', () => {
    const told = action([{ id: 'msg_1', endpoint: '<img src=x>', state: 'dead', attempts: 1, lastError: '<b>no</b>' }]);
    const { container } = render(<GuardDeliveries action={told} />, { wrapper: PageFrame });
    expect(container.querySelector('img, b')).toBeNull();
  });
});

describe('the kill switch', () => {
  it('asks for a reason and keeps what was typed while it is refused', async () => {
    const user = userEvent.setup();
    render(<KillSwitch guard={guard} globalSwitch={null} />, { wrapper: PageFrame });
    await user.click(screen.getByRole('button', { name: 'Throw the kill switch' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Stop the guard of fraud_detector' }));
    await user.click(dialog.getByRole('button', { name: 'Stop it' }));
    expect(dialog.getByRole('alert').textContent).toBe('Say why, for whoever reads it later.');
    await user.type(dialog.getByLabelText('Why'), 'deployment freeze');
    await user.click(dialog.getByRole('button', { name: 'Stop it' }));
    // No console answers here: the refusal is said, and nothing typed is lost.
    expect((await dialog.findByRole('alert')).textContent).toMatch(/console/);
    expect(dialog.getByLabelText<HTMLTextAreaElement>('Why').value).toBe('deployment freeze');
  });

  it('offers to take back what was thrown', () => {
    const own = { model: 'fraud_detector', killed: true, atMs: START_MS, by: 'ana', reason: 'freeze', revision: 1 };
    render(<KillSwitch guard={{ ...guard, ownSwitch: own }} globalSwitch={null} />, { wrapper: PageFrame });
    expect(screen.getByRole('button', { name: 'Take the kill switch back' })).toBeTruthy();
  });
});

describe('the gate', () => {
  it('gives the address and what to paste into Argo Rollouts and Flagger, each with a button that copies', async () => {
    render(<GatePanel guard={guard} publicUrl="https://windsock.example.com/" />, { wrapper: PageFrame });
    const address = 'https://windsock.example.com/api/rollouts/fraud_detector/gate';
    expect(screen.getByRole('region', { name: 'Address' }).textContent).toBe(address);
    expect(screen.getByRole('region', { name: 'Argo Rollouts' }).textContent).toContain(`url: "${address}"`);
    expect(screen.getByRole('region', { name: 'Flagger' }).textContent).toContain('type: rollback');
    expect(screen.getAllByRole('button', { name: /^Copy:/ })).toHaveLength(3);
  });
});

describe('the claim', () => {
  it('is said with the metric query and both intervals', () => {
    const inputs = compareInputs(
      360,
      { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 245 },
      { requestsPerMinute: 100, errorRatio: 0.019, maxMs: 180 },
    );
    const result = judge(inputs, POLICY);
    const query = 'sum by (le) (increase(x_bucket[6h]))';
    const why = {
      purpose: 'latency buckets by version',
      source: 'Prometheus',
      kind: 'prometheus' as const,
      language: 'promql' as const,
      query,
      startMs: START_MS,
      endMs: START_MS,
      stepMs: null,
      elapsedMs: 1,
      cached: false,
      truncated: null,
      warnings: [],
      exploreUrl: null,
      requestUrl: 'http://127.0.0.1/',
    };
    const compare = {
      inputs,
      result,
      versions: [],
      window: 'as asked',
      sharedStartMs: null,
      overTime: { startMs: START_MS, stepMs: MINUTE_MS, series: [] },
      p95Difference: { startMs: START_MS, stepMs: MINUTE_MS, series: [] },
      why: [why],
    };
    render(<ClaimPanel compare={compare} result={result} />, { wrapper: PageFrame });
    expect(screen.getByText(/errors no worse: not proven, the opposite is certain/)).toBeTruthy();
    expect(screen.getByText(query)).toBeTruthy();
    expect(screen.getByText(/at least 10 % better/)).toBeTruthy();
    expect(screen.getByText(/Worse: errors/)).toBeTruthy();
  });
});

describe('the time in the top bar', () => {
  it('says “Since rollout” on Compare until a range is chosen there', async () => {
    const user = userEvent.setup();
    render(<RangePicker />, { wrapper: PageFrame });
    expect(screen.getByText('Since rollout')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /Time range/ }));
    await user.click(screen.getByRole('button', { name: 'Last 6 hours' }));
    expect(new URLSearchParams(window.location.search).get('window')).toBe('range');
    expect(await screen.findByText('Last 6 hours')).toBeTruthy();
    expect(screen.queryByText('Since rollout')).toBeNull();
  });
});
