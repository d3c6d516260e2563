'use client';

import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { useFrozen } from '@/components/ui/frozen';
import { PinContext, pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import type { ReadinessReport } from '@/lib/contracts/readiness';
import { readinessQuery, readinessReportAddress } from '@/lib/queries/readiness';
import { ChecksPanel } from './ChecksPanel';
import { ListsPanel } from './ListsPanel';
import { ScoresPanel } from './ScoresPanel';

const PAGE_HEIGHT = 480;

/** Whether the telemetry of this fleet deserves trust: what fails, why, and what would help. */
export function ReadinessPage() {
  const { view, range } = useView();
  const { startMs, endMs } = range;
  const asked = { startMs, endMs, ...(view.model === undefined ? {} : { model: view.model }) };
  const question = readinessQuery(asked);
  const readiness = useQuery(question);
  return (
    <div className="grid grid-cols-1 gap-3">
      <header className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 flex-1 truncate font-semibold text-title max-sm:w-full max-sm:flex-none">
          Readiness{view.model === undefined ? '' : ` of ${view.model}`}
        </h1>
        <nav aria-label="Beside readiness" className="flex gap-3 text-small">
          <ViewLink to="/readiness/sampling" className="link">
            Sampling
          </ViewLink>
          <ViewLink to="/readiness/checks" className="link">
            Synthetic checks
          </ViewLink>
        </nav>
        <a
          href={readinessReportAddress(asked)}
          download="readiness.md"
          className="inline-flex h-7 items-center gap-1.5 rounded-panel border border-line bg-panel px-2.5 text-small hover:bg-raised"
        >
          <Download size={13} aria-hidden /> Download report
        </a>
      </header>
      <QueryState query={readiness} height={PAGE_HEIGHT}>
        {(report) => (
          <PinContext value={pinOf('readiness', question)}>
            <Readiness report={report} />
          </PinContext>
        )}
      </QueryState>
    </div>
  );
}

/** A report as it stands; drawn as well from a frozen copy, in which nothing can be signed. */
export function Readiness({ report }: { report: ReadinessReport }) {
  const isFrozen = useFrozen() !== null;
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={report.answer} />
      {report.model === null ? null : (
        <p className="text-small">
          <ViewLink to="/readiness" patch={{ model: null }} className="link">
            Readiness of all models
          </ViewLink>
        </p>
      )}
      <ScoresPanel report={report} />
      <ChecksPanel report={report} />
      <ListsPanel report={report} maySign={report.maySign && !isFrozen} />
    </div>
  );
}
