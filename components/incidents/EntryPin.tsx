'use client';

import { useQuery } from '@tanstack/react-query';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { useZone } from '@/components/ui/preference';
import { formatInstant, formatRange } from '@/lib/domain/format';
import { evidenceQuery } from '@/lib/queries/evidence';

/** A pin on a line of the timeline: what it shows, of when, and the hash that proves it. */
export function EntryPin({ evidenceId }: { evidenceId: string }) {
  const { zone } = useZone();
  const { data, error } = useQuery(evidenceQuery(evidenceId));
  return (
    <div className="mt-1 rounded-sm border border-line border-l-2 border-l-accent bg-bg px-2 py-1 text-small text-t2">
      <ViewLink to={evidencePath(evidenceId)} className="link">
        {data?.title ?? (error === null ? 'Pinned evidence' : 'This pin cannot be read now; open it')}
      </ViewLink>
      {data === undefined ? null : (
        <>
          {' '}
          <span className="text-t3">
            {data.startMs === null || data.endMs === null ? '' : `${formatRange(data.startMs, data.endMs, zone)} · `}
            frozen {formatInstant(data.frozenAtMs, zone)} · sha256 {data.sha256.slice(0, 8)}
          </span>
          {data.state === 'damaged' ? <span className="text-bad"> · {data.damage}</span> : null}
        </>
      )}
    </div>
  );
}
