// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { Status } from './answer';
import { VerdictKind } from './compare';
import { SEVERITIES } from './incident-words';
import { ModelName } from './range';

/** Evaluations of one page of a guard's history at most. */
const MAX_EVALUATIONS = 200;
/** Characters of the reason of a kill switch or a re-arming. */
const MAX_REASON_CHARACTERS = 500;

/**
 * What a guard may do now.
 * - `off`: not switched on in the configuration; nothing is evaluated.
 * - `dry-run`: evaluates and records what it would do, calls nothing.
 * - `armed`: calls its webhooks.
 * - `killed`: somebody threw the kill switch; it evaluates and records, and does nothing whatever it finds.
 */
export const GuardMode = z.enum(['off', 'dry-run', 'armed', 'killed']);
export type GuardMode = z.infer<typeof GuardMode>;

/**
 * What an evaluation led to.
 * - `nothing`: the verdict is another than roll back, which ends a run of violations.
 * - `stale`: roll back, but on data older than the guard allows; in doubt, which ends a run.
 * - `not-new`: roll back on data that was counted already; the run stands as it was.
 * - `counted`: a violation, but not yet enough in a row.
 * - `killed`, `cooldown`, `already-acted`: enough in a row, and this is why nothing was done.
 * - `dry-run`: would have acted, and was recorded.
 * - `act`: acted.
 */
export const GuardDecision = z.enum([
  'nothing',
  'stale',
  'not-new',
  'counted',
  'killed',
  'cooldown',
  'already-acted',
  'dry-run',
  'act',
]);
export type GuardDecision = z.infer<typeof GuardDecision>;

/** A guard's part of a model's policy. */
export const GuardPolicy = z.object({
  enabled: z.boolean(),
  /** Time between two evaluations; data must have moved on by as much before a violation counts again. */
  intervalMs: z.number(),
  /** Violations in a row before it acts. */
  violations: z.number(),
  armed: z.boolean(),
  /** Shortest time between two actions of one model. */
  cooldownMs: z.number(),
  /** Data older than this counts for nothing. */
  maxAgeMs: z.number(),
  /** Names of the webhook endpoints it calls. */
  webhooks: z.array(z.string()),
  /** Severity of the incident it declares when it acts. */
  incident: z.enum(['none', ...SEVERITIES]),
});
export type GuardPolicy = z.infer<typeof GuardPolicy>;

const Reason = z.object({ status: Status, text: z.string(), decides: z.boolean() });

/** One evaluation as it was kept. */
export const GuardEvaluation = z.object({
  id: z.string(),
  model: z.string(),
  /** Null: the model had no such version. */
  champion: z.string().nullable(),
  challenger: z.string().nullable(),
  /** The instant it is about: data up to here. */
  atMs: z.number(),
  /** Where its window begins; null where nothing could be read. */
  startMs: z.number().nullable(),
  /** Newest data of the side that has less of it; null without traffic. */
  dataEndMs: z.number().nullable(),
  verdict: VerdictKind,
  /** The verdict as the page's answer says it. */
  sentence: z.string(),
  reasons: z.array(Reason),
  decision: GuardDecision,
  /** What the guard did and why, as a sentence. */
  decided: z.string(),
  /** Violations in a row after it, and how many it takes. */
  run: z.number(),
  violations: z.number(),
  /** The action it led to; null without one. */
  actionId: z.string().nullable(),
});
export type GuardEvaluation = z.infer<typeof GuardEvaluation>;

/** One call of a webhook that an action asked for. */
export const GuardDelivery = z.object({
  id: z.string(),
  endpoint: z.string(),
  state: z.string(),
  attempts: z.number(),
  lastError: z.string().nullable(),
});
export type GuardDelivery = z.infer<typeof GuardDelivery>;

export const GuardAction = z.object({
  id: z.string(),
  model: z.string(),
  champion: z.string(),
  challenger: z.string(),
  atMs: z.number(),
  /** Recorded only: nothing was called. */
  dryRun: z.boolean(),
  evaluationId: z.string(),
  sentence: z.string(),
  deliveries: z.array(GuardDelivery),
  /** The incident it declared; null: none. */
  incident: z.object({ id: z.string(), number: z.number() }).nullable(),
});
export type GuardAction = z.infer<typeof GuardAction>;

