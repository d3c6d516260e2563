import type { SelectionKind, TraceBox, TraceRow } from '@/lib/contracts/traces';
import { p90 } from './explainer-candidates';

/** The found traces, split in two for "what is different". */
export interface TraceSelection {
  kind: SelectionKind;
  /** Slow: over this, milliseconds. Null for the other kinds, and for slow where there are too few traces for a P90. */
  thresholdMs: number | null;
  box: TraceBox | null;
  selected: ReadonlySet<string>;
  /** Traces on neither side: whether they failed is not known. */
  unknown: number;
}

const isInside = ({ startMs, traceDurationMs }: TraceRow, box: TraceBox): boolean =>
  startMs >= box.startMs && startMs <= box.endMs && traceDurationMs >= box.minMs && traceDurationMs <= box.maxMs;

/** Which of the found traces are slow (over the P90 of them all), failed, or in the box. */
export function selectTraces(rows: readonly TraceRow[], kind: SelectionKind, box: TraceBox | null): TraceSelection {
  const thresholdMs = kind === 'slow' ? p90(rows.map(({ traceDurationMs }) => traceDurationMs)) : null;
  const isSelected = (row: TraceRow): boolean => {
    if (kind === 'failed') return row.failed === true;
    if (kind === 'slow') return thresholdMs !== null && row.traceDurationMs > thresholdMs;
    return box !== null && isInside(row, box);
  };
  return {
    kind,
    thresholdMs,
    box: kind === 'box' ? box : null,
    selected: new Set(rows.filter(isSelected).map(({ traceId }) => traceId)),
    unknown: kind === 'failed' ? rows.filter(({ failed }) => failed === null).length : 0,
  };
}

/** A box as one parameter of the address. */
export const formatBox = ({ startMs, endMs, minMs, maxMs }: TraceBox): string =>
  [startMs, endMs, minMs, maxMs].map((value) => String(Math.round(value * 10) / 10)).join('~');

/** The box of a parameter; null when it is not one. */
export function parseBox(text: string | null): TraceBox | null {
  const parts = (text ?? '').split('~').map((part) => (part === '' ? Number.NaN : Number(part)));
  const [startMs, endMs, minMs, maxMs] = parts;
  if (parts.length !== 4 || !parts.every(Number.isFinite)) return null;
  if (startMs === undefined || endMs === undefined || minMs === undefined || maxMs === undefined) return null;
  return startMs <= endMs && minMs <= maxMs ? { startMs, endMs, minMs, maxMs } : null;
}
