'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { openDialog } from '@/components/shell/dialogs';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { GuardEvaluation, GuardMode, GuardState, GuardSwitch } from '@/lib/contracts/rollout';
import { formatDuration, formatTime } from '@/lib/domain/format';
import { MINUTE_MS } from '@/lib/domain/time';
import { guardEvaluationsQuery } from '@/lib/queries/rollouts';
import { EvaluationDetails } from './EvaluationDetails';
import { GuardDeliveries } from './GuardDeliveries';
import { KillSwitch } from './KillSwitch';
import { VerdictStrip } from './VerdictStrip';

/** Evaluations of the strip: two hours of minutes. */
const SHOWN = 120;
const STRIP_HEIGHT = 150;

const MODE_WORD: Readonly<Record<GuardMode, string>> = {
  off: 'Off',
  'dry-run': 'Dry run',
  armed: 'Armed',
  killed: 'Stopped',
};
const MODE_MEANING: Readonly<Record<GuardMode, string>> = {
  off: 'nothing is evaluated',
  'dry-run': 'it evaluates and records what it would do, and calls nothing',
  armed: 'it calls its webhooks when enough violations come in a row',
  killed: 'somebody threw the kill switch: it evaluates and records, and does nothing',
};

/** The guard of a model: what it may do, how near it is, what it found, what it did, and how to stop it. */
export function GuardPanel({ guard, globalSwitch }: { guard: GuardState; globalSwitch: GuardSwitch | null }) {
  const { mode, model, answer } = guard;
  return (
    <Panel title="Guard" definition={`${MODE_WORD[mode]}: ${MODE_MEANING[mode]}`}>
      <div className="grid gap-3">
        <p className="text-body text-t1">
          <StatusIcon status={answer.status} /> {answer.text}
        </p>
        {mode === 'off' ? (
          <p className="text-small text-t2">
            Switch it on in windsock.yaml, under <code className="font-mono">models</code>, entry {model}:{' '}
            <code className="font-mono">{'policy: { guard: { enabled: true, interval: 1m } }'}</code>. It begins in dry
            run. The backtest shows first what it would have done.
          </p>
        ) : (
          <>
            <Facts guard={guard} />
            <Evaluations model={model} />
            {guard.lastAction === null ? null : <GuardDeliveries action={guard.lastAction} />}
            <Moved own={guard.ownSwitch} every={globalSwitch} />
            <DeclareFromGuard guard={guard} />
            <KillSwitch guard={guard} globalSwitch={globalSwitch} />
          </>
        )}
      </div>
    </Panel>
  );
}

/** Where the guard finds fault and has declared nothing itself: a person may, from its newest finding. */
function DeclareFromGuard({ guard: { model, run, evaluations, lastAction } }: { guard: GuardState }) {
  const [newest] = evaluations;
  if (run === 0 || newest === undefined) return null;
  if (lastAction?.incident != null) {
    const { number } = lastAction.incident;
    return (
      <ViewLink to={`/incidents/${number}`} className="link text-small">
        It declared INC-{number}
      </ViewLink>
    );
  }
  const name = `${model} ${newest.challenger ?? ''}`.trim();
  const from = {
    title: `${name}: the guard finds it worse`,
    text: [newest.sentence, ...newest.reasons.map(({ text }) => text)].join('\n'),
    model,
    version: newest.challenger ?? undefined,
    startedAtMs: newest.startMs ?? undefined,
    origin: { kind: 'guard' as const, ref: newest.id },
  };
  return (
    <Button className="justify-self-start" onClick={() => openDialog({ kind: 'declare', from })}>
      Declare incident
    </Button>
  );
}

function Facts({ guard: { run, policy, nextDueMs } }: { guard: GuardState }) {
  const { zone } = useZone();
  const pips = Math.min(policy.violations, 10);
  const filled = Math.min(run, pips);
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-4 gap-y-2 text-small">
      <Fact name="Violations in a row">
        <span className={run > 0 ? 'font-medium text-bad' : undefined}>
          {run > policy.violations ? `${run}, where ${policy.violations} are enough` : `${run} of ${policy.violations}`}
        </span>
        <span aria-hidden className="ml-2 tracking-widest">
          <span className="text-bad">{'■'.repeat(filled)}</span>
          <span className="text-t3">{'□'.repeat(pips - filled)}</span>
        </span>
      </Fact>
      <Fact name="Next evaluation">{nextDueMs === null ? 'none' : formatTime(nextDueMs, zone, true)}</Fact>
      <Fact name="Evaluates every">{formatDuration(policy.intervalMs)}</Fact>
      <Fact name="Counts data up to">{formatDuration(policy.maxAgeMs)} old</Fact>
      <Fact name="After acting, waits">{formatDuration(policy.cooldownMs)}</Fact>
      <Fact name="Calls">{policy.webhooks.length === 0 ? 'no webhook is configured' : policy.webhooks.join(', ')}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-t3">{name}</dt>
      <dd className="text-t1 tabular-nums">{children}</dd>
    </div>
  );
}

function Evaluations({ model }: { model: string }) {
  const query = useQuery(guardEvaluationsQuery({ model, limit: SHOWN }));
  return (
    <QueryState
      query={query}
      height={STRIP_HEIGHT}
      diagnosis={({ evaluations }) =>
        evaluations.length > 0
          ? null
          : {
              what: 'Nothing was evaluated yet.',
              why: 'The guard has just been switched on, or no console that shares this database is running.',
              action: null,
            }
      }
    >
      {({ evaluations }) => <Strip evaluations={evaluations.toReversed()} />}
    </QueryState>
  );
}

/** Oldest first; the newest is shown until another is chosen, and stays shown while newer ones come. */
function Strip({ evaluations }: { evaluations: readonly GuardEvaluation[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const last = evaluations.length - 1;
  const found = chosen === null ? -1 : evaluations.findIndex(({ id }) => id === chosen);
  const selected = found === -1 ? last : found;
  const shown = evaluations[selected];
  const first = evaluations[0];
  const newest = evaluations[last];
  if (shown === undefined || first === undefined || newest === undefined) return null;
  return (
    <div className="grid gap-2">
      <VerdictStrip
        label="Evaluations"
        steps={evaluations}
        startMs={Math.min(first.atMs, newest.atMs - MINUTE_MS)}
        endMs={newest.atMs}
        selected={selected}
        onSelect={(index) => setChosen(index === last ? null : (evaluations[index]?.id ?? null))}
      />
      <EvaluationDetails evaluation={shown} />
    </div>
  );
}

function Moved({ own, every }: { own: GuardSwitch | null; every: GuardSwitch | null }) {
  const thrown = [own, every].filter((one) => one?.killed === true);
  return thrown.map((one) =>
    one === null ? null : (
      <p key={one.model ?? 'every'} className="text-small text-watch">
        {one.model === null ? 'Every guard is stopped' : 'This guard is stopped'}, by {one.by}{' '}
        <RelativeTime atMs={one.atMs} />: {one.reason}
      </p>
    ),
  );
}
