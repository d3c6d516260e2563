'use client';

import { StoryPanels } from '@/components/requests/StoryPanels';
import { AnswerLine } from '@/components/ui/AnswerLine';
import type { StoryEvent } from '@/lib/contracts/request-story';
import { NOTHING_TOLD, withEvent } from '@/lib/queries/request-story';
import { answerOf, type DrawnDocument } from './answer-of';

/** The story of a request as it was told then. */
export function FrozenRequest({ document }: { document: DrawnDocument }) {
  const state = answerOf<readonly StoryEvent[]>(document).reduce(withEvent, NOTHING_TOLD);
  const answer = state.answer ?? state.nowhere?.answer ?? null;
  return (
    <div className="grid gap-3">
      {answer === null ? null : <AnswerLine answer={answer} />}
      <StoryPanels state={state} isTelling={false} />
    </div>
  );
}
