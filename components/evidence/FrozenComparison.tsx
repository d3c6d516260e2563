'use client';

import { CompareBody } from '@/components/compare/CompareBody';
import { AnswerLine } from '@/components/ui/AnswerLine';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { formatCount, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { answerOf, type DrawnDocument } from './answer-of';

/** A comparison with the verdict as it fell then: nothing is judged anew. */
export function FrozenComparison({ document }: { document: DrawnDocument }) {
  const compare = answerOf<Compare>(document);
  const { result } = compare;
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={result.answer} />
      <CompareBody compare={compare} result={result} policy={<Policy policy={result.policy} />} />
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
