'use client';

import { fromInput, RANGE_PRESETS, toInput } from '@/components/shell/range-text';
import { Input, Select } from '@/components/ui/Field';
import { useZone } from '@/components/ui/preference';
import type { CellRange } from '@/lib/contracts/investigation';
import { formatDuration } from '@/lib/domain/format';
import { HOUR_MS, MINUTE_MS, parseInstant } from '@/lib/domain/time';

const LASTS = RANGE_PRESETS.map(({ from, name }) => ({ lastMs: -(parseInstant(from, 0) ?? 0), name }));
const FIXED = 'fixed';
const NONE = 'none';

export interface RangeFieldProps {
  range: CellRange | null;
  onChange: (range: CellRange | null) => void;
  /** What no range of its own means; absent: it must have one. */
  without?: string;
}

/** The time a cell looks at: so much before it is looked at, or from one instant to another. */
export function RangeField({ range, onChange, without }: RangeFieldProps) {
  const { zone, isUtc } = useZone();
  const lastMs = range !== null && 'lastMs' in range ? range.lastMs : null;
  const known = lastMs === null || LASTS.some((one) => one.lastMs === lastMs);
  const choices = [
    ...(without === undefined ? [] : [{ value: NONE, name: without }]),
    ...LASTS.map((one) => ({ value: String(one.lastMs), name: one.name })),
    ...(known ? [] : [{ value: String(lastMs), name: `Last ${formatDuration(lastMs)}` }]),
    { value: FIXED, name: 'Fixed …' },
  ];
  const choose = (value: string) => {
    if (value === NONE) onChange(null);
    else if (value !== FIXED) onChange({ lastMs: Number(value) });
    else {
      const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
      onChange({ startMs: endMs - (lastMs ?? HOUR_MS), endMs });
    }
  };
  const fixed = range !== null && 'startMs' in range ? range : null;
  const put = (patch: { startMs?: number | null; endMs?: number | null }) => {
    if (fixed === null) return;
    const next = { startMs: patch.startMs ?? fixed.startMs, endMs: patch.endMs ?? fixed.endMs };
    if (next.startMs < next.endMs) onChange(next);
  };
  const zoned = isUtc ? ' (UTC)' : '';
  return (
    <>
      <Select
        label="Time"
        choices={choices}
        value={range === null ? NONE : lastMs === null ? FIXED : String(lastMs)}
        onChange={(event) => choose(event.target.value)}
      />
      {fixed === null ? null : (
        <>
          <Input
            label={`From${zoned}`}
            type="datetime-local"
            value={toInput(fixed.startMs, zone)}
            onChange={(event) => put({ startMs: fromInput(event.target.value, isUtc) })}
          />
          <Input
            label={`To${zoned}`}
            type="datetime-local"
            value={toInput(fixed.endMs, zone)}
            onChange={(event) => put({ endMs: fromInput(event.target.value, isUtc) })}
          />
        </>
      )}
    </>
  );
}
