import { describe, expect, it } from 'vitest';
import type { AnswerText } from '@/lib/contracts/answer';
import type { Consequence } from '@/lib/contracts/drift';
import { consequenceWords, type DriftContext, driftAnswer, featureHref } from '@/lib/domain/drift-answer';
import { qualityAnswer } from '@/lib/domain/quality-answer';
import { cohortOf, driftedOf, featureOf, measureOf, qualityOf, rateOf, reportOf } from './drift-report';

const textOf = (answer: AnswerText): string =>
  answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join('\n');
const statuses = (answer: AnswerText) => answer.map(({ status }) => status);
const UTC: DriftContext = { zone: 'UTC', endMs: Date.UTC(2026, 10, 21, 9) };

describe('the sentence on inputs', () => {
  it('says what drifted, since when, how sure, against what, and what did not', () => {
    const report = reportOf([featureOf('age'), driftedOf('amount'), featureOf('risk')]);
    const began = new Map([['amount', { sinceMs: Date.UTC(2026, 10, 20, 22), isAtLeast: false }]]);
    const answer = driftAnswer(report, { ...UTC, began });
    expect(textOf(answer)).toBe(
      'churn_scorer 1.8.2: amount has drifted since 2026-11-20 22:00 (PSI 0.4, sampling alone stays under 0.0065). ' +
        'Against the training baseline of 1.8.2. 2 features did not move beyond noise. ',
    );
    expect(statuses(answer)).toEqual(['bad']);
    expect(answer[0]?.parts.find(({ to }) => to !== undefined)?.to).toBe('/drift?model=churn_scorer&feature=amount');
  });

  it('leaves the day out of today, and says "or earlier" of what had begun before', () => {
    const began = new Map([['amount', { sinceMs: Date.UTC(2026, 10, 21, 7), isAtLeast: true }]]);
    expect(textOf(driftAnswer(reportOf([driftedOf('amount')]), { ...UTC, began }))).toContain(
      'has drifted since 07:00 or earlier (',
    );
  });

  it('calls nothing where nothing moved', () => {
    const answer = driftAnswer(reportOf([featureOf('a'), featureOf('b', { state: 'stable' })]), UTC);
    expect(statuses(answer)).toEqual(['ok']);
    expect(textOf(answer)).toContain('2 features look as in the training baseline of 1.8.2');
    expect(textOf(answer)).not.toContain('drifted');
  });

  it('never calls well what could not be judged', () => {
    const answer = driftAnswer(
      reportOf([featureOf('a', { state: 'not-enough-data' }), featureOf('b', { state: 'not-comparable' })]),
      UTC,
    );
    expect(statuses(answer)).toEqual(['unknown']);
    expect(textOf(answer)).toContain('Not judged: 1 with not enough data, 1 whose buckets cannot be compared.');
  });

  it('says which reference is missing and what would give it, rather than that nothing was judged', () => {
    const report = reportOf([featureOf('a', { state: 'not-measured' })]);
    const lack = 'Nobody uploaded one for 1.8.2.';
    const reference = {
      ...report.reference,
      kind: 'upload',
      choices: [{ kind: 'upload', words: 'uploaded baseline', lack }],
    } as const;
    expect(textOf(driftAnswer({ ...report, reference: { ...reference, choices: [...reference.choices] } }, UTC))).toBe(
      `Nothing to hold the inputs of churn_scorer 1.8.2 against: ${lack} `,
    );
  });

  it('says of scores computed elsewhere that they are, and how little is known of their sample', () => {
    const scored = { kind: 'score', psi: null, noiseLimit: null } as const;
    const moved = featureOf('amount', { ...scored, state: 'drifted', score: { method: 'psi', value: 0.38 } });
    const quiet = featureOf('age', { ...scored, state: 'stable', score: { method: 'psi', value: 0.01 } });
    expect(textOf(driftAnswer(reportOf([moved, quiet]), UTC))).toContain(
      'amount has drifted (PSI 0.38, computed elsewhere)',
    );
    expect(textOf(driftAnswer(reportOf([quiet]), UTC))).toContain(
      ', by a PSI of 0.1 at most; how many values it is of is not known.',
    );
  });

  it('names three and counts the rest, those first that move the score for certain', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const consequences = new Map<string, Consequence>([
      ['e', { how: 'logs', value: 0.08, interval: { low: 0.06, high: 0.1 }, n: 900 }],
    ]);
    const text = textOf(driftAnswer(reportOf(names.map((name) => driftedOf(name))), { ...UTC, consequences }));
    expect(text).toMatch(/1\.8\.2: e has drifted .*; a has drifted .*; b has drifted .*; and 2 more\./);
    expect(text).toContain('goes with a mean score higher by 0.08 (95 % interval 0.06 to 0.1)');
  });

  it('says the other changes: gone, new, missing more often, categories never seen', () => {
    const answer = driftAnswer(
      reportOf([
        featureOf('old', { state: 'vanished' }),
        featureOf('fresh', { state: 'new' }),
        featureOf('thin', {
          missing: { state: 'risen', reference: rateOf(10, 1_000), current: rateOf(80, 1_000), difference: null },
        }),
        featureOf('country', {
          kind: 'categorical',
          unseen: [{ name: 'FR', count: 200, share: 0.05 }],
        }),
      ]),
      UTC,
    );
    expect(textOf(answer)).toContain('old no longer arrives; fresh is new: the reference does not have it; ');
    expect(textOf(answer)).toContain(
      'thin is missing in 8.0 % of requests, 1.0 % in the reference'.replaceAll(' %', '\u202f%'),
    );
    expect(textOf(answer)).toContain('country has categories that the reference never had');
  });

  it('does not speak of one unseen value among thousands', () => {
    const rare = featureOf('country', { kind: 'categorical', unseen: [{ name: 'FR', count: 1, share: 0.0003 }] });
    expect(textOf(driftAnswer(reportOf([rare]), UTC))).not.toContain('never had');
  });

  it('says why there is nothing, and what failed', () => {
    const answer = driftAnswer(
      reportOf([], {
        missing: [{ signal: 'features', reason: 'No feature_value is exported.', remedy: 'Export it.' }],
        gaps: ['Loki did not answer.'],
      }),
      UTC,
    );
    expect(statuses(answer)).toEqual(['unknown', 'unknown']);
    expect(textOf(answer)).toContain('No feature_value is exported. Export it.');
    expect(textOf(answer)).toContain('Loki did not answer.');
  });

  it('quotes hostile names into the address', () => {
    expect(featureHref('a/b', '__proto__&x=1')).toBe('/drift?model=a%2Fb&feature=__proto__%26x%3D1');
  });

  it('claims no effect that is not certain, and no cause at all', () => {
    const of = (value: number, interval: { low: number; high: number } | null, how: Consequence['how'] = 'logs') =>
      consequenceWords({ how, value, interval, n: 24 });
    expect(of(0.01, { low: -0.01, high: 0.03 })).toMatch(/^no certain effect/);
    expect(of(-0.2, { low: -0.3, high: -0.1 })).toMatch(/^goes with a mean score lower by 0\.2/);
    expect(of(0.9, null, 'windows')).toMatch(/moved along with it \(rank correlation 0\.9 over 24 windows\)/);
    expect(of(0.1, null, 'windows')).toMatch(/did not move along/);
    expect(consequenceWords(undefined)).toBeNull();
  });
});

