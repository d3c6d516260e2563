'use client';

import { useQueryClient } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { ArrowLeft, ArrowRight, Clock, Snowflake } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button, IconButton } from '@/components/ui/Button';
import { Input } from '@/components/ui/Field';
import { Popover } from '@/components/ui/Popover';
import { useZone } from '@/components/ui/preference';
import { useShortcut } from '@/components/ui/shortcuts';
import { clock, useNow } from './clock';
import { fromInput, frozenEnds, movedRange, RANGE_PRESETS, toInput } from './range-text';
import { useChosenRange } from './use-chosen-range';
import { useView } from './use-view';

/** The time looked at: relative or absolute, back and forward, frozen; and its keys. */
export function RangePicker() {
  const { view, range, setView, back, forward, canBack, canForward } = useView();
  const { text, isRollout, choose } = useChosenRange();
  const { zone } = useZone();
  const nowMs = useNow();
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const freeze = () => setView(frozenEnds(view, nowMs));
  const move = (direction: -1 | 1) => choose(movedRange(range, direction, Date.now()));
  const refresh = () => {
    clock.tick();
    void client.invalidateQueries();
  };
  useShortcut({ keys: 't', label: 'Choose a time range', group: 'Time', run: () => setOpen(true) });
  useShortcut({ keys: 'r', label: 'Refresh', group: 'Time', run: refresh });
  useShortcut({ keys: 'f', label: 'Freeze the range', group: 'Time', run: freeze });
  useShortcut({ keys: '[', label: 'Move the range back', group: 'Time', run: () => move(-1) });
  useShortcut({ keys: ']', label: 'Move the range forward', group: 'Time', run: () => move(1) });
  useShortcut({ keys: 'z', label: 'The range before', group: 'Time', run: back });

  return (
    <Popover
      label="Time range"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button className="min-w-0">
          <span className="sr-only">Time range:</span>
          <Clock size={13} aria-hidden className="text-t3 sm:hidden" />
          <span aria-hidden className="sm:hidden">
            {text.short}
          </span>
          <span className="font-medium max-sm:sr-only">{text.name}</span>
          <span className="truncate text-t2 max-md:sr-only">{text.exact}</span>
        </Button>
      }
    >
      <div className="w-[416px] max-w-full p-3">
        <div className="mb-2 flex items-center gap-1">
          <IconButton label="The range before" disabled={!canBack} onClick={back}>
            <ArrowLeft size={14} aria-hidden />
          </IconButton>
          <IconButton label="The range after" disabled={!canForward} onClick={forward}>
            <ArrowRight size={14} aria-hidden />
          </IconButton>
          <Button
            className="ml-auto"
            onClick={() => {
              freeze();
              setOpen(false);
            }}
          >
            <Snowflake size={13} aria-hidden /> Freeze to these times
          </Button>
        </div>
        <ul aria-label="Relative ranges" className="grid grid-cols-2 gap-0.5">
          {RANGE_PRESETS.map(({ from, name }) => {
            const isChosen = !isRollout && view.from === from && view.to === 'now';
            return (
              <li key={from}>
                <button
                  type="button"
                  aria-pressed={isChosen}
                  onClick={() => {
                    choose({ from, to: 'now' });
                    setOpen(false);
                  }}
                  className={clsx(
                    'h-7 w-full rounded-sm px-2 text-left hover:bg-raised',
                    isChosen ? 'bg-raised text-t1' : 'text-t2',
                  )}
                >
                  {name}
                </button>
              </li>
            );
          })}
        </ul>
        <AbsoluteRange key={`${range.startMs} ${zone ?? ''}`} range={range} onDone={() => setOpen(false)} />
      </div>
    </Popover>
  );
}

function AbsoluteRange({ range, onDone }: { range: { startMs: number; endMs: number }; onDone: () => void }) {
  const { choose } = useChosenRange();
  const { zone, isUtc, setUtc } = useZone();
  const [from, setFrom] = useState(toInput(range.startMs, zone));
  const [to, setTo] = useState(toInput(range.endMs, zone));
  const startMs = fromInput(from, isUtc);
  const endMs = fromInput(to, isUtc);
  const error =
    startMs !== null && endMs !== null && startMs >= endMs ? 'The end must come after the start.' : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (startMs === null || endMs === null || error !== undefined) return;
    choose({ from: String(startMs), to: String(endMs) });
    onDone();
  };
  return (
    <form onSubmit={submit} className="mt-3 grid gap-2 border-line border-t pt-3">
      <div className="grid gap-2 sm:grid-cols-2">
        <Input label="From" type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
        <Input
          label="To"
          type="datetime-local"
          value={to}
          onChange={(event) => setTo(event.target.value)}
          error={error}
        />
      </div>
      <div className="flex items-center gap-3">
        <label className="flex items-center gap-1.5 text-t2">
          <input type="checkbox" checked={isUtc} onChange={(event) => setUtc(event.target.checked)} /> Times in UTC
        </label>
        <Button type="submit" className="ml-auto" disabled={startMs === null || endMs === null || error !== undefined}>
          Show this range
        </Button>
      </div>
    </form>
  );
}
