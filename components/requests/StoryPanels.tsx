'use client';

import { useFrozen } from '@/components/ui/frozen';
import type { StoryState } from '@/lib/queries/request-story';
import { DeploymentPanel, LatencyPanel, SimilarPanel } from './AroundPanels';
import { FeaturesPanel } from './FeaturesPanel';
import { GuidePanel } from './GuidePanel';
import { RecordPanel } from './RecordPanel';
import { ReplayPanel } from './ReplayPanel';
import { TimelinePanel } from './TimelinePanel';

/** The parts of a story, each as soon as it is known. */
export function StoryPanels({ state, isTelling }: { state: StoryState; isTelling: boolean }) {
  const isFrozen = useFrozen() !== null;
  const { story, deployment } = state;
  if (story === null) return null;
  const part = { story, isTelling };
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[2fr_3fr]">
      <TimelinePanel story={story} />
      <RecordPanel story={story} role={deployment?.role ?? null} />
      <FeaturesPanel features={state.features} isTelling={isTelling} />
      <LatencyPanel part={state.latency} {...part} />
      <DeploymentPanel part={deployment} {...part} />
      <GuidePanel guide={state.guide} isTelling={isTelling} />
      {isFrozen ? null : <ReplayPanel key={story.requestId ?? story.traceId} story={story} />}
      <SimilarPanel part={state.similar} {...part} />
    </div>
  );
}
