import { describe, expect, it } from 'vitest';
import type { SyntheticCheck, SyntheticRun } from '@/lib/contracts/synthetic';
import {
  isCheckDue,
  isCheckOverdue,
  judgeAnswer,
  judgeCounter,
  lookPauseMs,
  outcomeOf,
  traceparentOf,
} from '@/lib/domain/synthetic';
import { formatBetween, syntheticAnswer } from '@/lib/domain/synthetic-answer';

const NOW_MS = 1_795_000_000_000;
const signals = (states: readonly SyntheticRun['signals'][number]['state'][]): SyntheticRun['signals'] =>
  states.map((state, index) => ({
    signal: (['metric', 'trace', 'log'] as const)[index] ?? 'log',
    state,
    seenAfterMs: state === 'seen' ? ([15_000, 3_000, 1_000][index] ?? 0) : null,
    notBeforeMs: null,
    looks: 1,
    detail: null,
    why: [],
  }));
const run: SyntheticRun = {
  id: 'a',
  model: 'fraud_detector',
  origin: 'schedule',
  askedByName: null,
  askedAtMs: NOW_MS - 120_000,
  sentAtMs: NOW_MS - 120_000,
  settledAtMs: NOW_MS - 100_000,
  outcome: 'ok',
  requestId: 'syn-1',
  traceId: 't',
  host: 'h',
  answer: { state: 'ok', status: 200, elapsedMs: 41, reason: null, text: '' },
  signals: signals(['seen', 'seen', 'seen']),
};
const check: SyntheticCheck = {
  model: 'fraud_detector',
  host: 'h',
  intervalMs: 60_000,
  waitMs: 120_000,
  expects: '200',
  settled: run,
  running: null,
  overdue: false,
  runs: [],
};
const said = (patch: Partial<SyntheticCheck>) =>
  syntheticAnswer([{ ...check, ...patch }], NOW_MS).map(
    ({ status, parts }) =>
      `${status}: ${parts
        .map(({ text }) => text)
        .join('')
        .replace(/\s/gu, ' ')}`,
  )[0];

describe('the sentence of a check', () => {
  it('says how fast it was answered and after how long each signal appeared', () => {
    expect(said({})).toBe(
      'ok: The check of fraud_detector 2 min ago answered in 41 ms; its metric after 15 s, trace after 3 s, log line after 1 s.',
    );
  });
  it('tells missing from not known, and failed from both', () => {
    expect(said({ settled: { ...run, outcome: 'incomplete', signals: signals(['seen', 'missing', 'unknown']) } })).toBe(
      'watch: The check of fraud_detector 2 min ago answered in 41 ms; its metric after 15 s; trace not found; log line not known.',
    );
    const answer = {
      state: 'unreachable',
      status: null,
      elapsedMs: null,
      reason: 'It cannot be reached: x.',
      text: null,
    } as const;
    expect(said({ settled: { ...run, outcome: 'failed', answer, signals: signals(['off', 'off', 'off']) } })).toBe(
      'bad: The check of fraud_detector 2 min ago failed: It cannot be reached: x.',
    );
  });
  it('does not call a check good that nobody sends any more, and puts the worst first', () => {
    expect(said({ overdue: true })).toMatch(/^unknown: .*Nobody sends it any more/);
    expect(syntheticAnswer([], NOW_MS)[0]?.status).toBe('unknown');
    const failed = { ...check, settled: { ...run, outcome: 'failed' as const } };
    expect(syntheticAnswer([check, failed], NOW_MS).map(({ status }) => status)).toEqual(['bad', 'ok']);
    expect(formatBetween({ notBeforeMs: 1_000, seenAfterMs: 2_000 }).replace(/\s/gu, ' ')).toBe('between 1 s and 2 s');
  });
});

