'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { StatusIcon } from '@/components/ui/Status';
import { formatRange } from '@/lib/domain/format';
import { contextPackQuery, recaptureContext } from '@/lib/queries/incidents';

/** The fleet as it was when the incident was declared, each look frozen; what could not be known says so. */
export function ContextPanel({ incidentId }: { incidentId: string }) {
  const { zone } = useZone();
  const client = useQueryClient();
  const pack = useQuery(contextPackQuery(incidentId));
  const recapture = useMutation(recaptureContext(client));
  const range =
    pack.data === undefined || pack.data.startMs === null || pack.data.endMs === null
      ? 'at declare'
      : formatRange(pack.data.startMs, pack.data.endMs, zone);
  const hasUnknown = pack.data?.items.some(({ state }) => state === 'unknown') ?? false;
  return (
    <Panel title="Context" definition={range}>
      <QueryState
        query={pack}
        height={80}
        diagnosis={({ state }) =>
          state === 'none'
            ? { what: 'No context was gathered.', why: 'This incident was declared without one.', action: null }
            : null
        }
      >
        {({ state, items }) => (
          <>
            <ul className="grid gap-1 text-small">
              {items.map((item) => (
                <li key={item.topic} className="flex gap-2">
                  <StatusIcon status={item.state === 'captured' ? 'ok' : 'unknown'} label={item.state} />
                  <span className="min-w-0 text-t2 [overflow-wrap:anywhere]">
                    <span className="text-t1">
                      {item.evidenceId === null ? (
                        item.title
                      ) : (
                        <ViewLink to={evidencePath(item.evidenceId)} className="link">
                          {item.title}
                        </ViewLink>
                      )}
                    </span>{' '}
                    {item.sentence}
                  </span>
                </li>
              ))}
            </ul>
            {state === 'done' && hasUnknown ? (
              <Button
                look="quiet"
                className="mt-1"
                disabled={recapture.isPending}
                onClick={() => recapture.mutate({ incidentId })}
              >
                Look again at what is unknown
              </Button>
            ) : null}
          </>
        )}
      </QueryState>
    </Panel>
  );
}
