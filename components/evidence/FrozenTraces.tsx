'use client';

import { useMemo } from 'react';
import { ScatterPanel } from '@/components/traces/ScatterPanel';
import { TraceTablePanel } from '@/components/traces/TraceTablePanel';
import { useTraceSearch } from '@/components/traces/use-trace-search';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Diagnosis } from '@/components/ui/Diagnosis';
import type { TraceSearch } from '@/lib/contracts/traces';
import { traceSearchAnswer } from '@/lib/domain/trace-search-answer';
import { selectTraces } from '@/lib/domain/trace-selection';
import { answerOf, type DrawnDocument } from './answer-of';

/** Found traces as points and rows, as they were. */
export function FrozenTraces({ document }: { document: DrawnDocument }) {
  const found = answerOf<TraceSearch>(document);
  const { select, box } = useTraceSearch();
  const selection = useMemo(
    () => (select === null ? null : selectTraces(found.rows, select, box)),
    [found.rows, select, box],
  );
  if (found.empty !== null) return <Diagnosis diagnosis={found.empty} />;
  return (
    <div className="grid gap-3">
      <AnswerLine answer={traceSearchAnswer(found)} />
      <ScatterPanel found={found} selection={selection} />
      <TraceTablePanel found={found} selection={selection} />
    </div>
  );
}
