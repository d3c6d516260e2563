// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompareBody } from '@/components/compare/CompareBody';
import { DifferencesPanel } from '@/components/compare/DifferencesPanel';
import { IntervalBar } from '@/components/compare/IntervalBar';
import { PolicyPanel } from '@/components/compare/PolicyPanel';
import { SegmentsPanel } from '@/components/compare/SegmentsPanel';
import { useCompareAddress, useResult, whatIfOf } from '@/components/compare/use-compare';
import { VerdictPanel } from '@/components/compare/VerdictPanel';
import type { Compare } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { judge } from '@/lib/domain/compare';
import { compareInputs, POLICY } from '../domain/compare-inputs';
import { PageFrame } from './page-frame';

beforeEach(() => window.history.replaceState(null, '', '/compare?model=fraud_detector'));
afterEach(cleanup);

const CHAMPION = { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 245 };
const BAD = { requestsPerMinute: 100, errorRatio: 0.019, maxMs: 249 };

const compareOf = (inputs: CompareInputs): Compare => ({
  inputs,
  result: judge(inputs, POLICY),
  versions: [
    { version: '2.3.0', role: 'champion' },
    { version: '2.4.0', role: 'challenger' },
  ],
  window: 'since the first traffic of 2.4.0',
  sharedStartMs: null,
  overTime: { startMs: inputs.startMs, stepMs: 60_000, series: [] },
  p95Difference: { startMs: inputs.startMs, stepMs: 60_000, series: [] },
  why: [],
});

const bad = compareOf(compareInputs(360, CHAMPION, BAD));
const NAMES = { champion: '2.3.0', challenger: '2.4.0' };

const row = (name: RegExp) => {
  const found = screen.getByText(name, { selector: 'td *' }).closest('tr');
  if (found === null) throw new Error(`no row ${name}`);
  return within(found);
};

describe('the differences', () => {
  it('show both values, difference, interval and verdict of each measure', () => {
    render(<DifferencesPanel compare={bad} result={bad.result} names={NAMES} />, { wrapper: PageFrame });
    const errors = row(/^Errors$/);
    expect(errors.getByText('0.6')).toBeTruthy();
    expect(errors.getByText('1.9')).toBeTruthy();
    expect(errors.getByText('+1.3')).toBeTruthy();
    expect(errors.getByText('beyond +0.5 points')).toBeTruthy();
    expect(errors.getByRole('img', { name: /limit \+0\.5 points/ })).toBeTruthy();
  });

  it('draw brackets where the buckets cannot tell', () => {
    render(<DifferencesPanel compare={bad} result={bad.result} names={NAMES} />, { wrapper: PageFrame });
    const p95 = row(/^P95 latency$/);
    expect(p95.getByText('[200, 250] bucket')).toBeTruthy();
    expect(p95.getByText('bucket too wide')).toBeTruthy();
    expect(p95.getByRole('img', { name: /anywhere from/ })).toBeTruthy();
  });

  it('write a dash for what is not measured, never a zero', () => {
    const inputs = compareInputs(360, CHAMPION, { ...BAD, errorRatio: null });
    render(<DifferencesPanel compare={compareOf(inputs)} result={judge(inputs, POLICY)} names={NAMES} />, {
      wrapper: PageFrame,
    });
    expect(row(/^Errors$/).getByText('not measured')).toBeTruthy();
    expect(row(/^Errors$/).queryByText('0')).toBeNull();
  });

  it('say what could not be read where it decides nothing', () => {
    const reason = 'Scores could not be read: Prometheus did not answer.';
    const compare = compareOf(compareInputs(360, CHAMPION, BAD, { faults: [{ signal: 'other', reason }] }));
    render(<DifferencesPanel compare={compare} result={compare.result} names={NAMES} />, { wrapper: PageFrame });
    expect(screen.getByText(reason)).toBeTruthy();
  });

  it('explain each row in words', () => {
    render(<DifferencesPanel compare={bad} result={bad.result} names={NAMES} />, { wrapper: PageFrame });
    expect(screen.getByText(/failed ÷ all requests/)).toBeTruthy();
  });

  it('have no bar for a measure without an interval or buckets', () => {
    const [first] = bad.result.measures;
    if (first === undefined) throw new Error('no measure');
    const { container } = render(<IntervalBar measure={{ ...first, interval: null, brackets: null }} />);
    expect(container.innerHTML).toBe('');
  });
});

describe('one version alone', () => {
  it('has no table of dashes: it is said, with what may be compared instead', () => {
    const compare = compareOf({ ...compareInputs(360, CHAMPION, BAD), challenger: null });
    render(
      <CompareBody
        compare={compare}
        result={compare.result}
        policy={null}
        alternative={<button type="button">B</button>}
      />,
      { wrapper: PageFrame },
    );
    expect(screen.getByText('Only 2.3.0 had traffic in this window.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'B' })).toBeTruthy();
    expect(screen.queryByRole('table')).toBeNull();
  });
});

describe('the verdict', () => {
  it('lists its reasons in order, with the decision clock', () => {
    render(<VerdictPanel result={bad.result} />, { wrapper: PageFrame });
    const reasons = screen.getAllByRole('listitem').map((item) => item.textContent ?? '');
    expect(reasons[0]).toContain('Comparison is sound: split 80.0 : 20.0');
    expect(reasons[1]).toContain('Errors: wholly beyond its limit');
    expect(screen.getByText(/a doubling of errors is provable in about/)).toBeTruthy();
  });

  it('diagnoses missing segments', () => {
    render(<SegmentsPanel compare={bad} result={bad.result} />, { wrapper: PageFrame });
    expect(screen.getByText('Segments are not measured.')).toBeTruthy();
    expect(screen.getByText(/inference_segment_requests_total/)).toBeTruthy();
  });
});

/** The policy panel as the page has it: edits go through the address. */
function PolicyPage() {
  const { whatIf, isEdited, set } = useCompareAddress('fraud_detector');
  const result = useResult(bad, whatIf);
  if (result === null) return null;
  return (
    <>
      <p>verdict {result.verdict.kind}</p>
      <PolicyPanel configured={POLICY} policy={result.policy} isEdited={isEdited} onChange={set} />
    </>
  );
}

describe('what if', () => {
  it('tries an edited policy: the verdict changes, the edit stands in the address and nowhere else', async () => {
    const user = userEvent.setup();
    render(<PolicyPage />, { wrapper: PageFrame });
    expect(screen.getByText('verdict roll-back')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'What if…' }));
    const field = screen.getByLabelText('Errors may rise, points');
    await user.clear(field);
    await user.type(field, '3{Enter}');
    expect(new URLSearchParams(window.location.search).get('errors')).toBe('3');
    expect(await screen.findByText('verdict wait')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Back to configured' }));
    expect(new URLSearchParams(window.location.search).has('errors')).toBe(false);
    expect(await screen.findByText('verdict roll-back')).toBeTruthy();
  });

  it('refuses what is no number, by its field, and keeps the verdict', async () => {
    const user = userEvent.setup();
    render(<PolicyPage />, { wrapper: PageFrame });
    await user.click(screen.getByRole('button', { name: 'What if…' }));
    const field = screen.getByLabelText('P95 may rise, %');
    await user.clear(field);
    await user.type(field, 'much{Enter}');
    expect(screen.getByRole('alert').textContent).toContain('Expected 0 to');
    expect(new URLSearchParams(window.location.search).has('p95')).toBe(false);
  });

  it('reads a mangled address field by field', () => {
    expect(whatIfOf(new URLSearchParams('p95=abc&errors=1.5&share=100&requests='))).toEqual({ errors: 1.5 });
  });
});
