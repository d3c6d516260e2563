import { describe, expect, it } from 'vitest';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { judge, withWhatIf } from '@/lib/domain/compare';
import { compareInputs, evenHistogram, healthy, POLICY, START_MS } from './compare-inputs';

const CHAMPION = { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 245 };
const CHALLENGER = { requestsPerMinute: 100, errorRatio: 0.006, maxMs: 180 };
const MINUTE_MS = 60_000;

const verdict = (inputs: CompareInputs, policy: ComparePolicy = POLICY) => judge(inputs, policy).verdict;
const text = (inputs: CompareInputs, policy: ComparePolicy = POLICY): string =>
  judge(inputs, policy)
    .answer.map(({ parts }) => parts.map((part) => part.text).join(''))
    .join('\n');
const deciding = (inputs: CompareInputs, policy: ComparePolicy = POLICY): string =>
  verdict(inputs, policy)
    .reasons.filter(({ decides }) => decides)
    .map((reason) => reason.text)
    .join('\n');
const measure = (inputs: CompareInputs, id: string) => judge(inputs, POLICY).measures.find((one) => one.id === id);

describe('the verdict', () => {
  it('rolls back where errors lie wholly beyond their limit, errors named first', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, errorRatio: 0.019 });
    expect(verdict(inputs).kind).toBe('roll-back');
    expect(deciding(inputs)).toMatch(/^Errors: wholly beyond its limit of \+0\.5 points/);
    expect(text(inputs)).toMatch(/^Roll back 2\.4\.0\. It fails 1\.9.% of requests against 0\.6.%/);
  });

  it('promotes where every interval lies wholly within its limit, what improves named first', () => {
    const inputs = healthy();
    expect(verdict(inputs).kind).toBe('promote');
    expect(deciding(inputs)).toMatch(/^P95 latency: improves/);
    expect(text(inputs)).toMatch(/^Promote 2\.4\.0\. It is faster: P95 185.ms against 236.ms/);
  });

  it('rolls back a challenger that is slower by more than a fifth for certain', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, maxMs: 480 });
    expect(verdict(inputs).kind).toBe('roll-back');
    expect(deciding(inputs)).toMatch(/^P95 latency: wholly beyond/);
  });

  it('waits where an interval crosses its limit, and says for how long at this traffic', () => {
    const inputs = compareInputs(60, CHAMPION, { ...CHALLENGER, errorRatio: 0.0095 });
    const found = verdict(inputs);
    expect(found.kind).toBe('wait');
    expect(found.neededMs).toBeGreaterThan(0);
    expect(text(inputs)).toContain('Errors: crosses its limit');
    expect(text(inputs)).toMatch(/At this traffic it takes about .+ more\./);
  });

  it('names what is open once, without the intervals that its answer tells already', () => {
    const segment = (requests: number, ratio: number) => ({ successes: requests * ratio, total: requests });
    const inputs = compareInputs(
      60,
      CHAMPION,
      { ...CHALLENGER, errorRatio: 0.011, maxMs: 100 },
      { segments: [{ segment: 'free', champion: segment(24_000, 0.006), challenger: segment(6_000, 0.011) }] },
    );
    const { verdict: found, answer } = judge(inputs, POLICY);
    const said = answer[0]?.parts.map(({ text: part }) => part).join('') ?? '';
    expect(found.kind).toBe('wait');
    expect(found.reasons.filter(({ decides }) => decides)).toHaveLength(2);
    expect(said).toMatch(/Still open: Errors: crosses its limit of \+0\.5 points\./);
    expect(said.match(/crosses/g)).toHaveLength(1);
  });

  it('does not have enough data under the least requests, and says when it has', () => {
    const inputs = compareInputs(30, { ...CHAMPION, requestsPerMinute: 40 }, { ...CHALLENGER, requestsPerMinute: 10 });
    const found = verdict(inputs);
    expect(found.kind).toBe('not-enough-data');
    expect(deciding(inputs)).toMatch(/^2\.4\.0 has 300 of 1.000 requests\./);
    // 300 in 30 minutes: 700 more take 70.
    expect((found.neededMs ?? 0) / MINUTE_MS).toBeCloseTo(70, 6);
  });

  it('does not have enough data before the least minutes', () => {
    const inputs = compareInputs(6, CHAMPION, { ...CHALLENGER, requestsPerMinute: 400 });
    expect(verdict(inputs).kind).toBe('not-enough-data');
    expect((verdict(inputs).neededMs ?? 0) / MINUTE_MS).toBeCloseTo(4, 6);
  });

  it('the same inputs give the same result to the bit, also after a trip as JSON', () => {
    const inputs = healthy({
      outcomes: {
        champion: { tp: 900, fp: 90, tn: 9_000, fn: 80 },
        challenger: { tp: 800, fp: 70, tn: 9_000, fn: 85 },
      },
    });
    const stored: CompareInputs = JSON.parse(JSON.stringify(inputs));
    expect(JSON.stringify(judge(stored, POLICY))).toBe(JSON.stringify(judge(inputs, POLICY)));
  });
});

