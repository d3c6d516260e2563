import { formatDay, formatDuration, formatRange, formatTime } from '@/lib/domain/format';
import { isRelative, parseInstant } from '@/lib/domain/time';

/** Relative ranges to choose from: the beginning of the address's `from`, and how it is called. */
export const RANGE_PRESETS: readonly { from: string; name: string; short: string }[] = [
  { from: 'now-15m', name: 'Last 15 minutes', short: '15 min' },
  { from: 'now-30m', name: 'Last 30 minutes', short: '30 min' },
  { from: 'now-1h', name: 'Last 1 hour', short: '1 h' },
  { from: 'now-3h', name: 'Last 3 hours', short: '3 h' },
  { from: 'now-6h', name: 'Last 6 hours', short: '6 h' },
  { from: 'now-12h', name: 'Last 12 hours', short: '12 h' },
  { from: 'now-24h', name: 'Last 24 hours', short: '24 h' },
  { from: 'now-2d', name: 'Last 2 days', short: '2 d' },
  { from: 'now-7d', name: 'Last 7 days', short: '7 d' },
  { from: 'now-30d', name: 'Last 30 days', short: '30 d' },
];

export interface RangeText {
  name: string;
  short: string;
  /** The instants it stands for now. */
  exact: string;
}

/** What the range of a view is called. */
export function rangeText(
  view: { from: string; to: string },
  range: { startMs: number; endMs: number },
  zone: string | undefined,
): RangeText {
  const exact = formatRange(range.startMs, range.endMs, zone);
  const preset = view.to === 'now' ? RANGE_PRESETS.find(({ from }) => from === view.from) : undefined;
  const length = formatDuration(range.endMs - range.startMs);
  if (preset !== undefined) return { name: preset.name, short: preset.short, exact: exact.replace(/^\S+ /, '') };
  if (view.to === 'now' && isRelative(view.from)) return { name: `Last ${length}`, short: length, exact };
  return { name: length, short: length, exact };
}

/** An instant as a datetime-local input holds it, in the zone of the page. */
export const toInput = (ms: number, zone: string | undefined): string =>
  `${formatDay(ms, zone)}T${formatTime(ms, zone)}`;

/** What a datetime-local input holds as an instant; null while it is not one. */
export function fromInput(text: string, isUtc: boolean): number | null {
  if (!/^\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return null;
  const ms = Date.parse(isUtc ? `${text}Z` : text);
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

/** A range moved by half its length, back or forward, never beyond now. As ends of the address bar. */
export function movedRange(
  range: { startMs: number; endMs: number },
  direction: -1 | 1,
  nowMs: number,
): { from: string; to: string } {
  const lengthMs = range.endMs - range.startMs;
  const endMs = Math.min(nowMs, range.endMs + direction * (lengthMs / 2));
  const startMs = Math.max(0, endMs - lengthMs);
  return { from: String(Math.round(startMs)), to: String(Math.round(startMs + lengthMs)) };
}

/** Both ends as they stand now: what a link must hold to show tomorrow what is shown today. */
export const frozenEnds = (view: { from: string; to: string }, nowMs: number): { from: string; to: string } => ({
  from: String(Math.round(parseInstant(view.from, nowMs) ?? nowMs)),
  to: String(Math.round(parseInstant(view.to, nowMs) ?? nowMs)),
});
