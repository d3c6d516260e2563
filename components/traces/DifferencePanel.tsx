'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import type { ExplainParams, SelectionKind, TraceFilter, TraceSearch } from '@/lib/contracts/traces';
import { formatCount, formatMs, formatTime } from '@/lib/domain/format';
import { selectTraces, type TraceSelection } from '@/lib/domain/trace-selection';
import { explainedQuery, explainProgressQuery, explainQuery } from '@/lib/queries/traces';
import { DifferenceTable } from './DifferenceTable';
import { useTraceSearch } from './use-trace-search';

interface Props {
  found: TraceSearch;
  filter: TraceFilter;
  selection: TraceSelection | null;
}

type Asked = { id: string; params: ExplainParams };

/** FNV-1a over the population and its split: what makes two questions the same. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** What is different in the slow, the failed, or the boxed traces, against the rest of those shown. */
export function DifferencePanel({ found, filter, selection }: Props) {
  const { select, box, range, set } = useTraceSearch();
  const [asked, setAsked] = useState<Asked | null>(null);
  const now = selection === null ? null : questionOf(found, filter, range, selection);
  // What was asked stays while the list moves on beneath it; another selection or search is another question.
  const isSame =
    asked !== null &&
    now !== null &&
    asked.params.selection === now.params.selection &&
    JSON.stringify([asked.params.box, filterOf(asked.params)]) ===
      JSON.stringify([now.params.box, filterOf(now.params)]);
  const current = isSame ? asked : now;
  if (current !== asked) setAsked(current);

  const explained = useQuery(explainedQuery(current?.id ?? ''));
  const slow = selectTraces(found.rows, 'slow', null);
  const failedCount = found.rows.filter((row) => row.failed).length;
  const options: { value: SelectionKind | 'none'; label: string }[] = [
    { value: 'none', label: 'nothing' },
    {
      value: 'slow',
      label:
        slow.thresholdMs === null
          ? 'slow'
          : `slow: over ${formatMs(slow.thresholdMs)} (${formatCount(slow.selected.size)})`,
    },
    { value: 'failed', label: `failed (${formatCount(failedCount)})` },
    ...(box === null ? [] : [{ value: 'box' as const, label: 'the box' }]),
  ];
  return (
    <Panel
      title="What is different in these"
      definition="attributes and stages of the selected traces against the rest, the surest difference first"
      why={current === null ? undefined : explained.data?.why}
    >
      <div className="mb-2 flex max-w-full items-center gap-1.5 overflow-x-auto whitespace-nowrap p-0.5 text-small text-t2">
        Compare
        <Choice
          label="Selected traces"
          options={options}
          value={select ?? 'none'}
          onChange={(value) => set(value === 'none' ? { select: null, box: null } : { select: value })}
        />
        with the rest
      </div>
      {current === null || selection === null ? (
        <p className="text-body text-t2">
          Select slow or failed traces here, or drag a box in the scatter: what they have more often than the rest is
          ranked by how sure it is.
        </p>
      ) : (
        <Explained
          key={current.id}
          asked={current}
          isMoved={now !== null && now.id !== current.id}
          onAgain={() => setAsked(now)}
        />
      )}
    </Panel>
  );
}

const filterOf = ({
  q,
  model,
  versions,
  segment,
  status,
  minMs,
  maxMs,
  requestId,
  where,
}: ExplainParams): TraceFilter => ({
  q,
  model,
  versions,
  segment,
  status,
  minMs,
  maxMs,
  requestId,
  where,
});

function questionOf(
  { rows }: TraceSearch,
  filter: TraceFilter,
  range: { startMs: number; endMs: number },
  { kind, thresholdMs, box, selected }: TraceSelection,
): Asked {
  const known = kind === 'failed' ? rows.filter(({ failed }) => failed !== null) : rows;
  const params: ExplainParams = {
    startMs: range.startMs,
    endMs: range.endMs,
    ...filter,
    selection: kind,
    thresholdMs,
    box,
    traces: known.map(({ traceId, startMs, traceDurationMs }) => ({
      traceId,
      startMs,
      traceDurationMs,
      selected: selected.has(traceId),
    })),
  };
  return { id: fingerprint(JSON.stringify(params)), params };
}

function Explained({ asked, isMoved, onAgain }: { asked: Asked; isMoved: boolean; onAgain: () => void }) {
  const client = useQueryClient();
  const { zone } = useZone();
  const query = explainQuery(asked.id, asked.params);
  const [isStopped, setStopped] = useState(false);
  const isPossible = asked.params.traces.length >= 2;
  const explanation = useQuery({ ...query, enabled: !isStopped && isPossible });
  const progress = useQuery(explainProgressQuery(asked.id)).data;
  const cancel = () => {
    setStopped(true);
    void client.cancelQueries({ queryKey: query.queryKey });
  };
  if (!isPossible) return <p className="text-body text-t2">One trace has no rest to be compared with.</p>;
  if (isStopped && explanation.data === undefined) {
    return (
      <p className="flex flex-wrap items-center gap-2 text-body text-t2">
        Stopped; nothing more is asked of Tempo. <Button onClick={() => setStopped(false)}>Compare again</Button>
      </p>
    );
  }
  if (explanation.isFetching && explanation.data === undefined) {
    return (
      <div className="grid content-start gap-2" style={{ minHeight: 120 }} aria-live="polite">
        <p className="flex flex-wrap items-center gap-2 text-body text-t2">
          {progress === null || progress === undefined
            ? 'Asking Tempo…'
            : `${formatCount(progress.read)} of ${formatCount(progress.of)} traces read; compare(): ${progress.compare}.`}
          <Button onClick={cancel}>Cancel</Button>
        </p>
        <progress
          aria-label="Traces read"
          className="h-1.5 w-full max-w-md accent-accent"
          value={progress?.read ?? 0}
          max={progress?.of ?? 1}
        />
      </div>
    );
  }
  return (
    <QueryState query={explanation} height={120}>
      {({ answer, differences, tested, hidden, basis }) => (
        <div className="grid gap-3">
          <AnswerLine answer={answer} label="What is different" />
          {isMoved ? (
            <p className="flex flex-wrap items-center gap-2 text-small text-t2">
              Of the traces shown at {formatTime(explanation.dataUpdatedAt, zone)}; the list has moved on since.
              <Button onClick={onAgain}>Compare again</Button>
            </p>
          ) : null}
          <DifferenceTable differences={differences} />
          <div className="grid gap-0.5 text-small text-t3">
            {basis.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            <p>
              {formatCount(tested)} compared; certain: q (Benjamini–Hochberg over all of them) under 1 % and a 95 %
              Newcombe interval above 0.
            </p>
            {hidden.length === 0 ? null : (
              <details>
                <summary>{formatCount(hidden.length)} attributes are not ranked</summary>
                <ul className="mt-1 grid gap-0.5 pl-4">
                  {hidden.map(({ name, reason }) => (
                    <li key={name}>
                      <span className="font-mono text-t2">{name}</span>: {reason}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        </div>
      )}
    </QueryState>
  );
}
