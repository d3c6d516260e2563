'use client';

import { useQuery } from '@tanstack/react-query';
import { openDialog } from '@/components/shell/dialogs';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { HeatmapPanel } from '@/components/signals/HeatmapPanel';
import { InFlightPanel } from '@/components/signals/InFlightPanel';
import { LatencyPanel } from '@/components/signals/LatencyPanel';
import { StagesPanel } from '@/components/signals/StagesPanel';
import { TrafficPanel } from '@/components/signals/TrafficPanel';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { QueryState } from '@/components/ui/QueryState';
import type { MissingSignal } from '@/lib/contracts/fleet';
import { formatRatioPercent } from '@/lib/domain/format';
import { modelSummaryQuery } from '@/lib/queries/model';
import { ErrorReasonsPanel } from './ErrorReasonsPanel';
import { VersionStrip } from './VersionStrip';

const ANSWER_HEIGHT = 46;

/** One model: is it well, which version is not, where the time goes, what failed and why. */
export function ModelPage({ model }: { model: string }) {
  const { range } = useView();
  const summary = useQuery(modelSummaryQuery({ model, startMs: range.startMs, endMs: range.endMs }));
  // Of a name that nothing carries every panel would say the same.
  const isUnknown = summary.error?.code === 'not_found' || summary.error?.code === 'bad_request';
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex items-center justify-between gap-3">
        <h1 className="truncate font-semibold text-title" title={model}>
          {model}
        </h1>
        {isUnknown ? null : (
          <Button onClick={() => openDialog({ kind: 'declare', from: { model } })}>Declare incident</Button>
        )}
      </div>
      <QueryState query={summary} height={ANSWER_HEIGHT}>
        {({ answer, row }) => (
          <div className="grid grid-cols-1 gap-3">
            <AnswerLine answer={answer} />
            <VersionStrip row={row} />
            {row.budget.objective === null ? null : (
              <p className="text-small">
                <ViewLink to="/slos" className="link">
                  {row.budget.leftRatio === null
                    ? 'Its objectives'
                    : `${formatRatioPercent(row.budget.leftRatio)} of its error budget is left`}
                </ViewLink>
              </p>
            )}
            <p className="text-small text-t2">
              Inputs: {row.inputs.word}.{' '}
              <ViewLink to="/drift" patch={{ model }} className="link">
                Drift & quality
              </ViewLink>
            </p>
            <MissingLine missing={row.missing} />
          </div>
        )}
      </QueryState>
      {isUnknown ? (
        <p>
          <ViewLink to="/" className="link">
            Every model with requests in this range
          </ViewLink>
        </p>
      ) : (
        <>
          <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
            <TrafficPanel model={model} measure="requestsPerSecond" />
            <TrafficPanel model={model} measure="errorRatio" />
            <LatencyPanel model={model} />
            <HeatmapPanel model={model} />
            <StagesPanel model={model} />
            <InFlightPanel model={model} />
          </div>
          <ErrorReasonsPanel model={model} />
        </>
      )}
    </div>
  );
}

/** What this model's telemetry does not give, said once for the page. */
function MissingLine({ missing }: { missing: readonly MissingSignal[] }) {
  if (missing.length === 0) return null;
  return (
    <details className="text-small text-t2">
      <summary>Not measured here: {missing.map(({ signal }) => signal).join(', ')}</summary>
      <ul className="mt-1 grid gap-1 pl-4">
        {missing.map(({ signal, reason, remedy }) => (
          <li key={signal}>
            <span className="text-t1">{signal}</span>: {reason} {remedy}
          </li>
        ))}
      </ul>
    </details>
  );
}