describe('doubt', () => {
  it('a split that is not the configured one puts the comparison in doubt, even a sure roll back', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, errorRatio: 0.05 });
    const policy = { ...POLICY, challengerShare: 0.5 };
    expect(verdict(inputs, policy).kind).toBe('in-doubt');
    expect(deciding(inputs, policy)).toMatch(
      /^The split is not the configured one: the challenger has 20.% of the requests, 50.%/,
    );
    expect(verdict(inputs, { ...POLICY, challengerShare: 0.2 }).kind).toBe('roll-back');
  });

  it('equal versions', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, version: '2.3.0' });
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toContain('Both sides are 2.3.0');
  });

  it('a missing error series', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, errorRatio: null });
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toContain('Errors of 2.4.0 are not measured.');
    expect(measure(inputs, 'errors')?.state).toBe('not-measured');
    expect(measure(inputs, 'errors')?.challenger).toBeNull();
  });

  it('missing latency, which is neither a pass nor a fail', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, maxMs: null });
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toContain('Latency of 2.4.0 is not measured.');
  });

  it('a source lost mid-evaluation, named', () => {
    const reason = 'Failed requests by version could not be read: Prometheus did not answer.';
    const inputs = compareInputs(
      360,
      CHAMPION,
      { ...CHALLENGER, errorRatio: null },
      { faults: [{ signal: 'errors', reason }] },
    );
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toBe(reason);
  });

  it.each(['segments', 'quality'] as const)('%s that could not be read, which is no pass', (signal) => {
    const reason = 'It could not be read: Prometheus did not answer.';
    expect(verdict(healthy({ faults: [{ signal, reason }] })).kind).toBe('in-doubt');
    expect(deciding(healthy({ faults: [{ signal, reason }] }))).toBe(reason);
  });

  it('a part that decides nothing may be lost without doubt', () => {
    expect(verdict(healthy({ faults: [{ signal: 'other', reason: 'Scores could not be read.' }] })).kind).toBe(
      'promote',
    );
  });

  it('stale data: a side that fell silent', () => {
    const inputs = healthy();
    const challenger =
      inputs.challenger === null ? null : { ...inputs.challenger, lastMs: inputs.endMs - 20 * MINUTE_MS };
    expect(verdict({ ...inputs, challenger }).kind).toBe('in-doubt');
    expect(deciding({ ...inputs, challenger })).toMatch(
      /The data is stale: 2\.4\.0 had its last request 20.min before the end/,
    );
  });

  it('a quiet version is not stale for a gap that chance explains', () => {
    const inputs = compareInputs(
      2_400,
      { ...CHAMPION, requestsPerMinute: 1 },
      { ...CHALLENGER, requestsPerMinute: 0.5 },
    );
    const challenger =
      inputs.challenger === null ? null : { ...inputs.challenger, lastMs: inputs.endMs - 7 * MINUTE_MS };
    expect(verdict({ ...inputs, challenger }).kind).not.toBe('in-doubt');
  });

  it('a version that appears mid-window: the clock is not shared', () => {
    const inputs = healthy();
    const firstMs = START_MS + 180 * MINUTE_MS;
    const challenger = inputs.challenger === null ? null : { ...inputs.challenger, firstMs };
    expect(verdict({ ...inputs, challenger }).kind).toBe('in-doubt');
    expect(deciding({ ...inputs, challenger })).toMatch(/2\.4\.0 has traffic only from 15:00 UTC on, 3.h of 6.h\./);
  });

  it('a version that was taken out mid-window: the clock is not shared, but for a gap that chance explains', () => {
    const paused = (minutes: number, of: { requestsPerMinute: number; minutes: number }) => {
      const inputs = compareInputs(of.minutes, CHAMPION, { ...CHALLENGER, requestsPerMinute: of.requestsPerMinute });
      const { cells } = inputs;
      if (cells === null) throw new Error('no cells');
      const requests = cells.challenger.requests.map((value, i) => (i >= 100 && i < 100 + minutes ? 0 : value));
      return { ...inputs, cells: { ...cells, challenger: { ...cells.challenger, requests } } };
    };
    const long = paused(60, { requestsPerMinute: 100, minutes: 360 });
    expect(verdict(long).kind).toBe('in-doubt');
    expect(deciding(long)).toMatch(/2\.4\.0 had no traffic for 1.h of 6.h while the other one had\./);
    expect(verdict(paused(20, { requestsPerMinute: 100, minutes: 360 })).kind).not.toBe('in-doubt');
    expect(verdict(paused(300, { requestsPerMinute: 0.01, minutes: 2_400 })).kind).not.toBe('in-doubt');
  });

  it('before and after share no clock', () => {
    const inputs = healthy({ mode: 'instant', splitMs: START_MS + 180 * MINUTE_MS });
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toContain('Before and after share no wall clock');
    expect(judge(inputs, POLICY).stability).toBeNull();
  });

  it('Simpson: crude and mix-adjusted differences for certain of opposite sign', () => {
    const segments = [
      { segment: 'easy', champion: { successes: 900, total: 120_000 }, challenger: { successes: 10, total: 2_000 } },
      {
        segment: 'hard',
        champion: { successes: 4_800, total: 24_000 },
        challenger: { successes: 6_000, total: 34_000 },
      },
    ];
    const inputs = compareInputs(
      360,
      { ...CHAMPION, errorRatio: 5_700 / 144_000 },
      { ...CHALLENGER, errorRatio: 6_010 / 36_000 },
      { segments },
    );
    expect(measure(inputs, 'errors')?.state).toBe('beyond');
    expect(measure(inputs, 'errors-mix')?.definition).toContain('other sign');
    expect(verdict(inputs).kind).toBe('in-doubt');
    expect(deciding(inputs)).toContain('opposite signs');
  });
});

