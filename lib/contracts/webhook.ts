import * as z from 'zod';

/** Deliveries of one page. */
export const DELIVERY_PAGE = 50;

export const DeliveryState = z.enum(['dead', 'pending', 'delivered']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** A message to an endpoint outside, and how it fares. */
export const WebhookDelivery = z.object({
  /** Sent as webhook-id, the same at every attempt. */
  id: z.string(),
  /** Name of the endpoint in the configuration. */
  endpoint: z.string(),
  type: z.string(),
  /** What it is about: noun, colon, id. */
  subject: z.string(),
  idempotencyKey: z.string(),
  state: DeliveryState,
  /** Why it is not delivered; null before the first attempt and after success. */
  reason: z.string().nullable(),
  createdAtMs: z.number(),
  /** When it is tried next; null when it is delivered or given up. */
  nextAttemptAtMs: z.number().nullable(),
  /** When it was delivered or given up; null while it is pending. */
  settledAtMs: z.number().nullable(),
  /** Attempts there were in all, one under way included. */
  attempts: z.number().int().nonnegative(),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookAttempt = z.object({
  number: z.number().int().positive(),
  startedAtMs: z.number(),
  /** Null while it is under way, and where it was cut off. */
  durationMs: z.number().nullable(),
  /** Status of the answer; null when there was none. */
  status: z.number().nullable(),
  outcome: z.enum(['delivered', 'failed', 'interrupted', 'under way']),
  /** Why it failed; null when it did not. */
  reason: z.string().nullable(),
  /** The beginning of the answer as the endpoint wrote it, redacted; null when there was none. */
  answer: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

export const WebhookDeliveryDetail = WebhookDelivery.extend({
  /** The body as it is sent. */
  payload: z.string(),
  /** Oldest first. */
  history: z.array(WebhookAttempt),
});
export type WebhookDeliveryDetail = z.infer<typeof WebhookDeliveryDetail>;

export const WebhookEndpointReport = z.object({
  name: z.string(),
  /** Host and port alone: the rest of an address may be a secret. Null: the configuration has no such endpoint any more. */
  host: z.string().nullable(),
  events: z.array(z.string()),
  pending: z.number().int().nonnegative(),
  dead: z.number().int().nonnegative(),
  delivered: z.number().int().nonnegative(),
  /** The newest success; null when there was none. */
  deliveredAtMs: z.number().nullable(),
});
export type WebhookEndpointReport = z.infer<typeof WebhookEndpointReport>;

export const WebhookDeliveries = z.object({
  endpoints: z.array(WebhookEndpointReport),
  /** Given up first, then what waits, then what is delivered; each newest first. */
  deliveries: z.array(WebhookDelivery),
  /** `after` of the next page; null on the last one. */
  next: z.string().nullable(),
});
export type WebhookDeliveries = z.infer<typeof WebhookDeliveries>;

const messageId = z.string().regex(/^msg_[0-9a-f]{32}$/, { error: 'expected the id of a delivery' });

export const WebhookDeliveriesParams = z.object({
  state: DeliveryState.optional(),
  endpoint: z.string().min(1).max(60).optional(),
  /** The whole subject. */
  subject: z.string().min(1).max(400).optional(),
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^(dead|pending|delivered)\.\d{1,15}\.msg_[0-9a-f]{32}$/, { error: 'expected what the page before gave' })
    .optional(),
});
export type WebhookDeliveriesParams = z.infer<typeof WebhookDeliveriesParams>;

export const WebhookDeliveryParams = z.object({ id: messageId });
export type WebhookDeliveryParams = z.infer<typeof WebhookDeliveryParams>;
