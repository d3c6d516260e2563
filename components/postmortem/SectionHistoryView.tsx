'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/Button';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { sectionHistoryQuery } from '@/lib/queries/postmortems';
import type { SectionDraftProps } from './SectionDraft';

/** Every version of a section, newest first; an earlier one can be taken up again. */
export function SectionHistoryView({ incidentId, sectionKey, onTake, onClose }: SectionDraftProps) {
  const history = useQuery(sectionHistoryQuery(incidentId, sectionKey));
  return (
    <QueryState query={history} height={80}>
      {({ versions, more }) => (
        <div className="grid gap-2 text-small">
          <ol className="grid gap-1">
            {versions.map((one) => (
              <li key={one.version}>
                <details>
                  <summary className="cursor-pointer text-t2">
                    Version {one.version}, {one.author.name}, <RelativeTime atMs={one.savedAtMs} />
                  </summary>
                  <p className="whitespace-pre-wrap rounded-panel bg-raised p-2 [overflow-wrap:anywhere]">{one.text}</p>
                  <Button look="quiet" onClick={() => onTake(one.text)}>
                    Take these words up again
                  </Button>
                </details>
              </li>
            ))}
          </ol>
          {more ? <p className="text-t3">Older versions are not shown.</p> : null}
          <Button look="quiet" className="justify-self-start" onClick={onClose}>
            Close
          </Button>
        </div>
      )}
    </QueryState>
  );
}
