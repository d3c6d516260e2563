'use client';

import { ClaimPanel } from '@/components/compare/ClaimPanel';
import { DifferencesPanel } from '@/components/compare/DifferencesPanel';
import { ExamplesPanel } from '@/components/compare/ExamplesPanel';
import { OverTimePanels } from '@/components/compare/OverTimePanels';
import { SegmentsPanel } from '@/components/compare/SegmentsPanel';
import { StabilityPanel } from '@/components/compare/StabilityPanel';
import { VerdictPanel } from '@/components/compare/VerdictPanel';
import { AnswerLine } from '@/components/ui/AnswerLine';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { formatCount, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { answerOf, type DrawnDocument } from './answer-of';

/** A comparison with the verdict as it fell then: nothing is judged anew. */
export function FrozenComparison({ document }: { document: DrawnDocument }) {
  const compare = answerOf<Compare>(document);
  const { inputs, result } = compare;
  const { champion, challenger, mode } = inputs;
  const [before, after] = mode === 'instant' ? [' before', ' after'] : ['', ''];
  const names = {
    champion: `${champion?.version ?? 'none'}${before}`,
    challenger: `${challenger?.version ?? 'none'}${after}`,
  };
  const hasBoth = champion !== null && challenger !== null;
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={result.answer} />
      <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_300px]">
        <div className="grid grid-cols-1 gap-3">
          <DifferencesPanel compare={compare} result={result} names={names} />
          {hasBoth && mode === 'versions' ? (
            <StabilityPanel compare={compare} result={result} name={names.challenger} />
          ) : null}
          {hasBoth ? <OverTimePanels compare={compare} names={names} /> : null}
        </div>
        <div className="grid grid-cols-1 gap-3">
          <VerdictPanel result={result} />
          {hasBoth ? <ClaimPanel compare={compare} result={result} /> : null}
          <SegmentsPanel compare={compare} result={result} />
          {hasBoth ? <ExamplesPanel compare={compare} result={result} /> : null}
          <Policy policy={result.policy} />
        </div>
      </div>
    </div>
  );
}

/** The policy that the verdict fell under. */
function Policy({ policy }: { policy: CompareResult['policy'] }) {
  const { maxP95IncreaseRatio, maxErrorIncrease, maxQualityDrop, minRequests, minMinutes, challengerShare } = policy;
  const lines = [
    `P95 at most +${formatNumber(maxP95IncreaseRatio * 100)} %`,
    `errors at most +${formatNumber(maxErrorIncrease * 100)} points`,
    `quality at most −${formatNumber(maxQualityDrop * 100)} points`,
    `at least ${formatCount(minRequests)} requests a side and ${formatNumber(minMinutes)} minutes`,
    `challenger’s share ${challengerShare === null ? 'not configured' : formatRatioPercent(challengerShare)}`,
  ];
  return (
    <section aria-label="Policy it was judged by" className="px-3 text-small text-t2">
      <h2 className="font-semibold text-t1">Policy it was judged by</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
