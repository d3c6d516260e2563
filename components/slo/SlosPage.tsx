'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { PinContext, pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import type { Slos } from '@/lib/contracts/slo';
import { slosAnswer } from '@/lib/domain/slo-answer';
import { slosQuery } from '@/lib/queries/slos';
import { ObjectiveDetail } from './ObjectiveDetail';
import { ObjectivesPanel } from './ObjectivesPanel';
import { RulesPanel } from './RulesPanel';
import { useObjective } from './use-objective';

const PAGE_HEIGHT = 320;
/** What is kept with a pin of this page, as far as it is on the screen. */
const BESIDE = ['slos/objective', 'slos/eaten', 'events'] as const;

/** Which budgets burn, how fast, until when, and what ate them; and the rules that call somebody. */
export function SlosPage() {
  const { view, range } = useView();
  const question = slosQuery({ endMs: range.endMs });
  const slos = useQuery(question);
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">SLOs{view.model === undefined ? '' : ` of ${view.model}`}</h1>
      <QueryState query={slos} height={PAGE_HEIGHT}>
        {(data) => (
          <PinContext value={{ ...pinOf('slos', question), beside: BESIDE }}>
            <Objectives slos={data} model={view.model} />
          </PinContext>
        )}
      </QueryState>
      <RulesPanel />
    </div>
  );
}

/** The objectives of a model or of all, and the one that is open; drawn as well from a frozen copy. */
export function Objectives({ slos, model }: { slos: Slos; model: string | undefined }) {
  const [objective] = useObjective();
  const rows = model === undefined ? slos.rows : slos.rows.filter((row) => row.model === model);
  const open = slos.rows.find(({ id }) => id === objective);
  return (
    <div className="grid grid-cols-1 gap-3">
      {rows.length === 0 && slos.rows.length > 0 ? (
        <Diagnosis
          diagnosis={{
            what: `No objective of ${model ?? 'this model'} is configured.`,
            why: 'Objectives stand under models[].slos in windsock.yaml.',
            action: <AllModels />,
          }}
        />
      ) : (
        <>
          <AnswerLine answer={model === undefined ? slos.answer : slosAnswer(rows)} />
          {rows.length === slos.rows.length ? null : (
            <p className="text-small">
              <AllModels />
            </p>
          )}
          {rows.length === 0 ? null : <ObjectivesPanel slos={slos} rows={rows} />}
        </>
      )}
      {objective === null ? null : open === undefined ? (
        <Diagnosis
          diagnosis={{
            what: `There is no objective ${objective}.`,
            why: 'It may have been renamed or removed from windsock.yaml since this link was made.',
            action: null,
          }}
        />
      ) : open.origin === 'windsock' ? (
        <ObjectiveDetail row={open} endMs={slos.evaluatedAtMs} />
      ) : null}
    </div>
  );
}

const AllModels = () => (
  <ViewLink to="/slos" patch={{ model: null }} className="link">
    Objectives of all models
  </ViewLink>
);
