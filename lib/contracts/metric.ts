import * as z from 'zod';
import { RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { SeriesSet } from './series';
import { Why } from './why';

/** A query of one's own over a range. */
export const MetricParams = z
  .object({
    ...RangeFields,
    query: z.string().trim().min(1, 'expected a query').max(20_000),
    /** Of the query; absent: PromQL. A query of lines is none: one that counts or measures them is. */
    language: z.enum(['promql', 'logql']).optional(),
    /** Name of the Prometheus or the Loki; absent: the first of the configuration. */
    source: z.string().max(100).optional(),
  })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type MetricParams = z.infer<typeof MetricParams>;

/** Series of a query as the Prometheus gave them, on a grid that suits a chart. */
export const Metric = z.object({
  set: SeriesSet,
  why: z.array(Why),
  /** What was cut off, as a sentence; null: nothing. */
  truncated: z.string().nullable(),
});
export type Metric = z.infer<typeof Metric>;
