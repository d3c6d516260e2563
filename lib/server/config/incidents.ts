import 'server-only';
import { RE2JS } from 're2js';
import { z } from 'zod';
import { SEVERITIES, type Severity } from '@/lib/contracts/incident-words';
import { block, oneOf } from './problems';
import { type Findings, readSecret } from './secret';
import { durationMs, flag, Secret, sizeBytes, telemetryName, text } from './values';

const inbound = {
  secret: Secret,
  previousSecret: Secret.optional(),
};

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const headerName = text(100).regex(HEADER_NAME, { error: 'expected the name of an HTTP header' });

/** `webhooks.in`: who may deliver alerts. */
export const InboundBlock = block({
  alertmanager: block(inbound).optional(),
  grafana: block({
    ...inbound,
    signatureHeader: headerName.default('X-Grafana-Alerting-Signature'),
    timestampHeader: headerName.optional(),
  }).optional(),
  maxBody: sizeBytes(100_000, 200_000_000, '100kB to 200MB').prefault('32MB'),
});

const MATCHER = /^([A-Za-z_]\w*)(=~|!~|!=|=)(?:"([^"]*)"|([^"]*))$/;

/** `severity="critical"`, `alertname=~"Model.*"`: as Alertmanager writes matchers, anchored at both ends. */
const matcher = text(500).refine(
  (written) => {
    const match = MATCHER.exec(written);
    if (match === null) return false;
    if (match[2] === '=' || match[2] === '!=') return true;
    try {
      RE2JS.compile(match[3] ?? match[4] ?? '');
      return true;
    } catch {
      return false;
    }
  },
  { error: 'expected a matcher such as severity="critical" or alertname=~"Model.*"' },
);

/** `incidents`: which alerts open or join which incident. */
export const IncidentsBlock = block({
  rules: z
    .array(
      block({
        name: text(60),
        match: z.array(matcher, { error: 'expected a list of matchers' }).default([]),
        action: oneOf(['open', 'join', 'ignore']).default('open'),
        severity: oneOf(SEVERITIES).default('SEV2'),
        /** Values of the alert's label `severity` that stand for another one. */
        severities: z
          .record(text(60), oneOf(SEVERITIES), { error: 'expected label values with severities' })
          .default({}),
        modelLabel: telemetryName.default('model_name'),
        versionLabel: telemetryName.default('model_version'),
        groupBy: z.array(telemetryName, { error: 'expected a list of labels' }).optional(),
        tags: z.array(text(50), { error: 'expected a list of tags' }).max(20).default([]),
        drill: flag.default(false),
      }),
      { error: 'expected a list of rules' },
    )
    .default([]),
  checklists: text(4_000).optional(),
  /** How long bodies of webhooks are kept. */
  keepDeliveries: durationMs(86_400_000, 3_660 * 86_400_000, '1d to 3660d').prefault('90d'),
});

export interface LabelMatcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** What becomes of an alert. */
export interface AlertRule {
  /** Unique. */
  name: string;
  match: LabelMatcher[];
  /** open: joins the open incident of its group, or opens one. join: joins the newest open incident of its model, or none. */
  action: 'open' | 'join' | 'ignore';
  severity: Severity;
  severities: Readonly<Record<string, Severity>>;
  modelLabel: string;
  versionLabel: string;
  /** Alerts that have the same values of these labels belong to one incident. */
  groupBy: string[];
  tags: string[];
  drill: boolean;
}

/** A sender of alerts and what it shows to be it, secrets resolved. */
export interface InboundConfig {
  /** The newest first; two while senders change over. */
  secrets: readonly string[];
  signatureHeader: string | null;
  /** Header with the instant of a signature in unix seconds, part of what is signed; null: none. */
  timestampHeader: string | null;
}

export interface IncidentsConfig {
  rules: AlertRule[];
  /** Directory of further checklists; null: the ones that come with the console. */
  checklists: string | null;
  keepDeliveriesMs: number;
}

function toMatcher(written: string): LabelMatcher {
  const [, label = '', operator = '=', quoted, plain] = MATCHER.exec(written) ?? [];
  const known = operator === '!=' || operator === '=~' || operator === '!~' ? operator : '=';
  return { label, operator: known, value: quoted ?? plain ?? '' };
}

/**
 * Rules with their defaults: by model where no grouping is written, tags in lower case, sorted, each once. Names used
 * twice go to `found`.
 */
export function toIncidents(written: z.infer<typeof IncidentsBlock>, found: Findings): IncidentsConfig {
  const seen = new Map<string, number>();
  for (const [index, { name }] of written.rules.entries()) {
    const first = seen.get(name);
    if (first !== undefined) {
      found.problems.push(
        `incidents.rules.${index}.name: expected another rule name than "${name}", taken by incidents.rules.${first}.name`,
      );
    } else seen.set(name, index);
  }
  return {
    rules: written.rules.map(({ match, groupBy, tags, ...rule }) => ({
      ...rule,
      match: match.map(toMatcher),
      groupBy: groupBy ?? [rule.modelLabel],
      tags: [...new Set(tags.map((tag) => tag.toLowerCase()))].sort(),
    })),
    checklists: written.checklists ?? null,
    keepDeliveriesMs: written.keepDeliveries,
  };
}

/** A short secret is guessed; this many characters are not. */
const MIN_SECRET = 16;

/**
 * Senders with their secrets resolved, the newest first; null: not configured, so nothing is taken in. Secrets that
 * are missing or short go to `found`; `maxBodyBytes` is of the unpacked body.
 */
export function toInbound(written: z.infer<typeof InboundBlock>, found: Findings) {
  const secretsOf = (entry: { secret: Secret; previousSecret?: Secret | undefined }, path: string) =>
    [
      { secret: entry.secret, at: `${path}.secret` },
      ...(entry.previousSecret === undefined ? [] : [{ secret: entry.previousSecret, at: `${path}.previousSecret` }]),
    ].map(({ secret, at }) => {
      const read = readSecret(secret, at, found);
      if (read !== '' && read.length < MIN_SECRET) {
        found.problems.push(
          `${at}: expected at least ${MIN_SECRET} characters, such as \`openssl rand -hex 32\` makes`,
        );
      }
      return read;
    });
  const { alertmanager, grafana } = written;
  return {
    alertmanager:
      alertmanager === undefined
        ? null
        : {
            secrets: secretsOf(alertmanager, 'webhooks.in.alertmanager'),
            signatureHeader: null,
            timestampHeader: null,
          },
    grafana:
      grafana === undefined
        ? null
        : {
            secrets: secretsOf(grafana, 'webhooks.in.grafana'),
            signatureHeader: grafana.signatureHeader,
            timestampHeader: grafana.timestampHeader ?? null,
          },
    maxBodyBytes: written.maxBody,
  } satisfies { alertmanager: InboundConfig | null; grafana: InboundConfig | null; maxBodyBytes: number };
}
