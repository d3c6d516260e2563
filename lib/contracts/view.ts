// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { ModelName } from './range';

/** How often a live page asks again. */
export const Refresh = z.enum(['off', '15s', '30s', '1m', '5m']);
export type Refresh = z.infer<typeof Refresh>;

/** What the fleet's numbers are compared with: the same time a day or a week before. */
export const Against = z.enum(['day', 'week']);
export type Against = z.infer<typeof Against>;

/** One end of a range in the address bar: "now", "now-6h", or milliseconds since the epoch. */
export const RangeEnd = z.string().regex(/^(now(-\d{1,6}[smhdw])?|\d{1,16})$/);

/**
 * What every page shares through its address: range, model, versions, refresh. A value that cannot be read falls back
 * to its default, so that a mangled link still opens.
 */
export const View = z.object({
  from: RangeEnd.default('now-1h').catch('now-1h'),
  to: RangeEnd.default('now').catch('now'),
  model: ModelName.optional().catch(undefined),
  /** Versions shown; empty means all. */
  versions: z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .default([])
    .catch([]),
  refresh: Refresh.default('30s').catch('30s'),
  against: Against.default('day').catch('day'),
});
export type View = z.infer<typeof View>;
