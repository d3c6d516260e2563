import * as z from 'zod';
import { AnswerText } from './answer';
import { type Endpoint, read } from './endpoint';
import { NoParams } from './params';
import { ModelName } from './range';
import { Why } from './why';

/** What a check looks for once it has its answer. */
export const SYNTHETIC_SIGNALS = ['metric', 'trace', 'log'] as const;
export const SyntheticSignalName = z.enum(SYNTHETIC_SIGNALS);
export type SyntheticSignalName = z.infer<typeof SyntheticSignalName>;

/** One thing that was looked for. Times count from the sending, milliseconds. */
export const SyntheticSignal = z.object({
  signal: SyntheticSignalName,
  /** `missing`: its source answered and does not hold it; `unknown`: its source did not answer; `off`: not looked for. */
  state: z.enum(['waiting', 'seen', 'missing', 'unknown', 'off']),
  /** When a look first found it; null: not found. */
  seenAfterMs: z.number().nullable(),
  /** The last look that did not find it; null: the first one did, or there was none. */
  notBeforeMs: z.number().nullable(),
  looks: z.number(),
  /** What was found, or why nothing was, as a sentence. */
  detail: z.string().nullable(),
  /** The newest look. */
  why: z.array(Why),
});
export type SyntheticSignal = z.infer<typeof SyntheticSignal>;

/** What the endpoint answered, against what was expected. */
export const SyntheticAnswer = z.object({
  /** `lost`: the console stopped while it waited. */
  state: z.enum(['ok', 'unreachable', 'timeout', 'status', 'content', 'slow', 'lost']),
  /** Null: there was no answer. */
  status: z.number().nullable(),
  /** From sending to the end of the answer; null where nobody was there to measure it. */
  elapsedMs: z.number().nullable(),
  /** Why it is not as expected, a sentence; null when it is. */
  reason: z.string().nullable(),
  /** Its beginning, redacted; null when there was none. */
  text: z.string().nullable(),
});
export type SyntheticAnswer = z.infer<typeof SyntheticAnswer>;

export const SyntheticOutcome = z.enum(['ok', 'failed', 'incomplete', 'unknown', 'running']);
export type SyntheticOutcome = z.infer<typeof SyntheticOutcome>;

/** A check and all that became of it. */
export const SyntheticRun = z.object({
  id: z.string(),
  model: z.string(),
  origin: z.enum(['schedule', 'hand']),
  askedByName: z.string().nullable(),
  askedAtMs: z.number(),
  /** Null: the prober has not taken it up yet. */
  sentAtMs: z.number().nullable(),
  settledAtMs: z.number().nullable(),
  outcome: SyntheticOutcome,
  requestId: z.string(),
  traceId: z.string(),
  /** Host of the endpoint. */
  host: z.string(),
  /** Null: not there yet. */
  answer: SyntheticAnswer.nullable(),
  signals: z.array(SyntheticSignal),
});
export type SyntheticRun = z.infer<typeof SyntheticRun>;

/** A run as its model's strip shows it. */
export const SyntheticPoint = z.object({
  id: z.string(),
  askedAtMs: z.number(),
  outcome: SyntheticOutcome,
  elapsedMs: z.number().nullable(),
});
export type SyntheticPoint = z.infer<typeof SyntheticPoint>;

export const SyntheticCheck = z.object({
  model: z.string(),
  host: z.string(),
  intervalMs: z.number(),
  waitMs: z.number(),
  /** What counts as a good answer, in words. */
  expects: z.string(),
  /** The newest run that has settled; null: none has. */
  settled: SyntheticRun.nullable(),
  /** The newest run that goes on; null: none does. */
  running: SyntheticRun.nullable(),
  /** Whether the prober is late with it: a check that nobody sends says nothing. */
  overdue: z.boolean(),
  /** Oldest first, bounded. */
  runs: z.array(SyntheticPoint),
});
export type SyntheticCheck = z.infer<typeof SyntheticCheck>;

export const SyntheticChecks = z.object({
  answer: AnswerText,
  nowMs: z.number(),
  checks: z.array(SyntheticCheck),
  mayRun: z.boolean(),
});
export type SyntheticChecks = z.infer<typeof SyntheticChecks>;

export const SyntheticRunParams = z.object({ id: z.uuid({ message: 'a run has a UUID' }) });
export type SyntheticRunParams = z.infer<typeof SyntheticRunParams>;

/** Sends a check now; the id is the sender's, so that a second press is no second check. */
export const NewSyntheticRun = z.object({ model: ModelName, id: z.uuid({ message: 'a run has a UUID' }) });
export type NewSyntheticRun = z.infer<typeof NewSyntheticRun>;

export const SYNTHETIC_ENDPOINTS: readonly Endpoint[] = [
  read('synthetic', NoParams, SyntheticChecks, 'Synthetic checks of every model, with their newest runs'),
  read('synthetic/runs/{id}', SyntheticRunParams, SyntheticRun, 'One run: its answer, and what of it was found where'),
  {
    ...read('synthetic/models/{model}/runs', NewSyntheticRun, SyntheticRun, 'Send the check of a model now'),
    method: 'POST',
    permission: 'synthetic:run',
  },
];