/** A kill switch and whoever moved it last. */
export const GuardSwitch = z.object({
  /** Null: the switch of every model. */
  model: z.string().nullable(),
  killed: z.boolean(),
  atMs: z.number(),
  by: z.string(),
  reason: z.string(),
  revision: z.number(),
});
export type GuardSwitch = z.infer<typeof GuardSwitch>;

/** A guard as it stands. */
export const GuardState = z.object({
  model: z.string(),
  mode: GuardMode,
  policy: GuardPolicy,
  /** The state in one sentence, with the status its icon shows. */
  answer: z.object({ status: Status, text: z.string() }),
  /** The model's own switch; null: never moved. */
  ownSwitch: GuardSwitch.nullable(),
  /** Violations in a row: `run` of `policy.violations`. */
  run: z.number(),
  /** When the next evaluation is due; null for a guard that is off. */
  nextDueMs: z.number().nullable(),
  /** The newest evaluations, newest first. */
  evaluations: z.array(GuardEvaluation),
  lastAction: GuardAction.nullable(),
  /** When somebody last made it ready to act again on the same rollout; null: never. */
  rearmedAtMs: z.number().nullable(),
});
export type GuardState = z.infer<typeof GuardState>;

export const GuardStates = z.object({
  /** The switch of every model; null: never moved. */
  globalSwitch: GuardSwitch.nullable(),
  guards: z.array(GuardState),
  /** Address people and tools use; null: not configured, and the page's own is taken. */
  publicUrl: z.string().nullable(),
});
export type GuardStates = z.infer<typeof GuardStates>;

export const GuardModelParams = z.object({ model: ModelName });
export type GuardModelParams = z.infer<typeof GuardModelParams>;

export const GuardEvaluationsParams = z.object({
  model: ModelName,
  /** Only those before this instant: the `atMs` of the last one shown. */
  beforeMs: z.coerce.number().int().min(0).max(8_640_000_000_000_000).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_EVALUATIONS).default(50),
});
export type GuardEvaluationsParams = z.infer<typeof GuardEvaluationsParams>;

/** Newest first. */
export const GuardEvaluations = z.object({ evaluations: z.array(GuardEvaluation), more: z.boolean() });
export type GuardEvaluations = z.infer<typeof GuardEvaluations>;

const reason = z
  .string()
  .transform((text) => text.replaceAll('\u0000', '').toWellFormed().trim())
  .pipe(
    z
      .string()
      .min(1, { error: 'say why, for whoever reads it later' })
      .max(MAX_REASON_CHARACTERS, { error: `a reason has at most ${MAX_REASON_CHARACTERS} characters` }),
  );

/** Throws the kill switch or takes it back. */
export const KillSwitchChange = z.object({
  /** Null: every model. */
  model: ModelName.nullable(),
  killed: z.boolean(),
  reason,
  /** The revision on screen; 0 for a switch that was never moved. */
  revision: z.number().int().min(0).max(2_147_483_647),
});
export type KillSwitchChange = z.infer<typeof KillSwitchChange>;

/** Lets a guard act again on the same two versions. */
export const GuardRearm = z.object({
  model: ModelName,
  reason,
  /** Of the model's own switch as it was on screen; 0 where it was never moved. */
  revision: z.number().int().min(0).max(2_147_483_647),
});
export type GuardRearm = z.infer<typeof GuardRearm>;

export const GuardEvaluationParams = z.object({ id: z.uuid().toLowerCase() });
export type GuardEvaluationParams = z.infer<typeof GuardEvaluationParams>;

/** The verdict of a kept evaluation, made again from its kept inputs. */
export const GuardReplay = z.object({
  evaluation: GuardEvaluation,
  /** To the bit: both hashes are equal. */
  same: z.boolean(),
  /** SHA-256 of the verdict's JSON, as kept and now. */
  sha256: z.object({ kept: z.string(), now: z.string() }),
  verdict: z.object({ kept: VerdictKind, now: VerdictKind }),
  /** Version of the console that judged, as kept and now: another one may judge differently. */
  console: z.object({ kept: z.string(), now: z.string() }),
  /** Bytes of the inputs as kept, and whether they are the ones that were kept. */
  inputs: z.object({ sizeBytes: z.number(), intact: z.boolean() }),
  sentence: z.string(),
});
export type GuardReplay = z.infer<typeof GuardReplay>;
