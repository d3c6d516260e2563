'use client';

import { useNow } from '@/components/shell/clock';
import { fromInput, toInput } from '@/components/shell/range-text';
import { Choice } from '@/components/ui/Choice';
import { Input } from '@/components/ui/Field';
import { useZone } from '@/components/ui/preference';
import { formatDay, formatDuration, formatTime } from '@/lib/domain/format';
import { HOUR_MS } from '@/lib/domain/time';

const LENGTHS = [
  { hours: 1, label: '1 h' },
  { hours: 2, label: '2 h' },
  { hours: 4, label: '4 h' },
  { hours: 12, label: '12 h' },
  { hours: 24, label: '1 d' },
  { hours: 72, label: '3 d' },
] as const;
const STARTS = [
  { value: 'now', label: 'now' },
  { value: 'later', label: 'later' },
] as const;

/** When a silence starts and for how long. `start`: as its input holds it, in the zone of the page; null: now. */
export interface SilenceWhen {
  start: string | null;
  hours: number;
}

export const DEFAULT_WHEN: SilenceWhen = { start: null, hours: 2 };

/** The start that was typed. Undefined: now; null: none that can be read, or it has passed. */
export function startOf({ start }: SilenceWhen, { isUtc, nowMs }: { isUtc: boolean; nowMs: number }) {
  if (start === null) return undefined;
  const typed = fromInput(start, isUtc);
  return typed === null || typed <= nowMs ? null : typed;
}

/** Lengths to choose from, the longest that is allowed as the last. */
function lengthsOf(maxMs: number | null): { hours: number; label: string }[] {
  if (maxMs === null) return [...LENGTHS];
  const shorter = LENGTHS.filter(({ hours }) => hours * HOUR_MS < maxMs);
  return [...shorter, { hours: maxMs / HOUR_MS, label: formatDuration(maxMs) }];
}

/** The length that was chosen, never over what is allowed. */
export const hoursOf = ({ hours }: SilenceWhen, maxMs: number | null): number =>
  maxMs === null ? hours : Math.min(hours, maxMs / HOUR_MS);

/** Asks when a silence starts and for how long, and says when it ends. `maxMs`: the longest that is allowed; null: not known yet. */
export function SilenceTimes({
  when,
  maxMs,
  onChange,
}: {
  when: SilenceWhen;
  maxMs: number | null;
  onChange: (when: SilenceWhen) => void;
}) {
  const nowMs = useNow();
  const { zone, isUtc } = useZone();
  const { start } = when;
  const hours = hoursOf(when, maxMs);
  const startMs = startOf(when, { isUtc, nowMs });
  const lengths = lengthsOf(maxMs);
  const endMs = (startMs ?? nowMs) + hours * HOUR_MS;
  const begin = (value: 'now' | 'later') =>
    onChange({ hours, start: value === 'now' ? null : toInput(Math.ceil(nowMs / HOUR_MS) * HOUR_MS, zone) });
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="grid gap-1">
          <span className="text-small text-t2">Starts</span>
          <Choice label="When it starts" options={STARTS} value={start === null ? 'now' : 'later'} onChange={begin} />
        </div>
        {start === null ? null : (
          <Input
            label={`From${isUtc ? ' (UTC)' : ''}`}
            type="datetime-local"
            required
            value={start}
            onChange={(event) => onChange({ hours, start: event.target.value })}
            error={
              start === '' || startMs !== null ? undefined : 'This has passed: take a later time, or let it start now.'
            }
          />
        )}
      </div>
      <div className="grid gap-1">
        <span className="text-small text-t2">For</span>
        <span className="max-w-full overflow-x-auto">
          <Choice
            label="For how long"
            options={lengths.map((length) => ({ value: String(length.hours), label: length.label }))}
            value={String(hours)}
            onChange={(value) => onChange({ start, hours: Number(value) })}
          />
        </span>
        <span className="text-small text-t3">
          {startMs === null
            ? 'Say when it starts.'
            : `Ends ${formatDay(endMs, zone)} ${formatTime(endMs, zone)}${isUtc ? ' UTC' : ''}.`}
        </span>
      </div>
    </>
  );
}
