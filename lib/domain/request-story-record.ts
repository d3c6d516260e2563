import type { FeatureValue, PredictionRecord } from '@/lib/contracts/request-story';

/** What one log line says, its values already redacted. */
export interface SaidLine {
  ns: string;
  /** Fields of a JSON line as they are nested; of any other line, its pairs. Empty: it has none. */
  fields: Readonly<Record<string, unknown>>;
  /** Index labels and structured metadata together. */
  labels: Readonly<Record<string, string>>;
}

/** What the root span says. */
export interface SaidSpan {
  attributes: Readonly<Record<string, string | number | boolean | null>>;
  serviceName: string;
  name: string;
  durationMs: number;
  isError: boolean;
  message: string | null;
}

/** A name of the contract to the name this fleet uses. */
export type NameOf = (name: string) => string;

/** Features of one record that are kept. */
export const MAX_FEATURES = 200;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : null;

/** A number, or a text that is one; null for anything else, NaN and infinities included. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** How a service writes that a request went well or failed. Null: neither word, nor an HTTP status. */
function statusOf(value: unknown): 'ok' | 'error' | null {
  const text = textOf(value)?.toLowerCase();
  if (text === undefined) return null;
  if (/^(ok|success|succeeded|completed|2\d\d)$/.test(text)) return 'ok';
  if (/^(error|err|fail|failed|failure|exception|timeout|[45]\d\d)$/.test(text)) return 'error';
  return null;
}

/** How likely a line is the record of the prediction itself rather than one about it. */
function recordWeight({ fields }: SaidLine, name: NameOf): number {
  let weight = 0;
  if (isRecord(fields[name('prediction')])) weight += 8;
  if (isRecord(fields[name('feature_sample')])) weight += 8;
  if (/predict/i.test(textOf(fields[name('event')]) ?? '')) weight += 4;
  if (numberOf(fields[name('latency_ms')]) !== null) weight += 2;
  if (textOf(fields[name('status')]) !== null) weight += 1;
  return weight;
}

/** The line that says what was asked and answered; null when none does. */
export function recordLine<L extends SaidLine>(lines: readonly L[], name: NameOf): L | null {
  let best: L | null = null;
  let bestWeight = 1;
  for (const line of lines) {
    const weight = recordWeight(line, name);
    if (weight > bestWeight) {
      best = line;
      bestWeight = weight;
    }
  }
  return best;
}

function featureValue(value: unknown): FeatureValue {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
    return value;
  return JSON.stringify(value).slice(0, 200);
}

/** Inputs of the record, and the plain fields beside them that carry the name of a known categorical input. */
export function featuresOf(
  line: SaidLine | null,
  name: NameOf,
  categorical: ReadonlySet<string> = new Set(),
): { name: string; value: FeatureValue }[] {
  if (line === null) return [];
  const sample = line.fields[name('feature_sample')];
  const own = isRecord(sample)
    ? Object.entries(sample).map(([key, value]) => ({ name: key, value: featureValue(value) }))
    : [];
  const beside = Object.entries(line.fields)
    .filter(([key, value]) => categorical.has(key) && !own.some((one) => one.name === key) && textOf(value) !== null)
    .map(([key, value]) => ({ name: key, value: featureValue(value) }));
  return [...own, ...beside].slice(0, MAX_FEATURES);
}

/** The record of a prediction from its lines and its root span; whatever neither says is null. */
export function toRecord(
  lines: readonly SaidLine[],
  root: SaidSpan | null,
  name: NameOf,
  spanName: NameOf,
): PredictionRecord {
  const main = recordLine(lines, name);
  /** The record's own line first, then any other line, then labels. */
  const said = (field: string): unknown => {
    const key = name(field);
    if (main !== null && main.fields[key] !== undefined && main.fields[key] !== null) return main.fields[key];
    for (const { fields } of lines) if (fields[key] !== undefined && fields[key] !== null) return fields[key];
    for (const { labels } of lines) if (labels[key] !== undefined) return labels[key];
    return undefined;
  };
  const spanned = (field: string): unknown => root?.attributes[spanName(field)] ?? undefined;
  const either = (field: string): string | null => textOf(said(field)) ?? textOf(spanned(field));
  const prediction = main?.fields[name('prediction')];
  const inside = isRecord(prediction) ? prediction : {};
  const loggedMs = numberOf(main?.fields[name('latency_ms')]);
  const traced = root !== null && root.durationMs >= 0 ? root.durationMs : null;
  const error = textOf(main?.fields[name('error')]) ?? textOf(said('error')) ?? (root?.isError ? root.message : null);
  const status =
    statusOf(main?.fields[name('status')]) ??
    (root?.isError ? 'error' : null) ??
    (main !== null && textOf(main.fields[name('error')]) !== null ? 'error' : null) ??
    statusOf(spanned('status')) ??
    (Object.keys(inside).length > 0 ? 'ok' : null);
  const count = numberOf(said('features_count'));
  return {
    model: either('model_name'),
    version: either('model_version'),
    status,
    error,
    label: textOf(inside.label) ?? (isRecord(prediction) ? null : textOf(prediction)),
    score: numberOf(inside.score ?? main?.fields[name('score')]),
    confidence: numberOf(main?.fields[name('confidence')] ?? inside.confidence),
    segment: either('user_segment'),
    service: textOf(main?.fields[name('service')]) ?? main?.labels.service_name ?? root?.serviceName ?? null,
    route: textOf(main?.fields[name('route')]) ?? root?.name ?? null,
    latencyMs: loggedMs ?? traced,
    latencyFrom: loggedMs !== null ? 'log' : traced !== null ? 'trace' : null,
    features: featuresOf(main, name),
    featuresCount: count === null || count < 0 ? null : count,
    imputed: lines.flatMap(({ fields }) => {
      const feature = textOf(fields[name('feature')]);
      if (feature === null || !/missing|imput|null/i.test(textOf(fields[name('event')]) ?? '')) return [];
      return [{ name: feature, by: textOf(fields[name('imputed')]) }];
    }),
    sampled: typeof main?.fields[name('sampled')] === 'boolean' ? main.fields[name('sampled')] === true : null,
  };
}
