'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { LatencyPanel } from '@/components/signals/LatencyPanel';
import { StageSplitPanel } from '@/components/signals/StageSplitPanel';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Skeleton } from '@/components/ui/Skeleton';
import type { Fleet } from '@/lib/contracts/fleet';
import { fleetUnanswered } from '@/lib/domain/fleet-answer';
import { lastGoodAnswer } from '@/lib/queries/api';
import { fleetQuery } from '@/lib/queries/fleet';
import { ChangesPanel } from './ChangesPanel';
import { FleetPanel } from './FleetPanel';
import { JobsPanel } from './JobsPanel';

/** What is broken, since when, and what changed: the fleet, and the model that needs a person most. */
export function OverviewPage() {
  const { view, range } = useView();
  const fleet = useQuery(fleetQuery({ startMs: range.startMs, endMs: range.endMs, against: view.against }));
  const client = useQueryClient();
  // While the newest cannot be had, the page goes on with the last good answer; the table beneath says how old it is.
  const known = fleet.data ?? (fleet.error === null ? undefined : lastGoodAnswer<Fleet>(client, fleet.error));
  const foremost = view.model ?? known?.rows[0]?.model;
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="sr-only">Overview</h1>
      {known !== undefined ? (
        <div className={fleet.error === null ? undefined : 'opacity-60'}>
          <AnswerLine answer={known.answer} />
        </div>
      ) : fleet.error === null ? (
        <Skeleton height={46} />
      ) : (
        <AnswerLine answer={fleetUnanswered(fleet.error.message)} />
      )}
      <FleetPanel />
      {foremost === undefined ? null : (
        <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
          <LatencyPanel model={foremost} titled />
          <div className="grid grid-cols-1 content-start gap-3">
            <StageSplitPanel model={foremost} />
            <ChangesPanel />
          </div>
        </div>
      )}
      <JobsPanel />
    </div>
  );
}