describe('the decisions of the prober', () => {
  it('pauses from a quarter of a second, doubled, to ten seconds', () => {
    expect([0, 1, 2, 5, 6, 1_000].map(lookPauseMs)).toEqual([250, 500, 1_000, 8_000, 10_000, 10_000]);
  });
  it('sends on time, and again after a clock that ran ahead was set right', () => {
    expect(isCheckDue(null, 60_000, NOW_MS)).toBe(true);
    expect(isCheckDue(NOW_MS - 59_999, 60_000, NOW_MS)).toBe(false);
    expect(isCheckDue(NOW_MS - 60_000, 60_000, NOW_MS)).toBe(true);
    expect(isCheckDue(NOW_MS + 86_400_000, 60_000, NOW_MS)).toBe(true);
    expect(isCheckOverdue(null, 60_000, NOW_MS)).toBe(false);
    expect(isCheckOverdue(NOW_MS - 180_001, 60_000, NOW_MS)).toBe(true);
  });
  it('writes a traceparent that asks to be sampled', () => {
    expect(traceparentOf('a'.repeat(32), 'b'.repeat(16))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
  it.each([
    [503, 'x', 1, 'status', 'It answered 503 instead of 200.'],
    [301, 'x', 1, 'status', 'It answered 301 instead of 200. Redirects are not followed: set the final address.'],
    [200, 'x', 1, 'content', 'Its answer does not hold “score”.'],
    [200, 'score', 2340, 'slow', 'It took 2.34\u202fs, more than the 2\u202fs that are expected.'],
    // Never "2 s, more than the 2 s".
    [200, 'score', 2001, 'slow', 'It took 2001 ms, more than the 2000 ms that are expected.'],
    [200, 'score', 2000, 'ok', null],
  ])('judges %d with “%s” after %d ms as %s', (status, text, elapsedMs, state, reason) => {
    const judged = judgeAnswer({ status, text, elapsedMs }, { status: [200], contains: 'score', withinMs: 2000 });
    expect(judged).toEqual({ state, reason });
  });
  it.each([
    ['ok', ['seen', 'seen', 'off'], 'ok'],
    ['ok', ['seen', 'missing', 'unknown'], 'incomplete'],
    ['ok', ['seen', 'unknown', 'seen'], 'unknown'],
    ['ok', ['seen', 'waiting', 'missing'], 'running'],
    ['status', ['missing', 'missing', 'missing'], 'failed'],
    ['lost', ['seen', 'seen', 'seen'], 'unknown'],
  ] as const)('an answer that is %s with signals %j comes to %s', (state, states, outcome) => {
    expect(
      outcomeOf(
        { state },
        states.map((one) => ({ state: one })),
      ),
    ).toBe(outcome);
  });

  const look = {
    before: 10,
    now: 11,
    scrapedAtMs: 2,
    answeredAtMs: 1,
    exemplar: false,
    metric: 'm',
    isGoodAnswer: true,
  };
  it.each([
    [
      'an exemplar proves it, whatever the counter says',
      { exemplar: true, now: null },
      'seen: An exemplar of its latency carries its trace id.',
    ],
    ['a rise by one proves it', {}, 'seen: m rose by 1, by this request alone.'],
    [
      'a rise with others is taken after a good answer',
      { now: 40 },
      'seen: m rose by 30, with other requests: no exemplar tells this one apart.',
    ],
    [
      'a rise with others is not taken after a bad one',
      { now: 40, isGoodAnswer: false },
      'not seen: m rose by 30, with other requests: no exemplar tells this one apart, and without a good answer it may not have been counted at all.',
    ],
    [
      'a scrape from before the answer proves nothing',
      { scrapedAtMs: 0 },
      'not seen: m was not scraped since the answer.',
    ],
    ['no rise is none', { now: 10 }, 'not seen: m was scraped since the answer and did not rise.'],
    ['a counter that began anew is no rise', { now: 3 }, 'not seen: m began anew since: the service was restarted.'],
    ['no series is no rise', { now: null }, 'not seen: No series of m is there for this model.'],
    ['the first request makes the series', { before: null, now: 1 }, 'seen: m rose by 1, by this request alone.'],
  ])('%s', (_, patch, said) => {
    const { seen, detail } = judgeCounter({ ...look, ...patch });
    expect(`${seen ? 'seen' : 'not seen'}: ${detail}`).toBe(said);
  });
});
