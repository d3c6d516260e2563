'use client';

import { ImpactTable } from '@/components/incidents/ImpactTable';
import { Panel } from '@/components/ui/Panel';
import type { Impact } from '@/lib/contracts/impact';
import { AGAINST_WORDS } from '@/lib/domain/impact-answer';
import { answerOf, type DrawnDocument } from './answer-of';

/** What an incident did to predictions, as it was counted. */
export function FrozenImpact({ document }: { document: DrawnDocument }) {
  const impact = answerOf<Impact>(document);
  return (
    <Panel
      title="Impact in predictions"
      definition={`against the time ${AGAINST_WORDS[impact.against]}`}
      why={impact.why}
    >
      <ImpactTable impact={impact} />
    </Panel>
  );
}
