'use client';

import { useQuery } from '@tanstack/react-query';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { QueryState } from '@/components/ui/QueryState';
import type { PostmortemSectionKey } from '@/lib/contracts/incident-words';
import { postmortemDraftQuery } from '@/lib/queries/postmortems';

export interface SectionDraftProps {
  incidentId: string;
  sectionKey: PostmortemSectionKey;
  onTake: (text: string) => void;
  onClose: () => void;
}

/** What the timeline says for this section, each sentence with the entries it stands on; nothing is made up. */
export function SectionDraft({ incidentId, sectionKey, onTake, onClose }: SectionDraftProps) {
  const draft = useQuery(postmortemDraftQuery(incidentId));
  return (
    <QueryState query={draft} height={80}>
      {({ sections }) => {
        const section = sections.find(({ key }) => key === sectionKey);
        return (
          <div className="grid gap-2 text-body">
            {section === undefined || section.sentences.length === 0 ? (
              <p className="text-t2">The timeline says nothing for this section: it is for people to write.</p>
            ) : (
              <ul className="grid gap-1">
                {section.sentences.map((sentence) => (
                  <li key={`${sentence.labels.join()} ${sentence.text}`} className="[overflow-wrap:anywhere]">
                    {sentence.text}{' '}
                    {sentence.labels.map((label) => (
                      <ViewLink
                        key={label}
                        to={`/incidents/${incidentId}?entry=${label}`}
                        className="link mr-1 text-small text-t3"
                      >
                        {label}
                      </ViewLink>
                    ))}
                  </li>
                ))}
              </ul>
            )}
            <div className="flex gap-2">
              {section === undefined || section.text === '' ? null : (
                <Button look="primary" onClick={() => onTake(section.text)}>
                  {section.differs ? 'Add below what is there' : 'Take it'}
                </Button>
              )}
              <Button look="quiet" onClick={onClose}>
                Close
              </Button>
            </div>
          </div>
        );
      }}
    </QueryState>
  );
}
