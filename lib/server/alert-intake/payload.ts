import 'server-only';
import { createHash } from 'node:crypto';

/** One alert as a webhook told it. */
export interface ToldAlert {
  fingerprint: string;
  status: 'firing' | 'resolved';
  /** As the source gave it, far before 1970 for "unknown"; 0 where it cannot be read. */
  startsAtMs: number;
  /** Null: not over, or not known when. */
  endsAtMs: number | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  values: Record<string, number | null> | null;
  generatorUrl: string | null;
}

export interface ReadPayload {
  alerts: ToldAlert[];
  /** Entries of the list that were no alerts. */
  unreadable: number;
  leftOutBySender: number;
  receiver: string | null;
}

/** Labels and annotations of one alert at most, and characters of each; no real alert comes near. */
const MAX_PAIRS = 200;
const MAX_CHARACTERS = 10_000;
const UNKNOWN_BEFORE_MS = Date.UTC(1971, 0, 1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// PostgreSQL cannot store the character 0, and half a surrogate pair is no text anywhere.
// Cut first, for the cut may halve a pair.
const storable = (text: string, characters = MAX_CHARACTERS): string =>
  text.replaceAll('\u0000', '').slice(0, characters).toWellFormed();

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const pairs = Object.entries(value).slice(0, MAX_PAIRS);
  return Object.fromEntries(
    pairs.map(([name, text]) => [storable(name), storable(typeof text === 'string' ? text : JSON.stringify(text))]),
  );
}

function instantMs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isFinite(ms) ? ms : null;
}

function numbers(value: unknown): Record<string, number | null> | null {
  if (!isRecord(value)) return null;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_PAIRS)
      .map(([name, number]) => [storable(name), typeof number === 'number' ? number : null]),
  );
}

/** A fingerprint for a source that sent none: of the labels, whatever their order. */
const fingerprintOf = (labels: Readonly<Record<string, string>>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
    .slice(0, 16);

/** Null for what is no alert. Status is read from the alert itself: one message holds firing and resolved ones. */
function toAlert(value: unknown): ToldAlert | null {
  if (!isRecord(value) || !isRecord(value.labels)) return null;
  if (value.status !== 'firing' && value.status !== 'resolved') return null;
  const labels = texts(value.labels);
  const endsAtMs = instantMs(value.endsAt);
  const { fingerprint, generatorURL } = value;
  return {
    fingerprint:
      typeof fingerprint === 'string' && fingerprint !== '' ? storable(fingerprint, 200) : fingerprintOf(labels),
    status: value.status,
    startsAtMs: instantMs(value.startsAt) ?? 0,
    // The zero instant stands for "not over"; of a firing alert even a true one is only when it would be given up.
    endsAtMs: value.status === 'firing' || endsAtMs === null || endsAtMs < UNKNOWN_BEFORE_MS ? null : endsAtMs,
    labels,
    annotations: texts(value.annotations),
    values: numbers(value.values),
    generatorUrl: typeof generatorURL === 'string' && generatorURL !== '' ? storable(generatorURL) : null,
  };
}

/** The versions of a body that these senders speak today; another one may mean anything. */
const VERSION = { alertmanager: '4', grafana: '1' } as const;

/** Alerts of a body; null where it is none that can be read: it is kept and shown, and alerts of it are not. */
export function readPayload(
  text: string,
  source: keyof typeof VERSION,
  { isCut }: { isCut: boolean },
): ReadPayload | null {
  const body = isCut ? readCut(text) : parse(text);
  if (!isRecord(body) || !Array.isArray(body.alerts)) return null;
  // The version stands behind the alerts, so a body that was cut has lost it.
  if (!isCut && body.version !== VERSION[source]) return null;
  const alerts: ToldAlert[] = body.alerts.flatMap((entry: unknown) => toAlert(entry) ?? []);
  const { truncatedAlerts, receiver } = body;
  return {
    alerts,
    unreadable: body.alerts.length - alerts.length,
    leftOutBySender: typeof truncatedAlerts === 'number' && truncatedAlerts > 0 ? Math.floor(truncatedAlerts) : 0,
    receiver: typeof receiver === 'string' ? storable(receiver, 200) : null,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The whole alerts of a body whose end is missing. */
function readCut(text: string): {
  alerts: unknown[];
  receiver?: unknown;
  truncatedAlerts?: unknown;
  version?: unknown;
} {
  const start = /"alerts"\s*:\s*\[/.exec(text);
  const alerts: unknown[] = [];
  if (start === null) return { alerts };
  let depth = 0;
  let from = -1;
  let inText = false;
  for (let at = start.index + start[0].length; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (inText) {
      if (character === 0x5c) at += 1;
      else if (character === 0x22) inText = false;
    } else if (character === 0x22) inText = true;
    else if (character === 0x7b) {
      if (depth === 0) from = at;
      depth += 1;
    } else if (character === 0x7d) {
      depth -= 1;
      if (depth === 0) alerts.push(parse(text.slice(from, at + 1)));
    } else if (character === 0x5d && depth === 0) break;
  }
  const receiver = parse(/"receiver"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text.slice(0, start.index))?.[1] ?? 'null');
  return { alerts, receiver };
}
