// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { ModelName } from './range';
import { GuardMode } from './rollout';

/** Hooks of Flagger that the gate answers. */
const FLAGGER_HOOKS = ['rollback', 'confirm-promotion', 'confirm-traffic-increase'] as const;
export type FlaggerHook = (typeof FLAGGER_HOOKS)[number];

/** Which version the tool rolls out: an answer about another one is "hold". Absent: whichever is the challenger. */
const challenger = z.string().min(1).max(1_000).optional();

export const GateParams = z.object({ model: ModelName, challenger });
export type GateParams = z.infer<typeof GateParams>;

export const FlaggerGateParams = z.object({ model: ModelName, challenger, hook: z.enum(FLAGGER_HOOKS) });
export type FlaggerGateParams = z.infer<typeof FlaggerGateParams>;

/**
 * What a rollout tool asks. `action` is `rollback` only for a sure roll back: enough violations in a row, each on fresh
 * data, not long ago, and no kill switch. Everything else, failures of the console included, is `hold` or `promote`.
 */
export const RolloutGate = z.object({
  model: z.string(),
  champion: z.string().nullable(),
  challenger: z.string().nullable(),
  action: z.enum(['rollback', 'promote', 'hold']),
  rollback: z.boolean(),
  promote: z.boolean(),
  /** Of the newest evaluation; `in_doubt` where there is none, or it is too old to tell. */
  verdict: z.enum(['roll_back', 'promote', 'wait', 'not_enough_data', 'in_doubt']),
  reason: z.string(),
  /** Violations in a row, and how many it takes. */
  run: z.number(),
  violations: z.number(),
  mode: GuardMode,
  evaluationId: z.string().nullable(),
  evaluatedAtMs: z.number().nullable(),
  dataEndMs: z.number().nullable(),
});
export type RolloutGate = z.infer<typeof RolloutGate>;
