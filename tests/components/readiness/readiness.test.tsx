// @vitest-environment happy-dom
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Readiness } from '@/components/readiness/ReadinessPage';
import type { ReadinessReport, ReadinessResult } from '@/lib/contracts/readiness';
import { scoresOf, sortChecks, toCheck } from '@/lib/domain/readiness';
import { readinessAnswer } from '@/lib/domain/readiness-answer';
import { toLists } from '@/lib/domain/readiness-lists';
import { judgeIds } from '@/lib/domain/readiness-logs';
import { judgeTargets } from '@/lib/domain/readiness-metrics';
import { consoleApiAt, ok } from '../console-api';
import { PageFrame } from '../page-frame';

const HOSTILE = '<img src=x onerror=alert(1)>';

const ids = judgeIds({
  service: HOSTILE,
  model: 'reco',
  lines: 500,
  json: 500,
  requests: 400,
  withModel: 400,
  withVersion: 400,
  withRequestId: 0,
  withTraceId: 0,
});
const targets = judgeTargets('Prometheus', [{ job: 'a', instance: 'a:1', isUp: true, error: null }]);
const checks = sortChecks([
  toCheck('targets-up', [targets]),
  toCheck(
    'log-ids',
    [ids].filter((one): one is ReadinessResult => one !== null),
  ),
]);
const models = scoresOf(['reco'], checks);
const report: ReadinessReport = {
  answer: readinessAnswer(checks, models),
  startMs: 0,
  endMs: 1,
  model: null,
  models,
  checks,
  lists: toLists(checks, [], null),
  gaps: ['Without cardinality: Prometheus did not answer.'],
  maySign: true,
  why: [],
};

const api = consoleApiAt('/readiness');
beforeEach(() => {
  api.answers = { 'POST /api/readiness/signoffs': ({ body }) => ok(body) };
  window.localStorage.clear();
});
afterEach(cleanup);

const draw = (of: ReadinessReport = report) =>
  render(
    <PageFrame>
      <Readiness report={of} />
    </PageFrame>,
  );

describe('the readiness page', () => {
  it('opens what fails first, with its numbers as text and a snippet to copy', async () => {
    draw();
    const panel = within(screen.getByRole('region', { name: 'Checks' }));
    const [first, second] = panel.getAllByRole('button').filter((button) => button.closest('h3') !== null);
    expect(first?.textContent).toContain('Request logs carry request and trace id');
    expect(first?.getAttribute('aria-expanded')).toBe('true');
    expect(panel.getByText(/0.% carry a request id, 0.% carry a trace id/).textContent).toContain(HOSTILE);
    expect(document.querySelector('img')).toBeNull();
    panel.getByRole('button', { name: /^Copy snippet/ });
    if (second === undefined) throw new Error('no second check');
    await userEvent.click(second);
    expect(second.getAttribute('aria-expanded')).toBe('true');
    expect(window.location.search).toContain('check=targets-up');
    panel.getByText(/Without cardinality/);
  });

  it('scores a model by weight: 3 of 6', () => {
    draw();
    const row = within(screen.getByRole('table', { name: 'Scores' })).getByRole('row', { name: /reco/ });
    expect(row.textContent).toMatch(/50/);
  });

  it('signs off with a reason and a day, and not without', async () => {
    draw();
    await userEvent.click(screen.getByRole('button', { name: 'Sign off: On call' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Sign off: On call' }));
    const button = dialog.getByRole('button', { name: 'Sign off' });
    expect(button.hasAttribute('disabled')).toBe(true);
    await userEvent.type(dialog.getByLabelText('How it was made sure'), 'Seen in the wiki today.');
    await userEvent.click(button);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const sent = api.asked.find(({ method }) => method === 'POST');
    expect(sent?.body).toMatchObject({ item: 'alerting.rota', model: null, reason: 'Seen in the wiki today.' });
  });

  it('offers no signature to whoever may not sign', () => {
    draw({ ...report, maySign: false });
    expect(screen.queryByRole('button', { name: /^Sign off/ })).toBeNull();
  });
});
