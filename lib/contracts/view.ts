// The small build of zod: this file is in the first load of every page.
import * as z from 'zod/mini';

/** Characters of a model's name at most. */
export const MODEL_NAME_CHARACTERS = 1_000;

/** How often a live page asks again. */
export const Refresh = z.enum(['off', '15s', '30s', '1m', '5m']);
export type Refresh = z.infer<typeof Refresh>;

/** What the fleet's numbers are compared with: the same time a day or a week before. */
export const Against = z.enum(['day', 'week']);
export type Against = z.infer<typeof Against>;

/** One end of a range in the address bar: "now", "now-6h", or milliseconds since the epoch. */
export const RangeEnd = z.string().check(z.regex(/^(now(-\d{1,6}[smhdw])?|\d{1,16})$/));

/**
 * What every page shares through its address: range, model, versions, refresh. A value that cannot be read falls back
 * to its default, so that a mangled link still opens.
 */
export const View = z.object({
  from: z.catch(z._default(RangeEnd, 'now-1h'), 'now-1h'),
  to: z.catch(z._default(RangeEnd, 'now'), 'now'),
  model: z.catch(z.optional(z.string().check(z.minLength(1), z.maxLength(MODEL_NAME_CHARACTERS))), () => undefined),
  /** Versions shown; empty means all. */
  versions: z.catch(
    z._default(
      z.pipe(
        z.string(),
        z.transform((text: string) => text.split(',').filter(Boolean)),
      ),
      [],
    ),
    () => [],
  ),
  refresh: z.catch(z._default(Refresh, '30s'), '30s'),
  against: z.catch(z._default(Against, 'day'), 'day'),
});
export type View = z.infer<typeof View>;
