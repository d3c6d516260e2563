// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';

const instantMs = z.coerce.number().int().min(0).max(8_640_000_000_000_000);
export const VersionName = z.string().min(1).max(1_000);
/** A feature's name as telemetry has it: any text, bounded; hostile until quoted. */
const FeatureName = z.string().min(1).max(500);

/**
 * What the current side is held against. `auto` takes the first there is: the baseline uploaded for the version, then
 * one uploaded for the model, the training baseline in the metrics, the same version in the 24 h before the range, the
 * champion in the range.
 */
export const ReferenceKind = z.enum(['upload', 'training', 'earlier', 'version']);
export type ReferenceKind = z.infer<typeof ReferenceKind>;

/** Where distributions are read from; `auto` takes the first that has any. */
export const DriftSource = z.enum(['metrics', 'logs', 'scores']);
export type DriftSource = z.infer<typeof DriftSource>;

const DriftFields = {
  ...RangeFields,
  model: ModelName,
  /** Absent: the version with the role of champion, else the one with the most requests. */
  version: VersionName.optional(),
  against: z.enum(['auto', ...ReferenceKind.options]).default('auto'),
  /** With against=version: which; absent: the champion, or the other version. */
  againstVersion: VersionName.optional(),
  /** With against=earlier: absent is the 24 h before the range. */
  againstStartMs: instantMs.optional(),
  againstEndMs: instantMs.optional(),
  source: z.enum(['auto', ...DriftSource.options]).default('auto'),
};

const ranged = { message: RANGE_MESSAGE, path: ['startMs'] };
interface Earlier {
  againstStartMs?: number | undefined;
  againstEndMs?: number | undefined;
}
const bothOrNone = ({ againstStartMs: from, againstEndMs: to }: Earlier): boolean =>
  from === undefined || to === undefined ? from === to : from < to;
const earlier = { message: 'againstStartMs must lie before againstEndMs, and both be given', path: ['againstStartMs'] };

export const DriftParams = z.object(DriftFields).refine(withinTenYears, ranged).refine(bothOrNone, earlier);
export type DriftParams = z.infer<typeof DriftParams>;

/** Windows of a heat strip at most. */
const MAX_HEAT_WINDOWS = 96;

export const DriftHeatParams = z
  .object({ ...DriftFields, windows: z.coerce.number().int().min(1).max(MAX_HEAT_WINDOWS).default(24) })
  .refine(withinTenYears, ranged)
  .refine(bothOrNone, earlier);
export type DriftHeatParams = z.infer<typeof DriftHeatParams>;

export const DriftFeatureParams = z
  .object({
    ...DriftFields,
    feature: FeatureName,
    windows: z.coerce.number().int().min(1).max(MAX_HEAT_WINDOWS).default(24),
  })
  .refine(withinTenYears, ranged)
  .refine(bothOrNone, earlier);
export type DriftFeatureParams = z.infer<typeof DriftFeatureParams>;

export const DriftArmsParams = z
  .object({
    ...RangeFields,
    model: ModelName,
    /** Absent: by role. */
    champion: VersionName.optional(),
    challenger: VersionName.optional(),
  })
  .refine(withinTenYears, ranged);
export type DriftArmsParams = z.infer<typeof DriftArmsParams>;

/** Alert rules of one model, or of all. */
export const MlRulesParams = z.object({ model: ModelName.optional() });
export type MlRulesParams = z.infer<typeof MlRulesParams>;

/** Parameters as a browser sends them: what has a default may be left out. */
type Asked<T, Optional extends keyof T> = Omit<T, Optional> & Partial<Pick<T, Optional>>;
export type DriftAsked = Asked<DriftParams, 'against' | 'source'>;
export type DriftHeatAsked = Asked<DriftHeatParams, 'against' | 'source' | 'windows'>;
export type DriftFeatureAsked = Asked<DriftFeatureParams, 'against' | 'source' | 'windows'>;
