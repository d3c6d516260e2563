import * as z from 'zod';
import { ClientId, IncidentKey } from './written-text';

/** One time that one alert fired, from its start to its end: source + fingerprint + startsAt. */
export const AlertEpisode = z.object({
  id: z.uuid(),
  source: z.enum(['alertmanager', 'grafana']),
  fingerprint: z.string(),
  /** The alert's name, or its title where it has none. */
  name: z.string(),
  status: z.enum(['firing', 'resolved']),
  /** Null: the source gave none that can be true. */
  startsAtMs: z.number().nullable(),
  endsAtMs: z.number().nullable(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  /** Values that Grafana sent with it; null: the source sends none. */
  values: z.record(z.string(), z.number().nullable()).nullable(),
  /** Where its rule can be looked at: http or https only; null: none that is safe to open. */
  link: z.string().nullable(),
  firstSeenAtMs: z.number(),
  lastSeenAtMs: z.number(),
  /** What is wrong with its times, in a sentence; such an alert counts in no figure. Null: nothing. */
  skew: z.string().nullable(),
  incident: z.object({ id: z.uuid(), number: z.number() }).nullable(),
  /** Why it belongs to that incident, or to none. */
  reason: z.string(),
  /** The delivery that last spoke of it. */
  deliveryId: z.uuid(),
});
export type AlertEpisode = z.infer<typeof AlertEpisode>;

export const AlertEpisodes = z.object({
  episodes: z.array(AlertEpisode),
  nextCursor: z.string().nullable(),
  total: z.number().int(),
  firing: z.number().int(),
});
export type AlertEpisodes = z.infer<typeof AlertEpisodes>;

const page = {
  status: z.enum(['firing', 'resolved']).optional(),
  /** Words in labels and annotations. */
  q: z.string().max(200).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** Alerts of one incident and of what was merged into it, firing ones first, then the newest. */
export const IncidentAlertsParams = z.object({ incidentId: IncidentKey, ...page });
export type IncidentAlertsParams = z.infer<typeof IncidentAlertsParams>;

/** Alerts that came by webhook, with or without an incident. */
export const AlertEpisodesParams = z.object({ attached: z.stringbool().optional(), ...page });
export type AlertEpisodesParams = z.infer<typeof AlertEpisodesParams>;
export type AlertEpisodesAsked = {
  attached?: boolean;
  status?: 'firing' | 'resolved';
  q?: string;
  cursor?: string;
  limit?: number;
};

/** Attaches alerts to an incident, from none or from another one, or takes them off it. Doing it again changes nothing. */
export const AlertAttachment = z.object({
  incidentId: IncidentKey,
  episodeIds: z.array(ClientId).min(1).max(1_000),
  attach: z.boolean(),
});
export type AlertAttachment = z.infer<typeof AlertAttachment>;

/** One body that a webhook received. */
export const AlertDelivery = z.object({
  id: z.uuid(),
  source: z.enum(['alertmanager', 'grafana']),
  receivedAtMs: z.number(),
  /** The same body again, from a second Alertmanager or a repetition, is counted here. */
  attempts: z.number().int(),
  lastReceivedAtMs: z.number(),
  sizeBytes: z.number().int(),
  /** pending: kept, its alerts not yet read. unparsed: no alerts could be read from it; it is kept as it came. */
  outcome: z.enum(['pending', 'stored', 'unparsed']),
  /** What became of it, in a sentence. */
  sentence: z.string(),
  alerts: z.number().int(),
  /** Alerts whose state it changed. */
  changed: z.number().int(),
  /** Alerts that the sender left out (max_alerts). */
  leftOutBySender: z.number().int(),
  /** Bytes beyond our bound that were not kept; alerts in them are missing. */
  cutBytes: z.number().int(),
  receiver: z.string().nullable(),
  replays: z.number().int(),
});
export type AlertDelivery = z.infer<typeof AlertDelivery>;

export const AlertDeliveries = z.object({
  deliveries: z.array(AlertDelivery),
  nextCursor: z.string().nullable(),
  /** Whether each webhook has a secret, without which it takes nothing in. */
  receives: z.object({ alertmanager: z.boolean(), grafana: z.boolean() }),
});
export type AlertDeliveries = z.infer<typeof AlertDeliveries>;

export const AlertDeliveriesParams = z.object({
  source: z.enum(['alertmanager', 'grafana']).optional(),
  outcome: z.enum(['pending', 'stored', 'unparsed']).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AlertDeliveriesParams = z.infer<typeof AlertDeliveriesParams>;

export const AlertDeliveryParams = z.object({ deliveryId: ClientId });
export type AlertDeliveryParams = z.infer<typeof AlertDeliveryParams>;

/** A delivery with its body as it came, redacted. */
export const AlertDeliveryBody = AlertDelivery.extend({
  body: z.string(),
  /** The body was longer than what is shown. */
  bodyCut: z.boolean(),
});
export type AlertDeliveryBody = z.infer<typeof AlertDeliveryBody>;

/** What a webhook says to its sender. */
export const WebhookReceipt = z.object({
  deliveryId: z.uuid(),
  outcome: AlertDelivery.shape.outcome,
  duplicate: z.boolean(),
});
export type WebhookReceipt = z.infer<typeof WebhookReceipt>;
