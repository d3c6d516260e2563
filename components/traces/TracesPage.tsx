'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { PinContext, pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import { Skeleton } from '@/components/ui/Skeleton';
import { traceSearchAnswer } from '@/lib/domain/trace-search-answer';
import { selectTraces } from '@/lib/domain/trace-selection';
import { traceSearchQuery } from '@/lib/queries/traces';
import { DifferencePanel } from './DifferencePanel';
import { ScatterPanel } from './ScatterPanel';
import { SearchPanel } from './SearchPanel';
import { TraceTablePanel } from './TraceTablePanel';
import { useTraceSearch } from './use-trace-search';

const RESULT_HEIGHT = 300;

/** What happened to these requests, and why are these slow: search, scatter, table, and what sets the selected apart. */
export function TracesPage() {
  const { filter, order, limit, select, box, range } = useTraceSearch();
  const asked = { startMs: range.startMs, endMs: range.endMs, order, limit, ...filter };
  const isEmptyQuery = filter.q?.trim() === '';
  const question = traceSearchQuery(asked);
  const search = useQuery({ ...question, enabled: !isEmptyQuery });
  const rows = search.data?.rows;
  const selection = useMemo(
    () => (select === null || rows === undefined ? null : selectTraces(rows, select, box)),
    [rows, select, box],
  );
  const answer = search.data === undefined ? [] : traceSearchAnswer(search.data);
  return (
    <div className="grid gap-3">
      <h1 className="sr-only">Traces</h1>
      {search.isPending && !isEmptyQuery ? <Skeleton height={23} /> : <AnswerLine answer={answer} />}
      <SearchPanel error={search.error} query={search.data?.query ?? null} />
      {isEmptyQuery ? (
        <p className="text-body text-t2">The query is empty. {'{}'} finds every trace.</p>
      ) : (
        <QueryState query={search} height={RESULT_HEIGHT}>
          {(found) =>
            found.empty !== null ? (
              <Panel title="Nothing found" why={found.why}>
                <Diagnosis diagnosis={found.empty} />
              </Panel>
            ) : (
              <PinContext value={pinOf('traces', question)}>
                <div className="grid gap-3">
                  <ScatterPanel found={found} selection={selection} />
                  <DifferencePanel found={found} filter={filter} selection={selection} />
                  <TraceTablePanel found={found} selection={selection} />
                </div>
              </PinContext>
            )
          }
        </QueryState>
      )}
    </div>
  );
}
