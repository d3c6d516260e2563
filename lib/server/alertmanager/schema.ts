import 'server-only';
import { z } from 'zod';
import { Labels } from '@/lib/contracts/series';

/* The fields read of the Alertmanager API v2 (api/v2/openapi.yaml of the project), in our units. */

const labels = Labels.nullish().transform((value) => value ?? {});
const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const time = z
  .string()
  .nullish()
  .transform((text) => {
    const ms = text === null || text === undefined || text.startsWith('0001-01-01') ? Number.NaN : Date.parse(text);
    return Number.isFinite(ms) ? ms : null;
  });

const ALERT_STATES = ['active', 'suppressed', 'unprocessed'] as const;
const SILENCE_STATES = ['active', 'pending', 'expired'] as const;

/** Only http and https: the text comes from whoever sent the alert. */
const link = z
  .string()
  .nullish()
  .transform((text) => (text !== null && text !== undefined && /^https?:\/\//i.test(text) ? text : null));

export const GettableAlert = z
  .object({
    fingerprint: z.string(),
    labels,
    annotations: labels,
    startsAt: time,
    endsAt: time,
    updatedAt: time,
    generatorURL: link,
    receivers: z.array(z.object({ name: z.string() })).nullish(),
    status: z.object({
      state: z.string(),
      silencedBy: texts,
      inhibitedBy: texts,
      mutedBy: texts,
    }),
  })
  .transform((alert) => ({
    /** The identity of an alert: a hash of its labels. */
    fingerprint: alert.fingerprint,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAtMs: alert.startsAt,
    /** When it ends unless it is sent again: in the future for a firing alert, not its resolution. */
    expiresAtMs: alert.endsAt,
    updatedAtMs: alert.updatedAt,
    generatorUrl: alert.generatorURL,
    receivers: (alert.receivers ?? []).map(({ name }) => name),
    state: ALERT_STATES.find((known) => known === alert.status.state) ?? ('unprocessed' as const),
    silencedBy: alert.status.silencedBy,
    inhibitedBy: alert.status.inhibitedBy,
    /** Filled in groups only. */
    mutedBy: alert.status.mutedBy,
  }));
export type ManagedAlert = z.infer<typeof GettableAlert>;

export const AlertGroups = z.array(
  z
    .object({ labels, receiver: z.object({ name: z.string() }), alerts: z.array(GettableAlert) })
    .transform(({ receiver, ...group }) => ({ ...group, receiver: receiver.name })),
);
export type AlertGroup = z.infer<typeof AlertGroups>[number];

const Matcher = z
  .object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().nullish() })
  // Absent before 0.22, where every matcher was one of equality.
  .transform(({ isEqual, ...matcher }) => ({ ...matcher, isEqual: isEqual ?? true }));
export type SilenceMatcher = z.infer<typeof Matcher>;

export const GettableSilence = z
  .object({
    id: z.string(),
    status: z.object({ state: z.string() }),
    startsAt: time,
    endsAt: time,
    updatedAt: time,
    createdBy: z.string(),
    comment: z.string(),
    matchers: z.array(Matcher),
  })
  .transform((silence) => ({
    id: silence.id,
    state: SILENCE_STATES.find((known) => known === silence.status.state) ?? ('expired' as const),
    startsAtMs: silence.startsAt,
    endsAtMs: silence.endsAt,
    updatedAtMs: silence.updatedAt,
    createdBy: silence.createdBy,
    comment: silence.comment,
    matchers: silence.matchers,
  }));
export type Silence = z.infer<typeof GettableSilence>;

export const SilenceCreated = z.object({ silenceID: z.string() });
export const Receivers = z.array(z.object({ name: z.string() }));

export const AlertmanagerStatus = z
  .object({
    cluster: z.object({
      name: z.string().nullish(),
      status: z.string(),
      peers: z.array(z.object({ name: z.string().nullish() })).nullish(),
    }),
    versionInfo: z.object({ version: z.string() }),
    /** The start time, in spite of its name. */
    uptime: time,
  })
  .transform(({ cluster, versionInfo, uptime }) => ({
    version: versionInfo.version === '' ? null : versionInfo.version,
    clusterStatus: cluster.status,
    peerCount: cluster.peers?.length ?? 0,
    /** What its cluster calls it; null: it stands alone. */
    memberName: cluster.name || null,
    peerNames: (cluster.peers ?? []).flatMap(({ name }) => (name ? [name] : [])),
    startedAtMs: uptime,
  }));
export type AlertmanagerStatus = z.infer<typeof AlertmanagerStatus>;
