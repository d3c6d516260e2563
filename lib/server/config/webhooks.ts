import 'server-only';
import { refusedAddress } from '../webhooks/address';
import { keyOf } from '../webhooks/signature';
import { type InboundConfig, toInbound } from './incidents';
import type { ConfigFile } from './schema';
import { type Findings, readSecret } from './secret';

/** An endpoint outside that is told what happened, secrets resolved. */
export interface WebhookEndpoint {
  /** Unique; deliveries name it. */
  name: string;
  /** May hold a token in its path or query: shown to people by its host only. */
  url: string;
  /** Keys that a message is signed with, the newest first; two while receivers change over. */
  keys: readonly Buffer[];
  /** Types it is told of: whole ones, or the beginning with a star (`incident.*`); `*` for all. */
  events: readonly string[];
  timeoutMs: number;
  /** Whether addresses of the link and of cloud metadata may be called. */
  allowLinkLocal: boolean;
}

export interface Webhooks {
  out: WebhookEndpoint[];
  /** Who may deliver alerts; null: nobody of that kind. */
  in: { alertmanager: InboundConfig | null; grafana: InboundConfig | null; maxBodyBytes: number };
}

/** The endpoints as they are used, and a fault for each guard that would tell one that is not there. */
export function toWebhooks({ webhooks, models }: ConfigFile, found: Findings): Webhooks {
  const out = webhooks.out.map((written, index) => toEndpoint(written, `webhooks.out.${index}`, found));
  const names = new Set(out.map(({ name }) => name));
  for (const [index, model] of models.entries()) {
    for (const [at, name] of (model.policy.guard?.webhooks ?? []).entries()) {
      if (names.has(name)) continue;
      found.problems.push(`models.${index}.policy.guard.webhooks.${at}: webhooks.out has no endpoint named "${name}"`);
    }
  }
  return { out, in: toInbound(webhooks.in, found) };
}

function toEndpoint(written: ConfigFile['webhooks']['out'][number], path: string, found: Findings): WebhookEndpoint {
  const keys = [
    { secret: written.secret, at: `${path}.secret` },
    ...(written.previousSecret === undefined ? [] : [{ secret: written.previousSecret, at: `${path}.previousSecret` }]),
  ].flatMap(({ secret, at }) => {
    const text = readSecret(secret, at, found);
    const key = keyOf(text);
    if (key === null && text !== '') {
      found.problems.push(
        `${at}: expected whsec_ and the base64 of 24 to 64 bytes, as \`openssl rand -base64 32\` makes them`,
      );
    }
    return key === null ? [] : [key];
  });
  const refused = written.allowLinkLocal ? null : refusedAddress(new URL(written.url).hostname);
  if (refused !== null) {
    found.problems.push(`${path}.url: leads to ${refused}; allowLinkLocal: true allows it, if that is meant`);
  }
  return {
    name: written.name,
    url: written.url,
    keys,
    events: written.events,
    timeoutMs: written.timeout,
    allowLinkLocal: written.allowLinkLocal,
  };
}
