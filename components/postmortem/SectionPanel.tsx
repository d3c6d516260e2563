'use client';

import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { EditingHint } from '@/components/ui/PresenceLine';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { PostmortemSection } from '@/lib/contracts/postmortem';
import { withEntryLinks } from './entry-links';
import { SectionDraft } from './SectionDraft';
import { SectionEditor } from './SectionEditor';
import { SectionHistoryView } from './SectionHistoryView';
import { hasDraft } from './section-draft';

const Markdown = dynamic(() => import('@/components/ui/Markdown').then((file) => file.Markdown), { ssr: false });

type Open = 'read' | 'edit' | 'draft' | 'history';

/** One section: read, written, drafted from the timeline, and its earlier versions. */
export function SectionPanel({ incidentId, section }: { incidentId: string; section: PostmortemSection }) {
  // Words that were typed and not saved open where they were left.
  const [open, setOpen] = useState<Open>(() => (hasDraft(incidentId, section.key) ? 'edit' : 'read'));
  const [proposal, setProposal] = useState<string | null>(null);
  const read = () => {
    setProposal(null);
    setOpen('read');
  };
  return (
    <Panel
      title={section.title}
      definition={
        section.author === null || section.savedAtMs === null ? (
          'not written yet'
        ) : (
          <>
            version {section.version}, {section.author.name}, <RelativeTime atMs={section.savedAtMs} />
          </>
        )
      }
      actions={
        open === 'read' ? (
          <div data-noprint className="flex gap-1">
            <Button look="quiet" aria-label={`From the timeline: ${section.title}`} onClick={() => setOpen('draft')}>
              From the timeline
            </Button>
            {section.version > 1 ? (
              <Button look="quiet" aria-label={`Versions: ${section.title}`} onClick={() => setOpen('history')}>
                Versions
              </Button>
            ) : null}
            <Button aria-label={`Edit: ${section.title}`} onClick={() => setOpen('edit')}>
              Edit
            </Button>
          </div>
        ) : undefined
      }
    >
      <EditingHint part={section.key} isEditing={open === 'edit'} />
      {open === 'edit' ? (
        <SectionEditor incidentId={incidentId} section={section} proposal={proposal} onClose={read} />
      ) : open === 'draft' ? (
        <SectionDraft
          incidentId={incidentId}
          sectionKey={section.key}
          onTake={(text) => {
            setProposal(section.text.trim() === '' ? text : `${section.text.trimEnd()}\n\n${text}`);
            setOpen('edit');
          }}
          onClose={read}
        />
      ) : open === 'history' ? (
        <SectionHistoryView
          incidentId={incidentId}
          sectionKey={section.key}
          onTake={(text) => {
            setProposal(text);
            setOpen('edit');
          }}
          onClose={read}
        />
      ) : section.text === '' ? (
        <p className="text-small text-t3">Nothing here yet. The timeline can begin it.</p>
      ) : (
        <Markdown text={withEntryLinks(section.text, incidentId)} />
      )}
      {open === 'read'
        ? section.unsourced.map((sentence) => (
            <p key={sentence} className="mt-1 text-small text-t2">
              <StatusIcon status="watch" label="needs a look" /> No entry stands behind: <q>{sentence}</q>
            </p>
          ))
        : null}
    </Panel>
  );
}
