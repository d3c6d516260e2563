'use client';

import { Download, Pin as PinIcon } from 'lucide-react';
import { useId } from 'react';
import { openDialog } from '@/components/shell/dialogs';
import { fromInput, toInput } from '@/components/shell/range-text';
import { useView } from '@/components/shell/use-view';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { useZone } from '@/components/ui/preference';
import { RoleMark } from '@/components/ui/RoleMark';
import type { Compare } from '@/lib/contracts/compare';
import type { WhatIf } from '@/lib/contracts/compare-params';
import { formatDuration, formatRange } from '@/lib/domain/format';
import { compareReportAddress } from '@/lib/queries/compare';
import { comparisonPin, type useCompareAddress } from './use-compare';

const WINDOWS = [
  { value: 'rollout', label: 'Since rollout' },
  { value: 'range', label: 'Page’s range' },
] as const;

const MODES = [
  { value: 'versions', label: 'Two versions' },
  { value: 'instant', label: 'Before and after' },
] as const;

/** Where a window is split until somebody says where. */
export const middleOf = ({ startMs, endMs }: { startMs: number; endMs: number }): number =>
  Math.round((startMs + endMs) / 2);

/** What is compared: the two sides, side by side or before and after, and over which window. */
export function Picks({
  compare,
  asked: { params, isRange, splitMs, set, whatIf },
}: {
  compare: Compare;
  asked: Pick<ReturnType<typeof useCompareAddress>, 'params' | 'isRange' | 'splitMs' | 'set'> & { whatIf: WhatIf };
}) {
  const { range } = useView();
  const { zone } = useZone();
  const { inputs, versions, sharedStartMs } = compare;
  const names = [
    ...new Set([...versions.map(({ version }) => version), inputs.champion?.version, inputs.challenger?.version]),
  ].filter((name) => name !== undefined);
  const roleOf = (name: string) => versions.find(({ version }) => version === name)?.role ?? 'other';
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <VersionPick
          label="Champion"
          mark="champion"
          value={inputs.champion?.version ?? ''}
          names={names}
          roleOf={roleOf}
          onChange={(version) => set({ champion: version })}
        />
        <span className="text-t2">{inputs.mode === 'instant' ? 'before, against' : 'against'}</span>
        <VersionPick
          label="Challenger"
          mark="challenger"
          value={inputs.challenger?.version ?? ''}
          names={names}
          roleOf={roleOf}
          onChange={(version) => set({ challenger: version })}
        />
        {inputs.mode === 'instant' ? <span className="text-t2">after</span> : null}
        <Choice
          label="What is compared"
          options={MODES}
          value={inputs.mode}
          onChange={(mode) => set(mode === 'instant' ? { at: String(middleOf(inputs)) } : { at: null })}
        />
        {splitMs === null ? (
          <Choice
            label="Window"
            options={WINDOWS}
            value={isRange ? 'range' : 'rollout'}
            onChange={(window) => set({ window: window === 'range' ? 'range' : null })}
          />
        ) : (
          <SplitPick splitMs={splitMs} latestMs={range.endMs} onChange={(at) => set({ at: String(at) })} />
        )}
        <Button
          className="ml-auto"
          onClick={() =>
            openDialog({
              kind: 'pin',
              panel: {
                title: `${inputs.model}: ${inputs.champion?.version ?? 'none'} against ${inputs.challenger?.version ?? 'none'}`,
                pin: comparisonPin({ params, whatIf }),
              },
            })
          }
        >
          <PinIcon size={13} aria-hidden className="text-t3" /> Keep as report
        </Button>
        <a
          href={compareReportAddress({ ...params, ...whatIf })}
          download
          className="inline-flex h-7 items-center gap-1.5 rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised"
        >
          <Download size={13} aria-hidden className="text-t3" /> Report
        </a>
      </div>
      <p className="text-small text-t3">
        {formatRange(inputs.startMs, inputs.endMs, zone)}, {formatDuration(inputs.endMs - inputs.startMs)},{' '}
        {compare.window} · {clockWords(compare)}
        {sharedStartMs !== null && isRange ? (
          <Button look="quiet" className="ml-1 h-5!" onClick={() => set({ window: null })}>
            Compare since both have traffic
          </Button>
        ) : null}
      </p>
    </div>
  );
}

function clockWords({ inputs, sharedStartMs }: Compare): string {
  if (inputs.champion === null || inputs.challenger === null) return 'one side only';
  if (inputs.mode === 'instant') return 'wall clock not shared: before and after';
  return sharedStartMs === null ? 'same wall clock' : 'wall clock shared in part only';
}

function VersionPick({
  label,
  mark,
  value,
  names,
  roleOf,
  onChange,
}: {
  label: string;
  mark: 'champion' | 'challenger';
  value: string;
  names: readonly string[];
  roleOf: (name: string) => string;
  onChange: (version: string) => void;
}) {
  const id = useId();
  return (
    <span className="inline-flex min-w-0 items-center gap-1">
      <RoleMark role={mark} />
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 max-w-44 rounded-panel border border-line bg-panel px-2 text-small text-t1"
      >
        {value === '' ? <option value="">none</option> : null}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
            {roleOf(name) === 'other' ? '' : ` ${roleOf(name)}`}
          </option>
        ))}
      </select>
    </span>
  );
}

function SplitPick({
  splitMs,
  latestMs,
  onChange,
}: {
  splitMs: number;
  latestMs: number;
  onChange: (ms: number) => void;
}) {
  const id = useId();
  const { zone, isUtc } = useZone();
  return (
    <span className="inline-flex items-center gap-1.5 text-small">
      <label htmlFor={id} className="text-t2">
        split at{isUtc ? ' (UTC)' : ''}
      </label>
      <input
        id={id}
        type="datetime-local"
        value={toInput(splitMs, zone)}
        max={toInput(latestMs, zone)}
        onChange={(event) => {
          const ms = fromInput(event.target.value, isUtc);
          if (ms !== null && ms > 0 && ms < latestMs) onChange(ms);
        }}
        className="h-7 rounded-panel border border-line bg-panel px-2 text-small text-t1"
      />
    </span>
  );
}
