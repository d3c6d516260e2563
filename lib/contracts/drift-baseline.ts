// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { VersionName } from './drift-params';
import { ModelName } from './range';

export const BaselineFormat = z.enum(['json-histogram', 'csv-histogram', 'json-values', 'csv-values']);
export type BaselineFormat = z.infer<typeof BaselineFormat>;

/** A reference that somebody uploaded; the newest of a version is in force. */
export const Baseline = z.object({
  id: z.uuid(),
  model: z.string(),
  /** Null: for every version of the model. */
  version: z.string().nullable(),
  format: BaselineFormat,
  fileName: z.string().nullable(),
  /** Of the file as it was sent. */
  sha256: z.string(),
  sizeBytes: z.number(),
  features: z.number(),
  /** Rows behind it: the most values of any feature. */
  rows: z.number(),
  author: z.object({ id: z.string(), name: z.string() }),
  createdAtMs: z.number(),
  /** Whether a newer one of the same model and version has taken its place. */
  isReplaced: z.boolean(),
  /** What was left out or cut when it was read, as sentences. */
  notes: z.array(z.string()),
});
export type Baseline = z.infer<typeof Baseline>;

export const BaselineList = z.object({ baselines: z.array(Baseline), more: z.boolean() });
export type BaselineList = z.infer<typeof BaselineList>;

export const BaselinesParams = z.object({ model: ModelName.optional() });
export type BaselinesParams = z.infer<typeof BaselinesParams>;

/**
 * POST /api/drift/baselines?model=…&version=…&id=…, the file as the body (application/json, text/csv) or as the part
 * `file` of multipart/form-data. The same file for the same model and version again is the baseline that is there.
 */
export const NewBaseline = z.object({
  id: z.uuid().toLowerCase().optional(),
  model: ModelName,
  version: VersionName.optional(),
  fileName: z.string().max(500).optional(),
});
export type NewBaseline = z.infer<typeof NewBaseline>;

export const BaselineRemoval = z.object({ id: z.uuid().toLowerCase() });
export type BaselineRemoval = z.infer<typeof BaselineRemoval>;
