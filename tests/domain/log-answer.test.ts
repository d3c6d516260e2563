import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byLevel, type LogsAnswerInput, logsAnswer } from '@/lib/domain/log-answer';
import { findRise } from '@/lib/domain/log-rise';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 13, 0);

const input = (series: Record<string, number[]>, patch: Partial<LogsAnswerInput> = {}): LogsAnswerInput => ({
  volume: {
    startMs: START,
    stepMs: MINUTE,
    series: Object.entries(series).map(([level, values]) => ({ labels: { level }, values })),
  },
  notCounted: null,
  partial: null,
  emptiness: null,
  zone: 'UTC',
  ...patch,
});
const say = (asked: LogsAnswerInput) =>
  logsAnswer(asked).map(({ status, parts }) => `${status}: ${parts.map(({ text }) => text).join('')}`);
const flat = (count: number, length: number) => new Array<number>(length).fill(count);

/** Poisson counts of a seeded generator: the same in every run. */
function poisson(mean: number, length: number, seed: number): number[] {
  let state = seed * 2_654_435_761 + 1;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return (state + 0.5) / 4_294_967_296;
  };
  return Array.from({ length }, () => {
    let k = 0;
    for (let p = random(); p > Math.exp(-mean); p *= random()) k += 1;
    return k;
  });
}

describe('the answer of the Logs page', () => {
  it('counts all lines and the failures among them', () => {
    expect(say(input({ error: flat(1, 10), info: flat(99, 10) }))).toEqual([
      'ok: 1\u202f000 lines match, 10 of them errors (1.0\u202f%). They did not rise within this range beyond chance. Counted by 1\u202fmin.',
    ]);
    expect(say(input({ info: flat(1, 3) }))[0]).toContain('3 lines match, none of them an error.');
    expect(say(input({ unknown: flat(1, 3) }))[0]).toContain('none of them names its level');
  });

  it('says since when errors rose, and by how much', () => {
    const [answer] = say(input({ error: [...flat(0, 30), 1, ...flat(8, 29)], info: flat(50, 60) }));
    expect(answer).toContain('Errors rose since 13:31: 8 a minute against 0.0323 before.');
    expect(answer?.startsWith('bad')).toBe(true);
  });

  it('says what is not counted, and why nothing matches', () => {
    expect(say(input({ info: [1] }, { partial: 'Only 500 of 900 series are here.' }))[0]).toContain(
      'watch: 1 line matches, none of them an error. Not all is counted: Only 500 of 900 series are here.',
    );
    expect(say(input({}, { emptiness: { what: 'The filter matches no line.' } }))).toEqual([
      'unknown: The filter matches no line.',
    ]);
    expect(say(input({}, { volume: null, notCounted: 'Loki ran out of time.' }))).toEqual([
      'unknown: How many lines match is not known. Loki ran out of time.',
    ]);
  });

  it('adds up what Loki spells in several ways', () => {
    const { volume } = input({ error: [1, 2], ERR: [3, 4], warning: [0, 1] });
    expect(volume === null ? [] : byLevel(volume)).toEqual([
      { level: 'error', values: [4, 6] },
      { level: 'warn', values: [0, 1] },
    ]);
  });
});

describe('a rise of failures', () => {
  it('is found at its step', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const rise = findRise([...poisson(0.5, 120, seed), ...poisson(4, 120, seed + 100)]);
      expect(Math.abs((rise?.index ?? 0) - 120)).toBeLessThanOrEqual(5);
    }
  });

  it('is not found in quiet series, in falls, in few failures, or in one burst', () => {
    let found = 0;
    for (let seed = 1; seed <= 400; seed += 1) found += findRise(poisson(2, 240, seed)) === null ? 0 : 1;
    expect(found).toBeLessThanOrEqual(2);
    expect(findRise([...poisson(4, 120, 1), ...poisson(0.5, 120, 2)])).toBeNull();
    expect(findRise([...flat(0, 50), ...flat(1, 9)])).toBeNull();
    expect(findRise([...flat(1, 60), 90, ...flat(1, 59)])).toBeNull();
  });

  it('LAW begins within the series, with at least twice the rate', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }), (counts) => {
        const rise = findRise(counts);
        if (rise === null) return;
        expect(rise.index).toBeGreaterThan(0);
        expect(rise.index).toBeLessThan(counts.length);
        expect(rise.after).toBeGreaterThanOrEqual(2 * rise.before);
      }),
    );
  });
});
