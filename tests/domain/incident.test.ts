import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncidentInstants } from '@/lib/contracts/incident';
import { type IncidentStatus, NEXT_STATUSES } from '@/lib/contracts/incident-words';
import { incidentDurations, instantsAfter, mayBecome, medianMs } from '@/lib/domain/incident';

const none: IncidentInstants = {
  startedAtMs: null,
  detectedAtMs: null,
  acknowledgedAtMs: null,
  mitigatedAtMs: null,
  resolvedAtMs: null,
  reviewedAtMs: null,
};
const statuses = Object.keys(NEXT_STATUSES) as IncidentStatus[];

describe('how long an incident took', () => {
  it.each([
    ['nothing is known', {}, [null, null, null, null, null]],
    ['detection counts from the start', { startedAtMs: 10, detectedAtMs: 40 }, [30, null, null, null, null]],
    [
      'people count from detection',
      { detectedAtMs: 40, acknowledgedAtMs: 45, mitigatedAtMs: 90, resolvedAtMs: 99 },
      [null, 5, 50, 59, null],
    ],
    [
      'it hurt until it was mitigated',
      { startedAtMs: 10, mitigatedAtMs: 90, resolvedAtMs: 99 },
      [null, null, null, null, 80],
    ],
    [
      'it hurt until the end where nobody called it mitigated',
      { startedAtMs: 10, resolvedAtMs: 99 },
      [null, null, null, null, 89],
    ],
    ['a clock was wrong', { startedAtMs: 50, detectedAtMs: 40, mitigatedAtMs: 30 }, [null, null, null, null, null]],
  ])('where %s', (_, instants, expected) => {
    const { toDetectMs, toAcknowledgeMs, toMitigateMs, toResolveMs, hurtMs } = incidentDurations({
      ...none,
      ...instants,
    });
    expect([toDetectMs, toAcknowledgeMs, toMitigateMs, toResolveMs, hurtMs]).toEqual(expected);
  });

  it('is never negative', () => {
    const instant = fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: null });
    fc.assert(
      fc.property(
        fc.tuple(instant, instant, instant, instant),
        ([startedAtMs, detectedAtMs, mitigatedAtMs, resolvedAtMs]) => {
          const durations = incidentDurations({ ...none, startedAtMs, detectedAtMs, mitigatedAtMs, resolvedAtMs });
          expect(Object.values(durations).filter((ms) => ms !== null && ms < 0)).toEqual([]);
        },
      ),
    );
  });

  it.each([
    [[], null, 0],
    [[null, null], null, 0],
    [[30, null, 10], 20, 2],
    [[5, 100, 1], 5, 3],
  ])('of %j is in the middle %s', (durations, middle, incidents) => {
    expect(medianMs(durations)).toEqual({ medianMs: middle, incidents });
  });
});

describe('the status of an incident', () => {
  it('goes on from every status, never to itself, and review comes only after the end', () => {
    for (const from of statuses) {
      expect(NEXT_STATUSES[from].length, from).toBeGreaterThan(0);
      expect(mayBecome(from, from), from).toBe(false);
      expect(mayBecome(from, 'triage'), from).toBe(false);
      expect(mayBecome(from, 'reviewed'), from).toBe(from === 'resolved');
    }
  });

  it('keeps whatever way it takes: what is open has no end, what is over has one, and it was taken on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10), { maxLength: 12 }), (choices) => {
        let status: IncidentStatus = 'triage';
        let instants = none;
        for (const [at, choice] of choices.entries()) {
          const next: readonly IncidentStatus[] = NEXT_STATUSES[status];
          status = next[choice % next.length] ?? status;
          instants = instantsAfter(instants, status, at + 1);
          expect(instants.acknowledgedAtMs).toBe(1);
          if (status === 'active') expect(instants).toMatchObject({ mitigatedAtMs: null, resolvedAtMs: null });
          if (status === 'resolved' || status === 'reviewed') expect(instants.resolvedAtMs).not.toBeNull();
          expect(instants.reviewedAtMs !== null).toBe(status === 'reviewed');
        }
      }),
    );
  });
});
