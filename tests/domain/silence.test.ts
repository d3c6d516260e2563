import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '@/lib/domain/fingerprint';
import { type Firing, firedSentence, noiseAnswer, noiseRows } from '@/lib/domain/noise';
import { matcherFaults, matchersOf, previewVerdict, timeFault } from '@/lib/domain/silence';
import { silenceWarning } from '@/lib/domain/silence-warning';

const HOUR_MS = 3_600_000;
const blue = (version: string | null) => ({ source: 'Blue', version, emptyFits: () => false });

describe('matchers from an alert', () => {
  it('always name it by equality, so that no guard rail refuses them, and leave out what restarts change', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('model_name', 'severity', 'pod', 'instance'), fc.string()),
        (labels) => {
          const matchers = matchersOf({ ...labels, alertname: 'A' });
          expect(matchers[0]).toEqual({ name: 'alertname', value: 'A', isRegex: false, isEqual: true });
          expect(matchers.some(({ name }) => name === 'pod' || name === 'instance')).toBe(false);
          expect(matcherFaults(matchers, blue('0.28.0'))).toEqual([]);
        },
      ),
    );
  });

  it('need what a version does not have only of versions that are known', () => {
    const matchers = [...matchersOf({ alertname: 'A' }), { name: 'a.b', value: 'x', isRegex: false, isEqual: false }];
    expect(matcherFaults(matchers, blue('0.21.0'))).toHaveLength(2);
    expect(matcherFaults(matchers, blue('0.26.0'))).toHaveLength(1);
    expect(matcherFaults(matchers, blue('0.27.0'))).toEqual([]);
    expect(matcherFaults(matchers, blue(null))).toEqual([]);
  });
});

describe('the times of a silence', () => {
  it('are at most as long as configured, from now or from a later start', () => {
    const bounds = { nowMs: 10 * HOUR_MS, maxMs: 2 * HOUR_MS };
    expect(timeFault({ startsAtMs: 0, endsAtMs: 12 * HOUR_MS }, bounds)).toBeNull();
    expect(timeFault({ startsAtMs: 0, endsAtMs: 12 * HOUR_MS + 1 }, bounds)).toContain('alerts.maxSilence');
    expect(timeFault({ startsAtMs: 20 * HOUR_MS, endsAtMs: 22 * HOUR_MS }, bounds)).toBeNull();
    expect(timeFault({ startsAtMs: 2_000 * HOUR_MS, endsAtMs: 2_001 * HOUR_MS }, bounds)).toContain(
      'at most 60\u202fd ahead',
    );
    expect(timeFault({ startsAtMs: 22 * HOUR_MS, endsAtMs: 21 * HOUR_MS }, bounds)).toContain('after it starts');
  });
});

describe('a preview', () => {
  it.each([
    [0, 0, 'nothing', 'It would mute nothing right now: there is no alert now.'],
    [0, 3, 'nothing', 'It would mute nothing right now: none of 3 alerts matches.'],
    [1, 1, null, 'It would mute 1 of 1 alert right now.'],
    [3, 3, 'everything', 'It would mute every alert there is now, all 3.'],
  ] as const)('of %i of %i is extreme: %s', (matched, total, extreme, sentence) => {
    expect(previewVerdict({ matched, total })).toEqual({ extreme, sentence });
  });
});

describe('a preview of a later start', () => {
  it.each([
    [0, 0, 0, 'nothing', 'There is no alert now, and none that it fits fired in the last 7 d.'],
    [0, 3, 0, 'nothing', 'It fits none of 3 alerts there are now, and none that it fits fired in the last 7 d.'],
    [0, 3, null, 'nothing', 'It fits none of 3 alerts there are now; what fired lately is not known.'],
    [0, 3, 2, null, 'It fits none of 3 alerts there are now; 2 alerts that it fits fired in the last 7 d.'],
    [1, 3, 1, null, 'It fits 1 of 3 alerts there are now; 1 alert that it fits fired in the last 7 d.'],
    [3, 3, 3, 'everything', 'It fits every alert there is now, all 3; 3 alerts that it fits fired in the last 7 d.'],
    [1, 1, null, null, 'It fits 1 of 1 alert there is now.'],
  ] as const)('with %i of %i now and %s of the week is extreme: %s', (matched, total, lately, extreme, sentence) => {
    expect(previewVerdict({ matched, total, lately })).toEqual({ extreme, sentence });
  });
});