describe('nothing to compare', () => {
  it('no traffic at all', () => {
    const inputs = healthy({ champion: null, challenger: null, cells: null });
    expect(verdict(inputs).kind).toBe('not-enough-data');
    expect(text(inputs)).toContain('fraud_detector had no requests in this range.');
  });

  it('one version', () => {
    const inputs = healthy({ challenger: null, cells: null });
    expect(verdict(inputs).kind).toBe('not-enough-data');
    expect(text(inputs)).toContain('one version here, 2.3.0');
    // What it has is measured: nothing may say that it is not.
    expect(judge(inputs, POLICY).verdict.reasons).toHaveLength(1);
  });

  it('a challenger without traffic', () => {
    const inputs = compareInputs(60, CHAMPION, { ...CHALLENGER, requestsPerMinute: 0 });
    expect(verdict(inputs).kind).toBe('not-enough-data');
    expect(deciding(inputs)).toBe('2.4.0 had no requests in this range.');
  });

  it('counts that are no numbers are not measured', () => {
    const inputs = healthy();
    const challenger =
      inputs.challenger === null
        ? null
        : { ...inputs.challenger, errors: Number.NaN, latency: { upperBounds: [100], cumulative: [Number.NaN, 10] } };
    expect(['promote', 'roll-back']).not.toContain(verdict({ ...inputs, challenger }).kind);
    expect(measure({ ...inputs, challenger }, 'errors')?.state).toBe('not-measured');
    expect(measure({ ...inputs, challenger }, 'p95')?.state).toBe('not-measured');
  });
});

