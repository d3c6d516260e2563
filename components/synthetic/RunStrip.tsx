'use client';

import { clsx } from 'clsx';
import { type KeyboardEvent, useRef } from 'react';
import { useZone } from '@/components/ui/preference';
import type { SyntheticCheck, SyntheticPoint } from '@/lib/contracts/synthetic';
import { formatInstant, formatMs, formatTime } from '@/lib/domain/format';
import { OUTCOME } from '@/lib/domain/synthetic-answer';

const FILL = { ok: 'bg-line', watch: 'bg-watch', bad: 'bg-bad', unknown: 'bg-unknown' } as const;
/** Height of a bar by its outcome: what went wrong stands out by more than its colour. */
const HEIGHT = { ok: 'h-3', unknown: 'h-4', watch: 'h-5', bad: 'h-7' } as const;

const nameOf = ({ askedAtMs, outcome, elapsedMs }: SyntheticPoint, zone: string | undefined): string =>
  `${OUTCOME[outcome].word}, ${formatInstant(askedAtMs, zone)}${elapsedMs === null ? '' : `, answered in ${formatMs(elapsedMs)}`}`;

/** Runs over time, oldest first, one bar each: arrows move, Enter opens. */
export function RunStrip({
  check,
  opened,
  onOpen,
}: {
  check: SyntheticCheck;
  opened: string | null;
  onOpen: (id: string) => void;
}) {
  const { zone } = useZone();
  const strip = useRef<HTMLFieldSetElement>(null);
  const { runs } = check;
  const first = runs[0];
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return null;
  // One stop of the Tab key for all of them: at the open run, else at the newest.
  const at = Math.max(
    0,
    runs.some(({ id }) => id === opened) ? runs.findIndex(({ id }) => id === opened) : runs.length - 1,
  );
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>, index: number) => {
    const to =
      event.key === 'ArrowLeft'
        ? index - 1
        : event.key === 'ArrowRight'
          ? index + 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? runs.length - 1
              : null;
    if (to === null) return;
    event.preventDefault();
    strip.current?.querySelectorAll('button')[Math.min(runs.length - 1, Math.max(0, to))]?.focus();
  };
  return (
    <div>
      <fieldset
        ref={strip}
        aria-label={`Runs of ${check.model}, oldest first`}
        className="flex h-8 min-w-0 items-end overflow-x-auto"
      >
        {runs.map((run, index) => {
          const { status } = OUTCOME[run.outcome];
          return (
            <button
              key={run.id}
              type="button"
              tabIndex={index === at ? 0 : -1}
              title={nameOf(run, zone)}
              aria-label={nameOf(run, zone)}
              aria-pressed={run.id === opened}
              onClick={() => onOpen(run.id)}
              onKeyDown={(event) => onKeyDown(event, index)}
              className="group flex h-8 min-w-1 max-w-3 flex-1 items-end px-px focus-visible:-outline-offset-2"
            >
              <span
                className={clsx(
                  'w-full rounded-sm group-hover:opacity-70',
                  HEIGHT[status],
                  FILL[status],
                  run.id === opened && 'outline-2 outline-accent',
                )}
              />
            </button>
          );
        })}
      </fieldset>
      <p className="flex justify-between text-axis text-t3">
        <span>{formatTime(first.askedAtMs, zone)}</span>
        <span>
          {runs.length} {runs.length === 1 ? 'run' : 'runs'}: low is ok, higher is worse
        </span>
        <span>{formatTime(last.askedAtMs, zone)}</span>
      </p>
    </div>
  );
}
