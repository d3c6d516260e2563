// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { MODEL_NAME_CHARACTERS } from './view';

/** Ten years: no source keeps more, and a longer range is a slip of the hand. */
const MAX_RANGE_MS = 10 * 366 * 86_400_000;

const instantMs = z.coerce.number().int().min(0).max(8_640_000_000_000_000);

export const RangeFields = { startMs: instantMs, endMs: instantMs };

/** Flat time range of a request: startMs < endMs, at most ten years apart. */
export const withinTenYears = (range: { startMs: number; endMs: number }) =>
  range.startMs < range.endMs && range.endMs - range.startMs <= MAX_RANGE_MS;

export const RANGE_MESSAGE = 'startMs must lie before endMs, and at most ten years before it';

/** A range as query parameters: milliseconds since the epoch. */
export const RangeParams = z.object(RangeFields).refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type RangeParams = z.infer<typeof RangeParams>;

/** A model's name as telemetry has it: any text, bounded; hostile until quoted. */
export const ModelName = z
  .string()
  .min(1, 'a model has a name')
  .max(MODEL_NAME_CHARACTERS, `a model's name has at most ${MODEL_NAME_CHARACTERS} characters`);

/** Range and one model. */
export const ModelRangeParams = z
  .object({ ...RangeFields, model: ModelName })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type ModelRangeParams = z.infer<typeof ModelRangeParams>;