describe('few failures', () => {
  it('no failure on either side is within the limit once there are requests enough', () => {
    const inputs = compareInputs(360, { ...CHAMPION, errorRatio: 0 }, { ...CHALLENGER, errorRatio: 0 });
    expect(measure(inputs, 'errors')?.state).toBe('within');
    expect(measure(inputs, 'errors')?.definition).toContain('under 10 failures a side');
  });

  it('a handful of failures on one side never turns red without the e-process', () => {
    const inputs = compareInputs(
      30,
      { ...CHAMPION, requestsPerMinute: 40, errorRatio: 0 },
      { ...CHALLENGER, requestsPerMinute: 40, errorRatio: 3 / 1_200 },
    );
    expect(measure(inputs, 'errors')?.state).not.toBe('beyond');
  });

  it('nine failures against none at equal traffic are enough evidence that it is worse', () => {
    const inputs = compareInputs(
      30,
      { ...CHAMPION, requestsPerMinute: 40, errorRatio: 0 },
      { ...CHALLENGER, requestsPerMinute: 40, errorRatio: 0.2 },
    );
    expect(judge(inputs, POLICY).evidence?.pValue).toBeLessThan(0.05);
    expect(measure(inputs, 'errors')?.state).toBe('beyond');
  });
});

describe('latency and its buckets', () => {
  const near = compareInputs(360, CHAMPION, { ...CHALLENGER, maxMs: 250 });

  it('two quantiles in one bucket decide nothing: the verdict waits, with both buckets told', () => {
    expect(measure(near, 'p95')).toMatchObject({
      state: 'bucket-too-wide',
      interval: null,
      brackets: { champion: { low: 200, high: 250 }, challenger: { low: 200, high: 250 } },
    });
    expect(verdict(near).kind).toBe('wait');
    expect(deciding(near)).toContain('the histogram cannot tell');
  });

  it('exact durations from the logs decide where there are any', () => {
    const exact = (value: number) => ({ value, low: value - 5, high: value + 5, count: 20_000 });
    const inputs = {
      ...near,
      exactP95: { champion: exact(232), challenger: exact(238), startMs: START_MS, endMs: near.endMs },
    };
    expect(measure(inputs, 'p95')).toMatchObject({ state: 'within', difference: 6 });
    expect(measure(inputs, 'p95')?.samples).toContain('logs');
    expect(verdict(inputs).kind).toBe('promote');
  });

  it('beyond the last bucket it says "at least" and decides nothing', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, maxMs: 5_000 });
    expect(measure(inputs, 'p95')).toMatchObject({
      challengerAtLeast: true,
      state: 'bucket-too-wide',
      word: 'beyond the last bucket',
    });
  });

  it('histograms with different buckets are compared over the bounds both have', () => {
    const inputs = healthy();
    const challenger =
      inputs.challenger === null
        ? null
        : { ...inputs.challenger, latency: evenHistogram(36_000, 180, [50, 100, 150, 200, 250, 800]) };
    const p95 = measure({ ...inputs, challenger }, 'p95');
    expect(p95?.definition ?? '').toContain('over the 5 bounds both histograms have');
    const strange =
      inputs.challenger === null ? null : { ...inputs.challenger, latency: evenHistogram(36_000, 180, [33, 77, 133]) };
    expect(measure({ ...inputs, challenger: strange }, 'p95')?.state).toBe('not-measured');
  });

  it('an objective that is no bound is refused with the bounds named', () => {
    const slo = { thresholdMs: 220, isBound: false, bounds: [200, 250] };
    expect(measure(healthy({ slo }), 'above-slo')).toMatchObject({ state: 'not-measured' });
    expect(measure(healthy({ slo }), 'above-slo')?.definition).toContain('is no bucket bound');
    expect(measure(healthy({ slo: { ...slo, thresholdMs: 200, isBound: true } }), 'above-slo')?.state).toBe('better');
  });

  it('stages whose P95 the buckets cannot tell are compared by their exact means', () => {
    const stage = {
      stage: 'infer',
      champion: evenHistogram(100_000, 140),
      challenger: evenHistogram(20_000, 148),
      championSumMs: 7_000_000,
      challengerSumMs: 1_480_000,
    };
    expect(measure(healthy({ stages: [stage] }), 'stage-infer')).toMatchObject({
      name: 'infer mean',
      champion: 70,
      challenger: 74,
      state: 'worse',
    });
    const unsummed = { ...stage, championSumMs: null };
    expect(measure(healthy({ stages: [unsummed] }), 'stage-infer')).toMatchObject({
      name: 'infer P95',
      state: 'bucket-too-wide',
    });
  });
});

