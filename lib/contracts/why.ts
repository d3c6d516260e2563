import * as z from 'zod';
import { SourceKind } from './error';

/** How a shown number came to be: one query as it ran, for the "why" drawer of a panel. */
export const Why = z.object({
  /** What of the panel this query answers, for example "error ratio by version". */
  purpose: z.string(),
  source: z.string(),
  kind: SourceKind,
  language: z.enum(['promql', 'logql', 'traceql', 'none']),
  query: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  /** Null for an instant query. */
  stepMs: z.number().nullable(),
  /** Time the source took, as seen from the console; that of the first asking where the answer was cached. */
  elapsedMs: z.number(),
  cached: z.boolean(),
  /** What was cut off and why, as a sentence; null when the answer is whole. */
  truncated: z.string().nullable(),
  warnings: z.array(z.string()),
  /** The same query in Grafana, where an address is configured. */
  exploreUrl: z.string().nullable(),
  /** The request as anybody can repeat it: the source's own address and the path, without credentials. */
  requestUrl: z.string(),
});
export type Why = z.infer<typeof Why>;
