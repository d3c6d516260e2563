'use client';

import { clsx } from 'clsx';
import { useId, useRef } from 'react';
import { useZone } from '@/components/ui/preference';
import type { VerdictKind } from '@/lib/contracts/compare';
import type { GuardDecision } from '@/lib/contracts/rollout';
import { formatTime } from '@/lib/domain/format';

export interface StripStep {
  atMs: number;
  verdict: VerdictKind;
  decision: GuardDecision;
}

export const VERDICT_WORD: Readonly<Record<VerdictKind, string>> = {
  'roll-back': 'roll back',
  promote: 'promote',
  wait: 'wait',
  'not-enough-data': 'not enough data',
  'in-doubt': 'in doubt',
};

/** Height is the second cue beside the colour. */
const LOOK: Readonly<Record<VerdictKind, string>> = {
  'roll-back': 'h-full bg-bad',
  'in-doubt': 'h-3/5 bg-watch',
  promote: 'h-2/5 bg-t2',
  wait: 'h-1/4 bg-t3',
  'not-enough-data': 'h-1/4 border border-t3',
};

const ACTS: ReadonlySet<GuardDecision> = new Set(['act', 'dry-run']);

/**
 * Evaluations over time, one bar each where its time is; arrows, Home and End move between them, a press takes the
 * nearest. One control, so that it is reached with one key however many there are. Oldest first.
 */
export function VerdictStrip({
  label,
  steps,
  startMs,
  endMs,
  selected,
  onSelect,
}: {
  label: string;
  steps: readonly StripStep[];
  startMs: number;
  endMs: number;
  /** Index of the step whose details are shown. */
  selected: number;
  onSelect: (index: number) => void;
}) {
  const { zone } = useZone();
  const strip = useRef<HTMLDivElement>(null);
  const hintId = useId();
  // A bar stands for the interval that ends at its instant, so the first one begins before it.
  const stepMs = steps.reduce(
    (least, { atMs }, i) => Math.min(least, atMs - (steps[i - 1]?.atMs ?? -Infinity)),
    Infinity,
  );
  const barMs = Number.isFinite(stepMs) ? stepMs : (endMs - startMs) / 10;
  const fromMs = startMs - barMs;
  const span = Math.max(1, endMs - fromMs);
  const leftOf = (atMs: number): number => ((atMs - fromMs) / span) * 100;
  const width = Math.min(4, Math.max(0.12, (85 * barMs) / span));
  const current = steps[selected];
  const last = steps.length - 1;
  const nearest = (clientX: number): number => {
    const box = strip.current?.getBoundingClientRect();
    if (box === undefined || !(box.width > 0)) return selected;
    const atMs = fromMs + ((clientX - box.left) / box.width) * span;
    return steps.reduce((best, { atMs: own }, i) => {
      const held = steps[best]?.atMs ?? Number.NaN;
      return Math.abs(own - atMs) < Math.abs(held - atMs) ? i : best;
    }, 0);
  };
  return (
    <div className="grid gap-0.5">
      <div
        ref={strip}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={hintId}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={selected}
        aria-valuetext={
          current === undefined
            ? 'no evaluation'
            : `${formatTime(current.atMs, zone)}: ${VERDICT_WORD[current.verdict]}${ACTS.has(current.decision) ? ', and the guard acted' : ''}`
        }
        className="relative h-9 cursor-pointer overflow-hidden rounded-sm border border-line bg-raised focus-visible:outline-2 focus-visible:outline-accent"
        onPointerDown={({ clientX }) => onSelect(nearest(clientX))}
        onKeyDown={(event) => {
          const to = {
            ArrowLeft: selected - 1,
            ArrowDown: selected - 1,
            ArrowRight: selected + 1,
            ArrowUp: selected + 1,
            Home: 0,
            End: last,
          }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          onSelect(Math.min(last, Math.max(0, to)));
        }}
      >
        {steps.map(({ atMs, verdict, decision }, index) => (
          <span
            key={atMs}
            aria-hidden
            className={clsx('absolute bottom-0', index === selected && 'outline outline-2 outline-t1')}
            style={{ left: `${leftOf(atMs)}%`, width: `${width}%`, height: '100%', transform: 'translateX(-100%)' }}
          >
            <span className={clsx('absolute inset-x-0 bottom-0', LOOK[verdict])} />
            {ACTS.has(decision) ? <span className="absolute inset-y-0 left-0 w-0.5 bg-t1" /> : null}
          </span>
        ))}
      </div>
      <p className="flex flex-wrap justify-between text-axis text-t3 tabular-nums">
        <span>{formatTime(startMs, zone)}</span>
        <span id={hintId} className="max-sm:order-last max-sm:w-full">
          tall: roll back · middle: in doubt · short: the rest · line: acted
        </span>
        <span>{formatTime(endMs, zone)}</span>
      </p>
    </div>
  );
}