describe('the sentence on quality', () => {
  it('names the stale feed and the weak cohort, and does not call the past well', () => {
    const answer = qualityAnswer(
      qualityOf({
        labels: {
          lastReceivedMs: Date.UTC(2026, 10, 20, 2, 32),
          ageMs: 30 * 3_600_000,
          limitMs: 24 * 3_600_000,
          limitFrom: 'default',
          state: 'stale',
        },
        cohorts: [
          cohortOf('young'),
          cohortOf('senior', { state: 'below', ratio: { value: 0.76, interval: { low: 0.74, high: 0.78 } } }),
        ],
      }),
      'UTC',
    );
    const text = textOf(answer).replaceAll('\u202f', ' ');
    expect(text).toContain(
      'The label feed is stale: no label of churn_scorer arrived since 02:32 (30 h, allowed 24 h)',
    );
    expect(text).toContain('Cohort senior is served worse: recall 80 %, 76 % of overall (95 % interval 74 % to 78 %');
    expect(text).toContain('Until the last labels quality held');
    expect(statuses(answer)).toEqual(['bad', 'bad', 'unknown']);
  });

  it('calls a fall with its time and its level', () => {
    const fallen = measureOf('recall', { state: 'fallen', sinceMs: Date.UTC(2026, 10, 20, 11) });
    const answer = qualityAnswer(qualityOf({ measures: [measureOf('accuracy'), fallen] }), 'UTC');
    expect(textOf(answer)).toContain('recall fell to');
    expect(textOf(answer)).toContain('since 11:00');
    expect(textOf(answer)).toContain('in the 24 h before');
    expect(textOf(answer)).not.toContain('holds');
  });

  it('says that quality is not measured where no label came, never that it is well', () => {
    const answer = qualityAnswer(qualityOf({ counts: null, measures: [] }), 'UTC');
    expect(statuses(answer)).toEqual(['unknown']);
    expect(textOf(answer)).toContain('Quality of churn_scorer is not measured in this range.');
  });

  it('judges nothing on few labels or without a level', () => {
    const few = qualityAnswer(qualityOf({ measures: [measureOf('recall', { state: 'not-enough-data' })] }), 'UTC');
    expect(textOf(few)).toContain('not enough labels');
    expect(statuses(qualityAnswer(qualityOf({ reference: null }), 'UTC'))).toEqual(['unknown']);
  });

  it('says what could not be asked', () => {
    expect(textOf(qualityAnswer(qualityOf({ gaps: ['Prometheus did not answer.'] })))).toContain('did not answer');
  });
});
