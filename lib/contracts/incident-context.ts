import * as z from 'zod';

/** What a context pack looks at, in the order in which it is read. */
export const CONTEXT_TOPICS = ['versions', 'changes', 'alerts', 'slos', 'drift', 'traces', 'errors'] as const;

/** One look at the fleet as it was when the incident was declared. */
export const ContextItem = z.object({
  topic: z.enum(CONTEXT_TOPICS),
  title: z.string(),
  /** waiting: not yet looked at. unknown: looked at and not to be known, the sentence says why. */
  state: z.enum(['waiting', 'captured', 'unknown']),
  /** What was seen, or why it cannot be known. */
  sentence: z.string(),
  /** The frozen answer behind the sentence; null: none. */
  evidenceId: z.string().nullable(),
  capturedAtMs: z.number().nullable(),
});
export type ContextItem = z.infer<typeof ContextItem>;

export const ContextPack = z.object({
  state: z.enum(['none', 'waiting', 'capturing', 'done']),
  /** The time that was looked at. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  items: z.array(ContextItem),
});
export type ContextPack = z.infer<typeof ContextPack>;
