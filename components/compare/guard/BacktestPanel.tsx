'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { FailureLine } from '@/components/ui/FailureLine';
import { Input, Select } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { StatusIcon } from '@/components/ui/Status';
import type { Compare } from '@/lib/contracts/compare';
import type { WhatIf } from '@/lib/contracts/compare-params';
import type { GuardState } from '@/lib/contracts/rollout';
import { formatDuration, formatInstant, formatTime } from '@/lib/domain/format';
import { HOUR_MS, MINUTE_MS, WEEK_MS } from '@/lib/domain/time';
import { type Backtest, useBacktest } from './use-backtest';
import { VERDICT_WORD, VerdictStrip } from './VerdictStrip';

/** The whole window of the comparison. */
const ROLLOUT = 'rollout';
const LONGEST_MS = WEEK_MS;
const RANGES = [
  { value: ROLLOUT, name: 'Since rollout' },
  { value: '1', name: 'Last hour' },
  { value: '3', name: 'Last 3 hours' },
  { value: '6', name: 'Last 6 hours' },
  { value: '12', name: 'Last 12 hours' },
  { value: '24', name: 'Last 24 hours' },
  { value: '72', name: 'Last 3 days' },
  { value: '168', name: 'Last 7 days' },
];
/** Evaluations that a strip can show apart. */
const MOST_STEPS = 720;

const isWhole = (text: string, least: number, most: number): boolean =>
  /^\d{1,6}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;

/** The shortest interval, in minutes, that keeps a range readable: the guard's own where it can be. */
const intervalFor = (rangeMs: number, ownMs: number): number =>
  Math.max(Math.round(ownMs / MINUTE_MS), Math.ceil(rangeMs / MINUTE_MS / MOST_STEPS));

/** The guard over past hours, under the policy as configured or as edited on this page: when would it have fired? */
export function BacktestPanel({ guard, compare, whatIf }: { guard: GuardState; compare: Compare; whatIf: WhatIf }) {
  const { inputs } = compare;
  const [hours, setHours] = useState(ROLLOUT);
  const [interval, setInterval] = useState<string | null>(null);
  const [violations, setViolations] = useState(String(guard.policy.violations));
  const { backtest, start, cancel } = useBacktest();
  const rangeMs = hours === ROLLOUT ? Math.min(LONGEST_MS, inputs.endMs - inputs.startMs) : Number(hours) * HOUR_MS;
  const shownInterval = interval ?? String(intervalFor(rangeMs, guard.policy.intervalMs));
  const isIntervalRead = isWhole(shownInterval, 1, 1_440);
  const isViolationsRead = isWhole(violations, 1, 1_000);
  const isRunning = backtest.state === 'running';
  const isEdited = Object.keys(whatIf).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isIntervalRead || !isViolationsRead || isRunning) return;
    void start({
      model: guard.model,
      champion: inputs.champion?.version,
      challenger: inputs.challenger?.version,
      startMs: inputs.endMs - rangeMs,
      endMs: inputs.endMs,
      intervalMinutes: Number(shownInterval),
      violations: Number(violations),
      ...whatIf,
    });
  };
  return (
    <Panel
      title="Backtest"
      definition={
        isEdited ? 'the guard over past hours, under the edited policy' : 'the guard over past hours, as configured'
      }
    >
      <form onSubmit={submit} noValidate className="grid grid-cols-2 items-start gap-2 sm:grid-cols-[2fr_1fr_1fr_auto]">
        <Select
          label="Hours"
          choices={RANGES}
          value={hours}
          disabled={isRunning}
          onChange={(event) => setHours(event.target.value)}
        />
        <Input
          label="Every, minutes"
          inputMode="numeric"
          value={shownInterval}
          disabled={isRunning}
          error={isIntervalRead ? undefined : 'Expected 1 to 1 440.'}
          onChange={(event) => setInterval(event.target.value)}
        />
        <Input
          label="Violations in a row"
          inputMode="numeric"
          value={violations}
          disabled={isRunning}
          error={isViolationsRead ? undefined : 'Expected 1 to 1 000.'}
          onChange={(event) => setViolations(event.target.value)}
        />
        <div className="flex gap-2 max-sm:self-end sm:pt-5.5">
          <Button type="submit" look="primary" disabled={isRunning}>
            Run
          </Button>
          {isRunning ? <Button onClick={cancel}>Cancel</Button> : null}
        </div>
      </form>
      <p className="mt-2 text-small text-t3">The limits are those under Policy; edit them there, and run again.</p>
      <BacktestFound backtest={backtest} />
    </Panel>
  );
}

function BacktestFound({ backtest }: { backtest: Backtest }) {
  const { zone } = useZone();
  const [chosen, setChosen] = useState<number | null>(null);
  const { state, begin, steps, result, error } = backtest;
  if (state === 'idle') return null;
  const of = begin?.steps ?? 0;
  const fired = result?.firedAtMs ?? null;
  const firedIndex = fired === null ? -1 : steps.findIndex(({ atMs }) => atMs === fired);
  const selected = Math.min(
    Math.max(0, steps.length - 1),
    chosen ?? (firedIndex === -1 ? steps.length - 1 : firedIndex),
  );
  const shown = steps[selected];
  const first = steps[0];
  const last = begin === null || first === undefined ? null : first.atMs + (of - 1) * begin.intervalMs;
  return (
    <div className="mt-2 grid gap-2 text-small">
      {state === 'running' ? (
        <div className="grid gap-0.5">
          <progress
            aria-label="Backtest"
            max={Math.max(1, of)}
            value={steps.length}
            className="h-1.5 w-full accent-accent"
          />
          <p className="text-t2">{of === 0 ? 'Reading what was counted…' : `${steps.length} of ${of} evaluations`}</p>
        </div>
      ) : null}
      {state === 'cancelled' ? (
        <p className="text-t2">
          Cancelled after {steps.length} of {of} evaluations.
        </p>
      ) : null}
      {error === null ? null : <FailureLine>{error}</FailureLine>}
      {result === null ? null : (
        <p aria-live="polite" className="text-body text-t1">
          <StatusIcon status={fired === null ? 'ok' : 'bad'} />{' '}
          {fired === null
            ? result.sentence
            : `It would have fired at ${formatInstant(fired, zone)}, ${formatDuration(result.firedAfterMs)} after the first traffic.`}
        </p>
      )}
      {first === undefined || last === null ? null : (
        <VerdictStrip
          label="Evaluations of the backtest"
          steps={steps}
          startMs={Math.min(first.atMs, last - MINUTE_MS)}
          endMs={last}
          selected={selected}
          onSelect={setChosen}
        />
      )}
      {shown === undefined ? null : (
        <p className="text-t2">
          <span className="font-medium text-t1">{formatTime(shown.atMs, zone)}</span>: {VERDICT_WORD[shown.verdict]}
          {shown.run > 0 ? `, ${shown.run} in a row` : ''}. {shown.reason}
        </p>
      )}
      {result?.notes.map((note) => (
        <p key={note} className="text-t3">
          {note}
        </p>
      ))}
    </div>
  );
}
