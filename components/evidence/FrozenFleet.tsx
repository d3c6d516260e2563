'use client';

import { VersionStrip } from '@/components/model/VersionStrip';
import { ChangesPanel } from '@/components/overview/ChangesPanel';
import { FleetPanel } from '@/components/overview/FleetPanel';
import { JobsPanel } from '@/components/overview/JobsPanel';
import { AnswerLine } from '@/components/ui/AnswerLine';
import type { Fleet } from '@/lib/contracts/fleet';
import type { ModelSummary } from '@/lib/contracts/model';
import { answerOf, type DrawnDocument } from './answer-of';

/** A panel of the overview, or the head of a model's page, as it was. */
export function FrozenFleet({ document }: { document: DrawnDocument }) {
  switch (document.kind) {
    case 'fleet':
      return (
        <div className="grid gap-3">
          <AnswerLine answer={answerOf<Fleet>(document).answer} />
          <FleetPanel />
        </div>
      );
    case 'jobs':
      return <JobsPanel />;
    case 'changes':
      return <ChangesPanel />;
    case 'model': {
      const { answer, row } = answerOf<ModelSummary>(document);
      return (
        <div className="grid gap-3">
          <AnswerLine answer={answer} />
          <VersionStrip row={row} />
        </div>
      );
    }
    default:
      return null;
  }
}
