import type { Labels, LogEntry } from '../stores';
import { put } from './labels';

const LEVEL_LABELS = [
  'level',
  'LEVEL',
  'Level',
  'severity',
  'SEVERITY',
  'Severity',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
];

const NAMES: Readonly<Record<string, string>> = {
  trace: 'trace',
  trc: 'trace',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  critical: 'critical',
  fatal: 'fatal',
};

function fromLabels(labels: Labels): string | null {
  for (const name of LEVEL_LABELS) {
    if (!Object.hasOwn(labels, name)) continue;
    const value = (labels[name] ?? '').toLowerCase();
    return Object.hasOwn(NAMES, value) ? (NAMES[value] ?? null) : value;
  }
  return null;
}

function fromLine(line: string): string {
  const field = /(?:^|[\s{,])"?(?:level|severity|lvl)"?\s*[:=]\s*"?([a-zA-Z]+)/i
    .exec(line.slice(0, 4096))?.[1]
    ?.toLowerCase();
  if (field !== undefined && Object.hasOwn(NAMES, field)) return NAMES[field] ?? 'unknown';
  const word = /\b(info|error|err|warn|warning|critical|debug|trace|fatal)\b/i
    .exec(line.slice(0, 4096))?.[1]
    ?.toLowerCase();
  return word === undefined ? 'unknown' : (NAMES[word] ?? 'unknown');
}

/** The level that Loki would have put on this line as it came in: of stream labels, of metadata, else of the line. */
function detectLevel(labels: Labels, entry: LogEntry): string {
  return fromLabels(labels) ?? fromLabels(entry.structuredMetadata) ?? fromLine(entry.line);
}

/** Structured metadata with `detected_level`; as it came when it has one. */
export function withDetectedLevel(labels: Labels, entry: LogEntry): Labels {
  if (Object.hasOwn(entry.structuredMetadata, 'detected_level')) return entry.structuredMetadata;
  const out: Record<string, string> = {};
  put(out, 'detected_level', detectLevel(labels, entry));
  return Object.assign(out, entry.structuredMetadata);
}
