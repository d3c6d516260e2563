import type { Labels } from '../stores';

const NOTHING: Labels = Object.freeze({});

/**
 * The labels of one line on its way through a pipeline, in Loki's three categories: of the stream, structured
 * metadata, parsed. Setting a label makes it parsed and hides the other two.
 */
export class LineLabels {
  base: Labels = NOTHING;
  metadata: Labels = NOTHING;
  readonly parsed = new Map<string, string>();
  private readonly removed = new Set<string>();
  error = '';
  errorDetails = '';

  /** Starts with a new line; the maps are kept, because a query passes millions of lines through one of these. */
  reset(base: Labels, metadata: Labels): void {
    this.base = base;
    this.metadata = metadata;
    if (this.parsed.size > 0) this.parsed.clear();
    if (this.removed.size > 0) this.removed.clear();
    this.error = '';
    this.errorDetails = '';
  }

  isBase(name: string): boolean {
    return Object.hasOwn(this.base, name);
  }

  isMetadata(name: string): boolean {
    return Object.hasOwn(this.metadata, name);
  }

  get(name: string): string | undefined {
    if (name === '__error__') return this.error === '' ? undefined : this.error;
    if (name === '__error_details__') return this.errorDetails === '' ? undefined : this.errorDetails;
    const parsed = this.parsed.get(name);
    if (parsed !== undefined) return parsed;
    if (this.removed.size > 0 && this.removed.has(name)) return undefined;
    if (Object.hasOwn(this.metadata, name)) return this.metadata[name];
    return Object.hasOwn(this.base, name) ? this.base[name] : undefined;
  }

  /** A label that a parser found: one of the stream keeps its name and the new one gets `_extracted`; metadata wins. */
  extract(name: string, value: string): void {
    const target = this.isBase(name) ? `${name}_extracted` : name;
    if (!this.isMetadata(target)) this.parsed.set(target, value);
  }

  set(name: string, value: string): void {
    this.parsed.set(name, value);
    this.removed.add(name);
  }

  delete(name: string): void {
    if (name === '__error__') this.error = '';
    else if (name === '__error_details__') this.errorDetails = '';
    this.parsed.delete(name);
    this.removed.add(name);
  }

  fail(error: string, details: string): void {
    this.error = error;
    this.errorDetails = details;
  }

  /** Whether base and metadata stand as they came: their identity can then stand for their content. */
  isUntouched(): boolean {
    return this.removed.size === 0;
  }

  private visible(labels: Labels): Record<string, string> {
    const out: Record<string, string> = {};
    for (const name of Object.keys(labels)) {
      const value = labels[name];
      if (value !== undefined && value !== '' && !this.removed.has(name)) put(out, name, value);
    }
    return out;
  }

  streamLabels(): Record<string, string> {
    const visible = this.visible(this.base);
    for (const name of Object.keys(this.metadata)) delete visible[name];
    return visible;
  }

  metadataLabels(): Record<string, string> {
    return this.visible(this.metadata);
  }

  parsedLabels(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const [name, value] of this.parsed) put(out, name, value);
    if (this.error !== '') put(out, '__error__', this.error);
    if (this.errorDetails !== '') put(out, '__error_details__', this.errorDetails);
    return out;
  }

  all(): Record<string, string> {
    return { ...this.streamLabels(), ...this.metadataLabels(), ...this.parsedLabels() };
  }
}

/** Sets a key that comes from telemetry: `__proto__` becomes a property like any other. */
export function put(record: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  else record[name] = value;
}

/** Labels with their names in order, as Loki writes them. */
export function sortLabels(labels: Labels): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of Object.keys(labels).sort()) put(out, name, labels[name] ?? '');
  return out;
}

/** One text per label set. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels).sort();
  let key = '';
  for (const name of names) key += `${name}\u0000${labels[name]}\u0001`;
  return key;
}

/** Labels as Loki prints them: `{a="b", c="d"}`. */
export function printLabels(labels: Labels): string {
  const parts = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return `{${parts.join(', ')}}`;
}
