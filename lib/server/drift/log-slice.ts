import 'server-only';
import type { LogEntry } from '../loki/entries';
import { redact } from '../redaction/redact';

/** What the prediction lines of a stretch of time say, column by column; a null is a value that was missing. */
export interface LogSlice {
  lines: number;
  /** Names are text from outside: a map, never an object. */
  features: Map<string, (number | string | null)[]>;
  /** Score of each line; null where it has none. */
  scores: (number | null)[];
}

/** Features of one line that are read at most. */
const MAX_FEATURES = 5_000;
const MAX_TEXT_CHARACTERS = 200;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of a sample: a number, a text (redacted, since it becomes the name of a category), or missing. */
function sampleValue(value: unknown): number | string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return String(value);
  // “inf” as a text is a number that a serializer could not write.
  if (typeof value !== 'string' || /^\s*([+-]?inf(inity)?)?\s*$/i.test(value)) return null;
  return redact(value.slice(0, MAX_TEXT_CHARACTERS).toWellFormed());
}

/** Lines as columns. A line that is no JSON, or has no sample, is none. */
export function toSlice(entries: readonly LogEntry[], fields: { sample: string; prediction: string }): LogSlice {
  const slice: LogSlice = { lines: 0, features: new Map(), scores: [] };
  for (const { line } of entries) {
    const parsed = parse(line);
    const sample = parsed?.[fields.sample];
    if (!isRecord(sample)) continue;
    for (const [name, value] of Object.entries(sample)) {
      let column = slice.features.get(name);
      if (column === undefined) {
        if (slice.features.size >= MAX_FEATURES) continue;
        // Lines before this one did not have it.
        column = new Array<number | string | null>(slice.lines).fill(null);
        slice.features.set(name, column);
      }
      column.push(sampleValue(value));
    }
    const prediction = parsed?.[fields.prediction];
    const score = isRecord(prediction) ? prediction.score : null;
    slice.scores.push(typeof score === 'number' && Number.isFinite(score) ? score : null);
    slice.lines += 1;
    for (const column of slice.features.values()) if (column.length < slice.lines) column.push(null);
  }
  return slice;
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Bytes a slice takes, about. */
export const sliceBytes = ({ lines, features }: LogSlice): number => 512 + lines * (features.size + 1) * 16;
