// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { WHAT_IF_MAX } from './compare-what-if';
import { ModelName, RANGE_MESSAGE, withinTenYears } from './range';

const instantMs = z.coerce.number().int().min(0).max(8_640_000_000_000_000);
const VersionName = z.string().min(1).max(1_000);

/** What a model's policy allows; shares are 0 to 1 (0.005: half a percentage point). */
export const ComparePolicy = z.object({
  /** 0.2: P95 may rise by at most a fifth. */
  maxP95IncreaseRatio: z.number(),
  maxErrorIncrease: z.number(),
  maxQualityDrop: z.number(),
  minRequests: z.number(),
  minMinutes: z.number(),
  /** The challenger's configured share of the traffic; null when nobody said, and then the split is not checked. */
  challengerShare: z.number().nullable(),
});
export type ComparePolicy = z.infer<typeof ComparePolicy>;

/** An edited policy as parameters of the address, in the units people write: "what if". Absent: as configured. */
export const WhatIf = z.object({
  /** Percent. */
  p95: z.coerce.number().min(0).max(WHAT_IF_MAX.p95).optional(),
  /** Percentage points. */
  errors: z.coerce.number().min(0).max(WHAT_IF_MAX.errors).optional(),
  quality: z.coerce.number().min(0).max(WHAT_IF_MAX.quality).optional(),
  requests: z.coerce.number().int().min(0).max(WHAT_IF_MAX.requests).optional(),
  minutes: z.coerce.number().min(0).max(WHAT_IF_MAX.minutes).optional(),
  /** Percent, both ends excluded: the challenger's configured share. */
  share: z.coerce.number().gt(0).lt(100).optional(),
});
export type WhatIf = z.infer<typeof WhatIf>;

const CompareFields = {
  model: ModelName,
  /** Absent: by role. */
  champion: VersionName.optional(),
  challenger: VersionName.optional(),
  /** Absent: since the challenger's first traffic. */
  startMs: instantMs.optional(),
  endMs: instantMs,
  /** Before and after this instant instead of two versions side by side. */
  splitMs: instantMs.optional(),
};

const orderly = ({ startMs, endMs }: { startMs?: number; endMs: number }): boolean =>
  startMs === undefined || withinTenYears({ startMs, endMs });
const split = ({ startMs, endMs, splitMs }: { startMs?: number; endMs: number; splitMs?: number }): boolean =>
  splitMs === undefined || (splitMs < endMs && (startMs === undefined || startMs < splitMs));

export const CompareParams = z
  .object(CompareFields)
  .refine(orderly, { message: RANGE_MESSAGE, path: ['startMs'] })
  .refine(split, { message: 'splitMs must lie between startMs and endMs', path: ['splitMs'] });
export type CompareParams = z.infer<typeof CompareParams>;

export const CompareReportParams = z
  .object({ ...CompareFields, ...WhatIf.shape })
  .refine(orderly, { message: RANGE_MESSAGE, path: ['startMs'] })
  .refine(split, { message: 'splitMs must lie between startMs and endMs', path: ['splitMs'] });
export type CompareReportParams = z.infer<typeof CompareReportParams>;

export const CompareTracesParams = z
  .object({
    model: ModelName,
    champion: VersionName,
    challenger: VersionName,
    startMs: instantMs,
    endMs: instantMs,
    splitMs: instantMs.optional(),
    /** P95 of each side, milliseconds, that examples should lie near; absent: any. */
    championMs: z.coerce.number().min(0).max(31_536_000_000).optional(),
    challengerMs: z.coerce.number().min(0).max(31_536_000_000).optional(),
  })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type CompareTracesParams = z.infer<typeof CompareTracesParams>;
