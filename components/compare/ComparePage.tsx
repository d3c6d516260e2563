'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { ChooseModel } from '@/components/shell/ChooseModel';
import { useView } from '@/components/shell/use-view';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { useFrozen } from '@/components/ui/frozen';
import { PinContext } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import { Skeleton } from '@/components/ui/Skeleton';
import { useSeen } from '@/components/ui/use-seen';
import type { Compare } from '@/lib/contracts/compare';
import type { WhatIf } from '@/lib/contracts/compare-params';
import { compareQuery } from '@/lib/queries/compare';
import { CompareBody } from './CompareBody';
import { DeclareVerdict } from './DeclareVerdict';
import { GUARD_ANCHOR, GuardLine } from './guard/GuardLine';
import { middleOf, Picks } from './Picks';
import { PolicyPanel } from './PolicyPanel';
import { comparisonPin, useCompareAddress, useResult } from './use-compare';

const GUARD_HEIGHT = 320;
/** Below the fold, and heavy enough to come after the answer. */
const GuardSection = dynamic(() => import('./guard/GuardSection').then((file) => file.GuardSection), {
  ssr: false,
  loading: () => <Skeleton height={GUARD_HEIGHT} />,
});

/** Champion and challenger: is the challenger better? Promote, wait, or roll back? */
export function ComparePage() {
  const { view } = useView();
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">
        Compare{view.model === undefined ? '' : ` versions of ${view.model}`}
      </h1>
      {view.model === undefined ? <ChooseModel page="/compare" isOfTwoVersions /> : <Comparison model={view.model} />}
    </div>
  );
}

const PAGE_HEIGHT = 640;

function Comparison({ model }: { model: string }) {
  const asked = useCompareAddress(model);
  const query = useQuery(compareQuery(asked.params));
  return (
    <QueryState query={query} height={PAGE_HEIGHT}>
      {(compare) => <Judged compare={compare} asked={asked} />}
    </QueryState>
  );
}

function Judged({ compare, asked }: { compare: Compare; asked: ReturnType<typeof useCompareAddress> }) {
  const { whatIf, isEdited, set } = asked;
  const result = useResult(compare, whatIf) ?? compare.result;
  const { mode, model } = compare.inputs;
  // A guard watches a rollout that goes on, and no copy of one.
  const isGuarded = useFrozen() === null && mode === 'versions';
  const pin = comparisonPin(asked);
  return (
    <PinContext value={pin}>
      <div className="grid grid-cols-1 gap-3">
        <Picks compare={compare} asked={asked} />
        <AnswerLine answer={result.answer} />
        {isEdited ? <p className="text-small text-watch">Judged by an edited policy, which is not saved.</p> : null}
        <CompareBody
          compare={compare}
          result={result}
          actions={
            <>
              {isGuarded ? <GuardLine model={model} /> : null}
              <DeclareVerdict inputs={compare.inputs} result={result} />
            </>
          }
          alternative={
            <Button className="mt-2" onClick={() => set({ at: String(middleOf(compare.inputs)) })}>
              Before and after an instant
            </Button>
          }
          policy={
            <PolicyPanel configured={compare.result.policy} policy={result.policy} isEdited={isEdited} onChange={set} />
          }
        />
        {isGuarded ? (
          <PinContext value={null}>
            <Guard compare={compare} whatIf={whatIf} />
          </PinContext>
        ) : null}
      </div>
    </PinContext>
  );
}

/** What watches the rollout, far below the verdict: loaded when somebody goes there. */
function Guard({ compare, whatIf }: { compare: Compare; whatIf: WhatIf }) {
  const { ref, isSeen } = useSeen<HTMLElement>();
  return (
    <section ref={ref} id={GUARD_ANCHOR} aria-label="Guard of this rollout" className="scroll-mt-14">
      {isSeen ? <GuardSection compare={compare} whatIf={whatIf} /> : <Skeleton height={GUARD_HEIGHT} />}
    </section>
  );
}
