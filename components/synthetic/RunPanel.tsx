'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { ViewLink } from '@/components/shell/ViewLink';
import { IconButton } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { SyntheticRun, SyntheticSignal } from '@/lib/contracts/synthetic';
import { formatMs } from '@/lib/domain/format';
import { formatBetween, OUTCOME, SIGNAL_NAME } from '@/lib/domain/synthetic-answer';
import { syntheticRunQuery } from '@/lib/queries/synthetic';

const HEIGHT = 180;
const SIGNAL_STATE = {
  seen: { status: 'ok', word: 'found' },
  missing: { status: 'watch', word: 'not found' },
  waiting: { status: 'unknown', word: 'looking' },
  unknown: { status: 'unknown', word: 'not known' },
  off: { status: 'unknown', word: 'not looked for' },
} as const;

/** One run: its answer, what of it was found where and when, and the way to each. */
export function RunPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const run = useQuery(syntheticRunQuery(id));
  return (
    <Panel
      title={run.data === undefined ? 'Run' : `Run of ${run.data.model}`}
      definition={run.data === undefined ? undefined : `sent to ${run.data.host}`}
      why={run.data?.signals.flatMap(({ why }) => why)}
      height={HEIGHT}
      actions={
        <IconButton label="Close run" onClick={onClose}>
          <X size={14} aria-hidden />
        </IconButton>
      }
    >
      <QueryState query={run} height={HEIGHT}>
        {(data) => <Run run={data} />}
      </QueryState>
    </Panel>
  );
}

function Run({ run }: { run: SyntheticRun }) {
  const { answer, outcome, origin, askedByName } = run;
  return (
    <div className="grid gap-3 text-small">
      <p className="flex flex-wrap items-baseline gap-x-3 text-t2">
        <StatusWord {...OUTCOME[outcome]} />
        <span>
          {run.sentAtMs === null ? 'asked for ' : 'sent '}
          <RelativeTime atMs={run.sentAtMs ?? run.askedAtMs} />
          {origin === 'hand' ? `, by ${askedByName ?? 'hand'}` : ', on schedule'}
        </span>
      </p>
      <table aria-label="What was found of this run" className="w-full max-w-[960px] border-collapse">
        <thead>
          <tr className="text-left text-t3">
            <th scope="col" className="py-1 pr-4 font-normal">
              What
            </th>
            <th scope="col" className="py-1 pr-4 font-normal">
              State
            </th>
            <th scope="col" className="py-1 pr-4 font-normal">
              After sending
            </th>
            <th scope="col" className="py-1 font-normal max-sm:hidden">
              How it is known
            </th>
          </tr>
        </thead>
        <tbody>
          <Row
            name="answer"
            state={
              answer === null ? (
                <StatusWord status="unknown" word="waiting" />
              ) : (
                <StatusWord
                  status={answer.state === 'ok' ? 'ok' : answer.state === 'lost' ? 'unknown' : 'bad'}
                  word={answer.status === null ? answer.state : String(answer.status)}
                />
              )
            }
            after={formatMs(answer?.elapsedMs ?? null)}
            detail={answer === null ? 'No answer yet.' : (answer.reason ?? 'As expected.')}
          />
          {run.signals.map((signal) => (
            <Row
              key={signal.signal}
              name={<SignalLink run={run} signal={signal} />}
              state={<StatusWord {...SIGNAL_STATE[signal.state]} />}
              after={signal.state === 'seen' ? formatBetween(signal) : '–'}
              detail={signal.detail ?? 'Not looked for yet.'}
            />
          ))}
        </tbody>
      </table>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
        <dt className="text-t3">Request story</dt>
        <dd className="min-w-0 break-all font-mono">
          <ViewLink to={`/requests/${encodeURIComponent(run.requestId)}`} className="link">
            {run.requestId}
          </ViewLink>
        </dd>
        <dt className="text-t3">Trace</dt>
        <dd className="min-w-0 break-all font-mono">
          <ViewLink to={`/traces/${run.traceId}`} className="link">
            {run.traceId}
          </ViewLink>
        </dd>
      </dl>
      {answer === null || answer.text === null || answer.text === '' ? null : (
        <details>
          <summary className="text-t2">What the endpoint answered</summary>
          <pre className="mt-1 overflow-auto whitespace-pre-wrap break-all rounded-panel bg-raised p-2 font-mono">
            {answer.text}
          </pre>
        </details>
      )}
    </div>
  );
}

function Row({
  name,
  state,
  after,
  detail,
}: {
  name: React.ReactNode;
  state: React.ReactNode;
  after: string;
  detail: string;
}) {
  return (
    <tr className="border-line border-t align-baseline">
      <th scope="row" className="py-1 pr-4 text-left font-normal text-t1">
        {name}
      </th>
      <td className="py-1 pr-4">{state}</td>
      <td className="py-1 pr-4 text-t1 tabular-nums">
        {after}
        <span className="block text-t2 sm:hidden">{detail}</span>
      </td>
      <td className="py-1 text-t2 max-sm:hidden">{detail}</td>
    </tr>
  );
}

/** The way to what was found: the model's page, the trace, the log lines. */
function SignalLink({ run, signal: { signal, state } }: { run: SyntheticRun; signal: SyntheticSignal }) {
  const name = SIGNAL_NAME[signal];
  if (state !== 'seen') return name;
  const to =
    signal === 'metric'
      ? `/models/${encodeURIComponent(run.model)}`
      : signal === 'trace'
        ? `/traces/${run.traceId}`
        : `/logs?text=${encodeURIComponent(run.requestId)}`;
  return (
    <ViewLink to={to} className="link">
      {name}
    </ViewLink>
  );
}
