import * as z from 'zod';

/**
 * What the console says of the distribution of one feature, worst first, decided in one place (`driftVerdicts`).
 * `within-noise`: no more than sampling gives at this size; `stable`: certain, and too small to matter;
 * `not-comparable`: the two sides share no bounds; `new`, `vanished`: only one side has values.
 */
export const DriftState = z.enum([
  'drifted',
  'watch',
  'vanished',
  'new',
  'not-comparable',
  'not-enough-data',
  'not-measured',
  'stable',
  'within-noise',
]);
export type DriftState = z.infer<typeof DriftState>;

/** What is said of the rate of missing values beside the reference's. */
export const MissingState = z.enum(['risen', 'fallen', 'steady', 'no-reference', 'not-enough-data', 'not-measured']);
export type MissingState = z.infer<typeof MissingState>;

/** What is said of a quality measure beside its reference level. */
export const QualityState = z.enum(['fallen', 'risen', 'holds', 'no-reference', 'not-enough-data', 'not-measured']);
export type QualityState = z.infer<typeof QualityState>;

/** Whether labels still arrive. */
export const LabelState = z.enum(['fresh', 'stale', 'not-measured']);
export type LabelState = z.infer<typeof LabelState>;

/** What is said of the recall of a cohort beside that of all. */
export const FairnessState = z.enum(['below', 'not-below', 'not-enough-data', 'not-measured']);
export type FairnessState = z.infer<typeof FairnessState>;
