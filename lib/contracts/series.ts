import * as z from 'zod';

export const Labels = z.record(z.string(), z.string());
export type Labels = z.infer<typeof Labels>;

/** One measured value and what it belongs to. Null means "not measured". */
export const Sample = z.object({ labels: Labels, value: z.number().nullable() });
export type Sample = z.infer<typeof Sample>;

/**
 * Series over one time grid: value i of each lies at startMs + i · stepMs. A null is a gap, never a zero.
 * All value arrays have the same length.
 */
export const SeriesSet = z.object({
  startMs: z.number(),
  stepMs: z.number().positive(),
  series: z.array(z.object({ labels: Labels, values: z.array(z.number().nullable()) })),
});
export type SeriesSet = z.infer<typeof SeriesSet>;
