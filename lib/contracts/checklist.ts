import * as z from 'zod';
import { ClientId, IncidentKey, writtenText } from './written-text';

export const PROBE_LANGUAGES = ['promql', 'logql'] as const;
export const PROBE_UNITS = ['number', 'ratio', 'rate', 'count', 'seconds', 'ms'] as const;

/** A query, and when what it gives passes. */
export const Probe = z.object({
  query: z.string(),
  language: z.enum(PROBE_LANGUAGES),
  /** As "<= 0.01". */
  pass: z.string(),
  unit: z.enum(PROBE_UNITS),
});
export type Probe = z.infer<typeof Probe>;

/** One step as its file says it. */
export const ChecklistStep = z.object({
  id: z.string(),
  title: z.string(),
  /** What to look at and why. */
  help: z.string(),
  /** Who can answer it: a query, or a person only. */
  answeredBy: z.enum(['query', 'person']),
  /** The query, its variables filled in where they are known; null: a person answers. */
  query: z.string().nullable(),
  language: z.enum(PROBE_LANGUAGES).nullable(),
  /** When it passes, in words: "is at most 0.01". */
  passes: z.string().nullable(),
});
export type ChecklistStep = z.infer<typeof ChecklistStep>;

export const Checklist = z.object({
  id: z.string(),
  title: z.string(),
  purpose: z.string(),
  steps: z.array(ChecklistStep),
  /** The file it came from, for whoever wants to change it. */
  file: z.string(),
});
export type Checklist = z.infer<typeof Checklist>;

export const Checklists = z.object({ checklists: z.array(Checklist), problems: z.array(z.string()) });
export type Checklists = z.infer<typeof Checklists>;

/** What is known of a step now. */
export const StepResult = z.object({
  stepId: z.string(),
  /** unknown: the query had no answer; the sentence says why. open: nobody looked yet. */
  state: z.enum(['open', 'pass', 'fail', 'unknown']),
  verifiedBy: z.enum(['query', 'person']).nullable(),
  /** What the query gave; null: nothing, or no query. */
  value: z.number().nullable(),
  unit: z.string().nullable(),
  sentence: z.string(),
  evidenceId: z.string().nullable(),
  by: z.string().nullable(),
  atMs: z.number().nullable(),
  /** Earlier results of this step, newest first. */
  earlier: z.array(z.object({ state: z.string(), sentence: z.string(), by: z.string(), atMs: z.number() })),
});
export type StepResult = z.infer<typeof StepResult>;

/** A checklist gone through for one incident; it keeps the wording it was begun with. */
export const ChecklistRun = z.object({
  id: z.uuid(),
  checklist: Checklist,
  startedAtMs: z.number(),
  startedBy: z.string(),
  results: z.array(StepResult),
  answer: z.string(),
});
export type ChecklistRun = z.infer<typeof ChecklistRun>;

export const ChecklistRuns = z.object({ runs: z.array(ChecklistRun) });
export type ChecklistRuns = z.infer<typeof ChecklistRuns>;

/** Begins a checklist for an incident and asks every query of it. */
export const NewChecklistRun = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  checklistId: z.string().min(1).max(100),
});
export type NewChecklistRun = z.infer<typeof NewChecklistRun>;

/** Answers one step: asks its query again, or takes a person's word with a reason. */
export const StepAnswer = z
  .object({
    incidentId: IncidentKey,
    runId: ClientId,
    id: ClientId,
    stepId: z.string().min(1).max(100),
    by: z.enum(['query', 'person']),
    state: z.enum(['pass', 'fail']).optional(),
    reason: writtenText('a reason', 1_000, 0).default(''),
  })
  .refine((answer) => answer.by === 'query' || (answer.state !== undefined && answer.reason !== ''), {
    path: ['reason'],
    error: 'a person answers with pass or fail, and says why',
  });
export type StepAnswer = z.infer<typeof StepAnswer>;
