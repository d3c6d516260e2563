import { describe, expect, it } from 'vitest';
import type { GuardAction, GuardEvaluation, GuardSwitch } from '@/lib/contracts/rollout';
import { type GuardStanding, guardAnswer } from '@/lib/domain/guard-answer';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE_MS = 60_000;

const evaluation = (part: Partial<GuardEvaluation> = {}): GuardEvaluation => ({
  id: 'e',
  model: 'fraud_detector',
  champion: '2.3.0',
  challenger: '2.4.0',
  atMs: NOW_MS - MINUTE_MS,
  startMs: NOW_MS - 60 * MINUTE_MS,
  dataEndMs: NOW_MS - MINUTE_MS,
  verdict: 'roll-back',
  sentence: 'Roll back 2.4.0.',
  reasons: [],
  decision: 'counted',
  decided: 'Roll back: violation 2 of 3 in a row.',
  run: 2,
  violations: 3,
  actionId: null,
  ...part,
});
const action = (part: Partial<GuardAction> = {}): GuardAction => ({
  id: 'a',
  model: 'fraud_detector',
  champion: '2.3.0',
  challenger: '2.4.0',
  atMs: NOW_MS - 5 * MINUTE_MS,
  dryRun: false,
  evaluationId: 'e',
  sentence: '',
  deliveries: [{ id: 'd', endpoint: 'deploy', state: 'delivered', attempts: 1, lastError: null }],
  incident: null,
  ...part,
});
const thrown: GuardSwitch = {
  model: null,
  killed: true,
  atMs: NOW_MS,
  by: 'Ada',
  reason: 'Migration under way.',
  revision: 1,
};
const say = (part: Partial<GuardStanding>) =>
  guardAnswer({
    model: 'fraud_detector',
    mode: 'armed',
    policy: { intervalMs: MINUTE_MS, violations: 3, webhooks: ['deploy'] },
    newest: evaluation(),
    thrown: null,
    action: null,
    nowMs: NOW_MS,
    ...part,
  });

describe('what a guard says of itself', () => {
  it.each<[string, Partial<GuardStanding>, string, RegExp]>([
    ['that it is off', { mode: 'off' }, 'unknown', /^No guard watches fraud_detector/],
    ['who threw the switch, and why', { mode: 'killed', thrown }, 'watch', /every guard was thrown by Ada: Migration/],
    ['that nothing was evaluated yet', { newest: null }, 'unknown', /^Armed: the first evaluation is still to come/],
    [
      'that nobody evaluates',
      { newest: evaluation({ atMs: NOW_MS - 4 * MINUTE_MS }) },
      'watch',
      /no console evaluates/,
    ],
    ['how far a run is', {}, 'bad', /^Armed\. Roll back: violation 2 of 3/],
    ['that it asked', { action: action() }, 'bad', /^It asked for 2\.4\.0 to be rolled back 5.min ago\.$/],
    [
      'whom it could not tell',
      {
        action: action({
          deliveries: [{ id: 'd', endpoint: 'deploy', state: 'dead', attempts: 8, lastError: 'refused' }],
        }),
      },
      'bad',
      /but deploy could not be told/,
    ],
    [
      'what it would have done',
      { mode: 'dry-run', action: action({ dryRun: true }) },
      'bad',
      /would have rolled 2\.4\.0 back/,
    ],
    [
      'nothing of an action on other versions',
      { action: action({ challenger: '2.2.0' }), newest: evaluation({ verdict: 'promote', decided: 'No violation.' }) },
      'ok',
      /^Armed\. No violation\.$/,
    ],
    [
      'doubt as doubt',
      { newest: evaluation({ verdict: 'in-doubt', decided: 'In doubt.' }) },
      'watch',
      /^Armed\. In doubt\./,
    ],
  ])('%s', (_, part, status, text) => {
    const answer = say(part);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });
});