describe('outputs and quality', () => {
  const outcomes = (tp: number, fn: number, scale = 1) => ({
    tp: tp * scale,
    fn: fn * scale,
    fp: 1_000 * scale,
    tn: 90_000 * scale,
  });

  it('a fall of recall by more than 2 points for certain rolls back', () => {
    const inputs = healthy({ outcomes: { champion: outcomes(9_000, 1_000), challenger: outcomes(8_000, 2_000) } });
    expect(verdict(inputs).kind).toBe('roll-back');
    expect(deciding(inputs)).toContain('Recall: wholly beyond its limit of −2 points');
  });

  it('too few labels keep it from promoting: labels that exist must be judged', () => {
    const inputs = healthy({ outcomes: { champion: outcomes(9, 1, 1), challenger: outcomes(9, 1, 1) } });
    expect(verdict(inputs).kind).toBe('wait');
    expect(measure(inputs, 'recall')?.state).toBe('not-enough-data');
  });

  it('scores within sampling noise are said to be so; a shift beyond it differs', () => {
    const scores = (challengerTop: number) => ({
      champion: { upperBounds: [0.25, 0.5, 0.75], cumulative: [5_000, 8_000, 9_500, 10_000] },
      challenger: { upperBounds: [0.25, 0.5, 0.75], cumulative: [5_010, 7_990, 9_480, 9_480 + challengerTop] },
    });
    expect(measure(healthy({ scores: scores(520) }), 'scores')?.word).toBe('within sampling noise');
    expect(measure(healthy({ scores: scores(4_000) }), 'scores')?.state).toBe('differs');
  });

  it('of two labels the rarer one is shown', () => {
    const predictions = [
      { label: 'fraud', champion: 500, challenger: 130 },
      { label: 'legit', champion: 9_500, challenger: 2_370 },
    ];
    const rows = judge(healthy({ predictions }), POLICY).measures.filter(({ id }) => id.startsWith('label-'));
    expect(rows.map(({ name }) => name)).toEqual(['Predicted fraud']);
  });
});

describe('what if', () => {
  it('lays its edits over the policy, in the units people write', () => {
    expect(withWhatIf(POLICY, {})).toEqual(POLICY);
    expect(withWhatIf(POLICY, { p95: 5, errors: 1.5, quality: 3, requests: 10, minutes: 1, share: 20 })).toEqual({
      maxP95IncreaseRatio: 0.05,
      maxErrorIncrease: 0.015,
      maxQualityDrop: 0.03,
      minRequests: 10,
      minMinutes: 1,
      challengerShare: 0.2,
    });
  });

  it('a laxer limit turns a roll back into a promotion, by the same function', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, errorRatio: 0.019 });
    expect(judge(inputs, withWhatIf(POLICY, { errors: 3 })).verdict.kind).toBe('promote');
  });
});

describe('stability', () => {
  it('says since when the difference is beyond the limit for certain', () => {
    const inputs = compareInputs(360, CHAMPION, { ...CHALLENGER, errorRatio: 0.019 });
    const { stability, measures } = judge(inputs, POLICY);
    const since = stability?.beyondSinceMs ?? 0;
    expect(since).toBeGreaterThan(START_MS);
    expect(since).toBeLessThan(inputs.endMs);
    // The last point is the row's own interval.
    const row = measures.find(({ id }) => id === 'errors')?.interval;
    expect(stability?.low.at(-1)).toBeCloseTo(row?.low ?? Number.NaN, 9);
    expect(stability?.high.at(-1)).toBeCloseTo(row?.high ?? Number.NaN, 9);
  });
});
