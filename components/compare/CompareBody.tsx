'use client';

import { type ReactNode, useMemo } from 'react';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { ClaimPanel } from './ClaimPanel';
import { DifferencesPanel } from './DifferencesPanel';
import { ExamplesPanel } from './ExamplesPanel';
import { OverTimePanels } from './OverTimePanels';
import { SegmentsPanel } from './SegmentsPanel';
import { StabilityPanel } from './StabilityPanel';
import { Unread } from './Unread';
import { VerdictPanel } from './VerdictPanel';

/** What the two sides are called: versions; of one version before and after. */
function namesOf({ champion, challenger, mode }: CompareInputs): { champion: string; challenger: string } {
  if (mode === 'instant' && champion?.version === challenger?.version)
    return { champion: 'before', challenger: 'after' };
  const suffix = mode === 'instant' ? { champion: ' before', challenger: ' after' } : { champion: '', challenger: '' };
  return {
    champion: `${champion?.version ?? 'none'}${suffix.champion}`,
    challenger: `${challenger?.version ?? 'none'}${suffix.challenger}`,
  };
}

/** Everything under a comparison's answer, live or as it was kept: what may be done about it and the policy are the caller's. */
export function CompareBody({
  compare,
  result,
  actions,
  alternative = null,
  policy,
}: {
  compare: Compare;
  result: CompareResult;
  actions?: ReactNode;
  /** What may be done where there are no two sides. */
  alternative?: ReactNode;
  policy: ReactNode;
}) {
  const { champion, challenger, mode } = compare.inputs;
  const names = useMemo(() => namesOf(compare.inputs), [compare.inputs]);
  const hasBoth = champion !== null && challenger !== null;
  return (
    <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_300px]">
      <div className="contents lg:grid lg:grid-cols-1 lg:gap-3">
        {hasBoth ? (
          <>
            <DifferencesPanel compare={compare} result={result} names={names} />
            {mode === 'versions' ? <StabilityPanel compare={compare} result={result} name={names.challenger} /> : null}
            <OverTimePanels compare={compare} names={names} />
          </>
        ) : (
          <NoSides compare={compare} alternative={alternative} />
        )}
        {policy}
      </div>
      <div className="contents lg:grid lg:grid-cols-1 lg:gap-3">
        {/* In one column the reasons come before the figures they are about. */}
        <div className="max-lg:order-first">
          <VerdictPanel result={result}>{actions}</VerdictPanel>
        </div>
        {hasBoth ? (
          <>
            <ClaimPanel compare={compare} result={result} />
            <SegmentsPanel compare={compare} result={result} />
            <ExamplesPanel compare={compare} result={result} />
          </>
        ) : null}
      </div>
    </div>
  );
}

/** In place of a table of dashes: which side is missing, and what can be compared instead. */
function NoSides({ compare: { inputs, why }, alternative }: { compare: Compare; alternative: ReactNode }) {
  const only = inputs.champion ?? inputs.challenger;
  return (
    <Panel title="Differences" why={why}>
      <Diagnosis
        diagnosis={{
          what: 'There are no two versions to compare.',
          why:
            only === null
              ? `No version of ${inputs.model} had traffic in this window.`
              : `Only ${only.version} had traffic in this window.`,
          action: alternative,
        }}
      />
      <Unread inputs={inputs} />
    </Panel>
  );
}
