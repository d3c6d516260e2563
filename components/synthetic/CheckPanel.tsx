'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { SyntheticCheck } from '@/lib/contracts/synthetic';
import { formatCount, formatMs } from '@/lib/domain/format';
import { formatSeen, OUTCOME, rhythmText, SIGNAL_NAME } from '@/lib/domain/synthetic-answer';
import { runSyntheticCheck } from '@/lib/queries/synthetic';
import { RunStrip } from './RunStrip';

/** The check of one model: how its last run went, and the runs before. */
export function CheckPanel({
  check,
  mayRun,
  opened,
  onOpen,
}: {
  check: SyntheticCheck;
  mayRun: boolean;
  opened: string | null;
  onOpen: (id: string) => void;
}) {
  const run = useMutation(runSyntheticCheck(useQueryClient()));
  const isByHand = check.running?.origin === 'hand';
  return (
    <Panel
      title={check.model}
      definition={`${check.host}, ${rhythmText(check)}; expects ${check.expects}`}
      why={check.settled?.signals.flatMap(({ why }) => why)}
      actions={
        mayRun ? (
          <Button
            disabled={run.isPending || isByHand}
            aria-label={`${isByHand ? 'Running' : 'Run now'}: the check of ${check.model}`}
            onClick={() =>
              run.mutate({ model: check.model, id: crypto.randomUUID() }, { onSuccess: ({ id }) => onOpen(id) })
            }
          >
            <Play size={13} aria-hidden /> {isByHand ? 'Running' : 'Run now'}
          </Button>
        ) : undefined
      }
    >
      <FormError error={run.error} />
      <LastRun check={check} />
      <RunStrip check={check} opened={opened} onOpen={onOpen} />
    </Panel>
  );
}

function LastRun({ check: { settled, running, runs } }: { check: SyntheticCheck }) {
  const done = runs.filter(({ outcome }) => outcome !== 'running');
  const good = done.filter(({ outcome }) => outcome === 'ok').length;
  return (
    <dl className="mb-2 grid grid-cols-2 gap-x-6 gap-y-1 text-small sm:flex sm:flex-wrap">
      <Fact name="Last run">
        {settled === null ? (
          <span className="text-t2">none yet</span>
        ) : (
          <>
            <StatusWord {...OUTCOME[settled.outcome]} /> <RelativeTime atMs={settled.askedAtMs} />
          </>
        )}
      </Fact>
      <Fact name="Answered in">{formatMs(settled?.answer?.elapsedMs ?? null)}</Fact>
      {(settled?.signals ?? []).map(({ signal, state, seenAfterMs }) => (
        <Fact key={signal} name={`${SIGNAL_NAME[signal]} after`}>
          {state === 'seen' ? formatSeen(seenAfterMs) : <span className="text-t2">{NOT_SEEN[state]}</span>}
        </Fact>
      ))}
      <Fact name="Good runs">
        {done.length === 0 ? 'not measured' : `${formatCount(good)} of ${formatCount(done.length)}`}
      </Fact>
      {running === null ? null : (
        <Fact name="Now">
          <span className="text-t2">
            a run goes on since <RelativeTime atMs={running.askedAtMs} />
          </span>
        </Fact>
      )}
    </dl>
  );
}

const NOT_SEEN = { waiting: 'waiting', missing: 'not found', unknown: 'not known', off: 'not looked for' } as const;

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-1.5">
      <dt className="text-t3">{name}</dt>
      <dd className="text-t1 tabular-nums">{children}</dd>
    </div>
  );
}
