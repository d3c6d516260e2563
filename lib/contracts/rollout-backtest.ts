// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { VerdictKind } from './compare';
import { ComparePolicy, WhatIf } from './compare-params';
import { ErrorCode } from './error';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { GuardDecision } from './rollout';

/** Evaluations of one backtest at most: a week of five minutes. */
export const MAX_BACKTEST_STEPS = 2_016;
/** The longest range, milliseconds: as far back as a rollout's begin is looked for. */
const MAX_BACKTEST_MS = 7 * 86_400_000;

const MINUTE_MS = 60_000;

/** A policy over past hours. What is absent is as configured; the comparison's limits are edited as in "what if". */
export const BacktestParams = z
  .object({
    model: ModelName,
    /** Absent: by role, as the guard takes them. */
    champion: z.string().min(1).max(1_000).optional(),
    challenger: z.string().min(1).max(1_000).optional(),
    ...RangeFields,
    intervalMinutes: z.coerce.number().int().min(1).max(1_440).optional(),
    violations: z.coerce.number().int().min(1).max(1_000).optional(),
    ...WhatIf.shape,
  })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] })
  .refine(({ startMs, endMs }) => endMs - startMs <= MAX_BACKTEST_MS, {
    message: 'a backtest goes over at most seven days',
    path: ['startMs'],
  })
  .refine(
    ({ startMs, endMs, intervalMinutes }) =>
      intervalMinutes === undefined || (endMs - startMs) / (intervalMinutes * MINUTE_MS) <= MAX_BACKTEST_STEPS,
    {
      message: `a backtest has at most ${MAX_BACKTEST_STEPS} evaluations: take a longer interval`,
      path: ['intervalMinutes'],
    },
  );
export type BacktestParams = z.infer<typeof BacktestParams>;

/** One evaluation of the past. */
export const BacktestStep = z.object({
  atMs: z.number(),
  verdict: VerdictKind,
  decision: GuardDecision,
  run: z.number(),
  /** The first reason that decides. */
  reason: z.string(),
  /** `exact`: read as the guard reads it; `cells`: added up from counts by minute, which is within a percent of it. */
  from: z.enum(['cells', 'exact']),
});
export type BacktestStep = z.infer<typeof BacktestStep>;

/** A line of the answer: what is run, the steps as they are done, then the result or an error. */
export const BacktestLine = z.union([
  z.object({
    type: z.literal('begin'),
    champion: z.string(),
    challenger: z.string(),
    /** Where every comparison's window begins. */
    windowStartMs: z.number(),
    intervalMs: z.number(),
    violations: z.number(),
    policy: ComparePolicy,
    steps: z.number(),
  }),
  z.object({ type: z.literal('step'), done: z.number(), of: z.number(), step: BacktestStep }),
  z.object({
    type: z.literal('result'),
    /** The instant the guard would have fired; null: it would not have. */
    firedAtMs: z.number().nullable(),
    /** Time from the challenger's first traffic to that instant. */
    firedAfterMs: z.number().nullable(),
    verdicts: z.record(VerdictKind, z.number()),
    sentence: z.string(),
    /** What the reader should know of how it was made. */
    notes: z.array(z.string()),
  }),
  z.object({ type: z.literal('error'), code: ErrorCode, message: z.string(), source: z.string().optional() }),
]);
export type BacktestLine = z.infer<typeof BacktestLine>;
