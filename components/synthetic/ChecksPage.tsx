'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { QueryState } from '@/components/ui/QueryState';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { SyntheticChecks } from '@/lib/contracts/synthetic';
import { syntheticAnswer } from '@/lib/domain/synthetic-answer';
import { syntheticChecksQuery } from '@/lib/queries/synthetic';
import { CheckPanel } from './CheckPanel';
import { RunPanel } from './RunPanel';

const HEIGHT = 240;

/** What became of the known requests that the console sends: answered how fast, and found where after how long. */
export function ChecksPage() {
  const checks = useQuery(syntheticChecksQuery());
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">Synthetic checks</h1>
      <QueryState query={checks} height={HEIGHT}>
        {(data) => <Checks data={data} />}
      </QueryState>
      <p className="text-small text-t3">
        Also on <code className="font-mono">/metrics</code>, with alert rules for them under{' '}
        <ViewLink to="/slos" className="link">
          SLOs
        </ViewLink>
        .
      </p>
    </div>
  );
}

function Checks({ data }: { data: SyntheticChecks }) {
  const { view } = useView();
  const [run, setRun] = useUrlParam('run');
  const own = data.checks.filter(({ model }) => view.model === undefined || model === view.model);
  // A model without a check must not hide those that have one.
  const shown = own.length === 0 ? data.checks : own;
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={shown.length === data.checks.length ? data.answer : syntheticAnswer(shown, data.nowMs)} />
      {own.length === 0 && data.checks.length > 0 ? (
        <p className="text-small text-t2">{view.model} has no check; these are those of the other models.</p>
      ) : null}
      {shown.map((check) => (
        <CheckPanel key={check.model} check={check} mayRun={data.mayRun} opened={run} onOpen={setRun} />
      ))}
      {run === null ? null : <RunPanel id={run} onClose={() => setRun(null)} />}
    </div>
  );
}
