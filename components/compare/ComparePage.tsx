'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import { ChooseModel } from '@/components/shell/ChooseModel';
import { useView } from '@/components/shell/use-view';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { useFrozen } from '@/components/ui/frozen';
import { PinContext } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import { Skeleton } from '@/components/ui/Skeleton';
import type { Compare } from '@/lib/contracts/compare';
import { compareQuery } from '@/lib/queries/compare';
import { ClaimPanel } from './ClaimPanel';
import { DeclareVerdict } from './DeclareVerdict';
import { DifferencesPanel } from './DifferencesPanel';
import { ExamplesPanel } from './ExamplesPanel';
import { OverTimePanels } from './OverTimePanels';
import { Picks } from './Picks';
import { PolicyPanel } from './PolicyPanel';
import { SegmentsPanel } from './SegmentsPanel';
import { StabilityPanel } from './StabilityPanel';
import { comparisonPin, useCompareAddress, useResult } from './use-compare';
import { VerdictPanel } from './VerdictPanel';

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
  const { champion, challenger, mode } = compare.inputs;
  const names = useMemo(() => {
    const suffix = mode === 'instant' ? [' before', ' after'] : ['', ''];
    return {
      champion: `${champion?.version ?? 'none'}${suffix[0]}`,
      challenger: `${challenger?.version ?? 'none'}${suffix[1]}`,
    };
  }, [champion?.version, challenger?.version, mode]);
  const frozen = useFrozen();
  const hasBoth = champion !== null && challenger !== null;
  const pin = comparisonPin(asked);
  return (
    <PinContext value={pin}>
      <div className="grid grid-cols-1 gap-3">
        <Picks compare={compare} asked={asked} />
        <AnswerLine answer={result.answer} />
        {isEdited ? <p className="text-small text-watch">Judged by an edited policy, which is not saved.</p> : null}
        <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_300px]">
          <div className="grid grid-cols-1 gap-3">
            <DifferencesPanel compare={compare} result={result} names={names} />
            {hasBoth && mode === 'versions' ? (
              <StabilityPanel compare={compare} result={result} name={names.challenger} />
            ) : null}
            {hasBoth ? <OverTimePanels compare={compare} names={names} /> : null}
          </div>
          <div className="grid grid-cols-1 gap-3">
            <VerdictPanel result={result}>
              <DeclareVerdict inputs={compare.inputs} result={result} />
            </VerdictPanel>
            {hasBoth ? <ClaimPanel compare={compare} result={result} /> : null}
            <SegmentsPanel compare={compare} result={result} />
            {hasBoth ? <ExamplesPanel compare={compare} result={result} /> : null}
            <PolicyPanel configured={compare.result.policy} policy={result.policy} isEdited={isEdited} onChange={set} />
          </div>
        </div>
        {frozen === null && mode === 'versions' ? (
          <PinContext value={null}>
            <GuardSection compare={compare} whatIf={whatIf} />
          </PinContext>
        ) : null}
      </div>
    </PinContext>
  );
}
