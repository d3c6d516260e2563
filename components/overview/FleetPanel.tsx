'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { Choice } from '@/components/ui/Choice';
import { useFrozen } from '@/components/ui/frozen';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import type { Fleet } from '@/lib/contracts/fleet';
import { lastGoodAnswer } from '@/lib/queries/api';
import { fleetQuery } from '@/lib/queries/fleet';
import { FleetTable } from './FleetTable';

const AGAINST = [
  { value: 'day', label: 'yesterday' },
  { value: 'week', label: 'last week' },
] as const;

const TABLE_HEIGHT = 280;

/** Every model and its versions. The page above asks the same question, which runs once. */
export function FleetPanel() {
  const { view, range, setView } = useView();
  const client = useQueryClient();
  const isFrozen = useFrozen() !== null;
  const asked = fleetQuery({ startMs: range.startMs, endMs: range.endMs, against: view.against });
  const fleet = useQuery(asked);
  const known = fleet.data ?? (fleet.error === null ? undefined : lastGoodAnswer<Fleet>(client, fleet.error));
  return (
    <Panel
      title="Fleet"
      definition={`by what needs you most; change against the same time ${view.against === 'week' ? 'last week' : 'yesterday'}`}
      why={known?.why}
      pin={pinOf('fleet', asked)}
      actions={
        isFrozen ? undefined : (
          <Choice
            label="Compare with"
            options={AGAINST}
            value={view.against}
            onChange={(against) => setView({ against }, { replace: true })}
          />
        )
      }
      height={TABLE_HEIGHT}
    >
      <QueryState
        query={fleet}
        height={TABLE_HEIGHT}
        diagnosis={({ rows, preset }) =>
          rows.length > 0
            ? null
            : {
                what: 'No model has traffic in this range.',
                why: `The signal map in force is ${preset}; no series of its requests metric has a sample here.`,
                action: 'A longer range, or Settings → Sources, says what is there.',
              }
        }
      >
        {({ rows, truncated }) => (
          <>
            <FleetTable rows={rows} />
            {truncated === null ? null : <p className="mt-2 text-small text-t3">{truncated}</p>}
          </>
        )}
      </QueryState>
    </Panel>
  );
}