describe('a silence', () => {
  const fine = {
    state: 'active' as const,
    startsAtMs: 0,
    endsAtMs: 11 * HOUR_MS,
    mutesCount: 1,
    copies: [{ source: 'Blue', state: 'active' as const }],
    ended: null,
    maxMs: 48 * HOUR_MS,
    nowMs: 10 * HOUR_MS,
  };
  it('that mutes something for a while needs no look', () => expect(silenceWarning(fine)).toBeNull());
  it.each([
    ['it mutes nothing', { mutesCount: 0 }, 'mutes nothing now'],
    ['it runs for years', { endsAtMs: 9_999 * HOUR_MS }, 'longer than this console'],
    ['it was ended just now', { ended: { atMs: 10 * HOUR_MS - 1_000, by: 'ann' } }, 'still being told'],
    ['it came back', { ended: { atMs: 5 * HOUR_MS, by: 'ann' } }, 'It came back: ann ended it'],
  ])('needs one when %s', (_, patch, words) => expect(silenceWarning({ ...fine, ...patch })).toContain(words));
});

describe('the fingerprint of labels', () => {
  it('is that of Prometheus for the empty set, and hangs on no order', () => {
    expect(fingerprintOf({})).toBe('cbf29ce484222325');
    expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }));
    expect(fingerprintOf({ a: '1', b: '2' })).not.toBe(fingerprintOf({ a: '12', b: '' }));
  });
});

describe('the noise review', () => {
  const measured = { startMs: 0, endMs: 336 * HOUR_MS, runbooks: new Map([['A', true]]) };
  const firing = (at: number, patch: Partial<Firing> = {}): Firing => ({
    name: 'A',
    model: 'm',
    severity: 'page',
    labels: {},
    startMs: at * HOUR_MS,
    endMs: (at + 0.5) * HOUR_MS,
    deed: null,
    origin: 'series',
    ...patch,
  });
  const deed = (atMs: number) => ({ atMs, by: 'ann', incident: null });
  const many = (count: number, patch: (at: number) => Partial<Firing> = () => ({})) =>
    Array.from({ length: count }, (_, at) => firing(at * 2, patch(at)));

  it('says how often an alert fired and was acted on, and names the noise first', () => {
    const rows = noiseRows(
      [...many(14, (at) => ({ deed: at < 2 ? deed(at) : null })), ...many(9, () => ({ name: 'B', deed: deed(1) }))],
      measured,
    );
    expect(rows.map(({ name, sentence }) => [name, sentence])).toEqual([
      ['A', 'fired 14 times, acted on twice'],
      ['B', 'fired 9 times, acted on 9 times'],
    ]);
    expect(rows[0]?.lastDeed).toEqual({ atMs: 1, by: 'ann', incident: null });
    expect(rows[0]?.advice).toContain('make it a ticket that wakes nobody');
    expect(rows[1]?.advice).toBeNull();
    expect(noiseAnswer(rows, 'the last 14 d')[0]?.parts[1]?.text).toContain('First to mend: A of m');
  });

  it.each([
    [
      'over at once',
      many(6, (at) => ({ endMs: at * 2 * HOUR_MS + 60_000 })),
      'Half of the times it is over within 1\u202fmin, before anybody can look: give its rule a longer “for”.',
    ],
    [
      'over at once, though somebody acts',
      many(6, (at) => ({ endMs: at * 2 * HOUR_MS + 60_000, deed: deed(1) })),
      'It comes and goes: a longer “for” would call once.',
    ],
    [
      'on most of the time',
      [firing(0, { endMs: null })],
      'It fires most of the time, so it tells nothing new: mend the cause, or move its threshold.',
    ],
    [
      'without a runbook',
      [firing(0, { name: 'C', deed: deed(1) })],
      'It has no runbook: say what whoever it wakes should do.',
    ],
    [
      'a ticket that nobody acts on',
      many(6, () => ({ severity: 'ticket' })),
      'Nobody ever acts on it: raise its threshold, or delete it.',
    ],
    [
      'a page that hardly anybody acts on',
      many(6, (at) => ({ deed: at === 0 ? deed(1) : null })),
      'Seldom does anybody act on it: make it a ticket that wakes nobody, raise its threshold, or delete it.',
    ],
  ])('advises on one that is %s', (name, firings, words) => {
    const runbooks = new Map([
      ['A', true],
      ['C', false],
    ]);
    expect(noiseRows(firings, { ...measured, runbooks })[0]?.advice, name).toBe(words);
  });

  it('counts what webhooks and series both told once', () => {
    const rows = noiseRows([...many(3), ...many(2, () => ({ origin: 'webhook' }))], measured);
    expect(rows[0]).toMatchObject({ fired: 3, firingShare: 1.5 / 336 });
  });

  it('never says of a few that nobody acts on them', () => {
    expect(noiseRows(many(4), measured)[0]).toMatchObject({ status: 'ok', advice: null });
    expect(
      noiseAnswer(noiseRows(many(4), measured), '7 d')[0]
        ?.parts.map(({ text }) => text)
        .join(''),
    ).toBe('Alerts fired 4 times in 7 d, never acted on. None so often that it is noise.');
    expect(firedSentence({ fired: 1, acted: 0 })).toBe('fired once, never acted on');
  });
});
