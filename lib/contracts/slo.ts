import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { MissingSignal } from './fleet';
import { ModelName } from './range';
import { SeriesSet } from './series';
import { Why } from './why';

const instantMs = z.coerce.number().int().min(0).max(8_640_000_000_000_000);

/** The instant objectives are judged at; absent: now. */
export const SlosParams = z.object({ endMs: instantMs.optional() });
export type SlosParams = z.infer<typeof SlosParams>;

/** One objective: the model and the objective's name, as the configuration or another tool's recordings have them. */
export const SloParams = SlosParams.extend({ model: ModelName, slo: z.string().min(1).max(200) });
export type SloParams = z.infer<typeof SloParams>;

export const RULE_FILES = ['prometheus', 'loki', 'tests'] as const;
/** Which file of rules: Prometheus rules, Loki ruler rules, or the unit tests of the former. */
export const SloRulesParams = z.object({ file: z.enum(RULE_FILES).default('prometheus') });
export type SloRulesParams = z.input<typeof SloRulesParams>;

const SloKind = z.enum(['availability', 'latency', 'freshness', 'quality']);

/** A pair of windows. Burn rates: 1 spends the budget in exactly the objective's window; null is not measured. */
export const BurnPairRow = z.object({
  longMs: z.number(),
  shortMs: z.number(),
  severity: z.enum(['page', 'ticket']),
  /** Burn rate over which both windows together alert. */
  factor: z.number(),
  longBurn: z.number().nullable(),
  shortBurn: z.number().nullable(),
  /** Measured share of the lesser window; null where the source does not tell. */
  coverageRatio: z.number().nullable(),
  firing: z.boolean(),
  /** Why this pair never alerts; null when it does. */
  silent: z.string().nullable(),
  /** What burning at the factor means in budget: "eats 2 % of the 30 d budget an hour, all of it in 50 h". */
  meaning: z.string(),
});
export type BurnPairRow = z.infer<typeof BurnPairRow>;

const SloState = z.enum(['page', 'ticket', 'ok', 'no data', 'refused']);

export const SloRow = z.object({
  /** `<model>/<name>`, unique. */
  id: z.string(),
  model: z.string(),
  name: z.string(),
  kind: SloKind.nullable(),
  /** Who measures it: this console by the configuration, or another tool's recordings, which are read. */
  origin: z.enum(['windsock', 'sloth', 'pyrra']),
  /** What is promised, as a sentence without a full stop: "99.5 % of requests succeed, over 30 d". */
  promise: z.string(),
  objective: z.number().nullable(),
  windowMs: z.number().nullable(),
  owner: z.string().nullable(),
  runbook: z.string().nullable(),
  /** Good ÷ all over the window. */
  attainment: z.number().nullable(),
  leftRatio: z.number().nullable(),
  coverageRatio: z.number().nullable(),
  /** Events over the window; null for what counts time. */
  total: z.number().nullable(),
  bad: z.number().nullable(),
  pairs: z.array(BurnPairRow),
  /** At the pace of the last six hours; 0 when spent already, null when it lasts or is not measured. */
  endsInMs: z.number().nullable(),
  state: SloState,
  status: Status,
  /** The state in words. */
  word: z.string(),
  /** Why it is refused or not measured, as a sentence; null when it is measured. */
  problem: z.string().nullable(),
  /** The last state known before the data ended; null unless the state is "no data" and there was one. */
  kept: z.object({ state: z.enum(['page', 'ticket', 'ok']), atMs: z.number() }).nullable(),
  /** Labels are complete up to here (quality); null for the other kinds, or where nothing tells. */
  completeUntilMs: z.number().nullable(),
});
export type SloRow = z.infer<typeof SloRow>;

export const Slos = z.object({
  answer: AnswerText,
  evaluatedAtMs: z.number(),
  /** What needs a person most first. */
  rows: z.array(SloRow),
  /** What the reader should know of all of them: retention, recordings found, models without an objective. */
  notes: z.array(z.string()),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type Slos = z.infer<typeof Slos>;

export const SloDetail = z.object({
  row: SloRow,
  startMs: z.number(),
  endMs: z.number(),
  /** Share of the budget not yet spent over the objective's window, one series. */
  budget: SeriesSet,
  /** Burn rates over time by the label `window`. */
  burn: SeriesSet,
  stretches: z.array(
    z.object({ startMs: z.number(), endMs: z.number(), bad: z.number(), share: z.number(), budgetShare: z.number() }),
  ),
  /** What each window's error ratio is, as the rules have it. */
  expressions: z.array(z.object({ windowMs: z.number(), query: z.string() })),
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type SloDetail = z.infer<typeof SloDetail>;

/** What ate the budget, by one thing: versions, segments, reasons, incidents. */
export const EatenPart = z.object({
  by: z.enum(['version', 'segment', 'reason', 'incident']),
  items: z.array(
    z.object({
      name: z.string(),
      bad: z.number(),
      /** Of the bad events told by this source, 0 to 1. */
      share: z.number(),
      /** Bad ÷ all of this one; null where all is not counted. */
      badRatio: z.number().nullable(),
      /** Where it leads, within the console; null for none. */
      to: z.string().nullable(),
    }),
  ),
  /** Why there are none, or what is cut off. */
  note: z.string().nullable(),
});
export type EatenPart = z.infer<typeof EatenPart>;

export const SloEaten = z.object({ parts: z.array(EatenPart), gaps: z.array(z.string()), why: z.array(Why) });
export type SloEaten = z.infer<typeof SloEaten>;

export const RuleFile = z.object({
  file: z.enum(RULE_FILES),
  fileName: z.string(),
  rules: z.number(),
  text: z.string(),
});
export type RuleFile = z.infer<typeof RuleFile>;

/** One rule of the export beside what the Prometheus has loaded. */
export const RuleDifference = z.object({
  group: z.string(),
  name: z.string(),
  /** What tells it from others of its name: "slo fraud_detector/availability, 1h/5m". */
  detail: z.string(),
  state: z.enum(['loaded', 'changed', 'missing', 'left over']),
  /** What differs, in words; null when nothing does or there is nothing to compare. */
  difference: z.string().nullable(),
});
export type RuleDifference = z.infer<typeof RuleDifference>;

export const SloRules = z.object({
  files: z.array(RuleFile),
  /** Objectives without rules and why, pairs that cannot fire, names that collide. */
  notes: z.array(z.string()),
  /** Null: the Prometheus could not be asked what it has loaded; `gaps` says why. */
  differences: z.array(RuleDifference).nullable(),
  /** The comparison as one sentence. */
  loaded: AnswerText,
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type SloRules = z.infer<typeof SloRules>;
