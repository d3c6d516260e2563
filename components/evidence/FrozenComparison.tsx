'use client';

import { CompareBody } from '@/components/compare/CompareBody';
import { PolicyTerms } from '@/components/compare/PolicyTerms';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Panel } from '@/components/ui/Panel';
import type { Compare } from '@/lib/contracts/compare';
import { answerOf, type DrawnDocument } from './answer-of';

/** A comparison with the verdict as it fell then: nothing is judged anew. */
export function FrozenComparison({ document }: { document: DrawnDocument }) {
  const compare = answerOf<Compare>(document);
  const { result } = compare;
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={result.answer} />
      <CompareBody
        compare={compare}
        result={result}
        policy={
          <Panel title="Policy" definition="it was judged by">
            <PolicyTerms policy={result.policy} />
          </Panel>
        }
      />
    </div>
  );
}
