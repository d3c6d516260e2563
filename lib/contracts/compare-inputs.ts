// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { Role } from './fleet';

/** A histogram over the window: finite upper bounds, cumulative counts with one more at the end, the total. */
export const Histogram = z.object({ upperBounds: z.array(z.number()), cumulative: z.array(z.number()) });
export type Histogram = z.infer<typeof Histogram>;

/** What was counted of one side over its window. Null: not measured. */
export const SideCounts = z.object({
  version: z.string(),
  role: Role,
  /** "2.4.0", or "2.4.0 after 13:20". */
  startMs: z.number(),
  endMs: z.number(),
  requests: z.number().nullable(),
  errors: z.number().nullable(),
  /** Bounds in milliseconds. */
  latency: Histogram.nullable(),
  /** First and last time cell with traffic; null without traffic. */
  firstMs: z.number().nullable(),
  lastMs: z.number().nullable(),
});
export type SideCounts = z.infer<typeof SideCounts>;

const Values = z.array(z.number().nullable());

/** Counts of one side by time cell. `above`: requests slower than the cells' bound. */
export const SideCells = z.object({ requests: Values, errors: Values, above: Values });
export type SideCells = z.infer<typeof SideCells>;

/** Exact durations of one side, from the log lines of the last part of the window, milliseconds. */
export const ExactQuantile = z.object({ value: z.number(), low: z.number(), high: z.number(), count: z.number() });
export type ExactQuantile = z.infer<typeof ExactQuantile>;

const Outcomes = z.object({ tp: z.number(), fp: z.number(), tn: z.number(), fn: z.number() });
export type Outcomes = z.infer<typeof Outcomes>;

const Pair = z.object({ successes: z.number(), total: z.number() });

const TokenCells = z.object({ input: Values, output: Values });

/** A signal that could not be had, and why. `other` decides nothing; all else puts a verdict in doubt. */
export const CompareFault = z.object({
  signal: z.enum(['roles', 'requests', 'errors', 'latency', 'segments', 'quality', 'other']),
  reason: z.string(),
});
export type CompareFault = z.infer<typeof CompareFault>;

/** Everything a verdict is made of: kept and replayed, it gives the same verdict to the bit. */
export const CompareInputs = z.object({
  model: z.string(),
  mode: z.enum(['versions', 'instant']),
  startMs: z.number(),
  endMs: z.number(),
  splitMs: z.number().nullable(),
  scrapeIntervalMs: z.number(),
  /** Null: the model has no second version in the window. */
  champion: SideCounts.nullable(),
  challenger: SideCounts.nullable(),
  /** Null: not measured over time. Both sides on one grid; value i covers the step before startMs + i · stepMs. */
  cells: z
    .object({
      startMs: z.number(),
      stepMs: z.number(),
      aboveBoundMs: z.number().nullable(),
      champion: SideCells,
      challenger: SideCells,
    })
    .nullable(),
  /** Bound of the latency objective, where it is a bucket's. */
  slo: z.object({ thresholdMs: z.number(), isBound: z.boolean(), bounds: z.array(z.number()) }).nullable(),
  /** Null: no metric tells segments. */
  segments: z.array(z.object({ segment: z.string(), champion: Pair, challenger: Pair })).nullable(),
  stages: z.array(
    z.object({
      stage: z.string(),
      champion: Histogram.nullable(),
      challenger: Histogram.nullable(),
      /** Time all requests spent in it, milliseconds: exact, whatever the buckets are. */
      championSumMs: z.number().nullable(),
      challengerSumMs: z.number().nullable(),
    }),
  ),
  exactP95: z
    .object({
      champion: ExactQuantile,
      challenger: ExactQuantile,
      startMs: z.number(),
      endMs: z.number(),
      /** Absent: the log lines. */
      source: z.enum(['logs', 'traces']).optional(),
    })
    .nullable(),
  /** Null: no labels of either side; a side without any, where the other has some, holds zeros. */
  outcomes: z.object({ champion: Outcomes, challenger: Outcomes }).nullable(),
  /** Null: no metric of predictions by label. */
  predictions: z.array(z.object({ label: z.string(), champion: z.number(), challenger: z.number() })).nullable(),
  scores: z.object({ champion: Histogram, challenger: Histogram }).nullable(),
  /** Tokens of both sides on the grid of the cells, and prices; absent where nothing counts tokens and none are priced. */
  tokens: z
    .object({
      counted: z.object({ champion: TokenCells, challenger: TokenCells }).nullable(),
      price: z.object({ inputPerMillion: z.number(), outputPerMillion: z.number(), currency: z.string() }).nullable(),
    })
    .optional(),
  faults: z.array(CompareFault),
});
export type CompareInputs = z.infer<typeof CompareInputs>;
