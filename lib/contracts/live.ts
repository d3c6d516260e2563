import * as z from 'zod';
import { InvestigationParams } from './investigation';
import { ClientId, IncidentKey } from './written-text';

const Watching = {
  /** Made by the browser tab: who names one is told of to the others who look. Absent: nobody hears of it. */
  viewer: ClientId.optional(),
  /** Comma-separated names of the parts that are being written: sections of a postmortem, cells. */
  editing: z
    .string()
    .max(2_000)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(z.string().regex(/^[a-z0-9-]{1,60}$/)).max(50))
    .default([]),
};

export const IncidentLiveParams = z.object({ incidentId: IncidentKey, ...Watching });
export const InvestigationLiveParams = InvestigationParams.extend(Watching);

/** Somebody else who looks at the same now, with all their windows together. */
export const Onlooker = z.object({
  name: z.string(),
  /** The same person as the reader, in another window. */
  isReader: z.boolean(),
  editing: z.array(z.string()),
});
export type Onlooker = z.infer<typeof Onlooker>;

/** What the live stream of an incident or an investigation says. `hello` comes first, `changed` after each change. */
export const LiveEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), activity: z.number().int() }),
  z.object({ type: z.literal('changed'), activity: z.number().int() }),
  /** Who else looks, whenever that changes; a hint, not a record. */
  z.object({ type: z.literal('present'), others: z.array(Onlooker) }),
  /** The database cannot be asked; the stream goes on and says `changed` when it can again. */
  z.object({ type: z.literal('stale'), sentence: z.string() }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
