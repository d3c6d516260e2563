'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link as LinkIcon } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { FormError } from '@/components/ui/FormError';
import { PresenceLine } from '@/components/ui/PresenceLine';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { LiveState } from '@/components/ui/use-live';
import type { Investigation } from '@/lib/contracts/investigation';
import { editInvestigation, investigationExportAddress } from '@/lib/queries/investigations';
import { AttachedIncidents } from './AttachedIncidents';
import { useCopy } from './use-copy';
import { cellName, investigationPath } from './words';

const EditInvestigationDialog = dynamic(
  () => import('./InvestigationDialog').then((file) => file.EditInvestigationDialog),
  { ssr: false },
);

const LINK =
  'inline-flex h-7 items-center rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised';

/** What is asked, by whom, about what; and what can be done with the whole of it. */
export function InvestigationHeader({ investigation, live }: { investigation: Investigation; live: LiveState }) {
  const client = useQueryClient();
  const archive = useMutation(editInvestigation(client));
  const copy = useCopy();
  const [isEditing, setEditing] = useState(false);
  const { id, number, title, question, model, tags, author, createdAtMs, archivedAtMs, copiedFrom, revision } =
    investigation;
  return (
    <header className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-[18px] text-t1 font-semibold [overflow-wrap:anywhere]">{title}</h1>
        <span className="text-small text-t3">Investigation {number}</span>
        <div className="ml-auto flex flex-wrap gap-2 max-sm:ml-0" data-noprint>
          <Button onClick={() => void copyLink(number)}>
            <LinkIcon size={13} aria-hidden className="text-t3" /> Copy link
          </Button>
          <Button look="quiet" onClick={() => setEditing(true)}>
            Edit
          </Button>
          <Button look="quiet" disabled={copy.isPending} onClick={() => copy.duplicate(id)}>
            Duplicate
          </Button>
          <a href={investigationExportAddress(String(number))} download className={LINK}>
            Export
          </a>
          <Button
            look="quiet"
            disabled={archive.isPending}
            onClick={() => archive.mutate({ investigationId: id, revision, archived: archivedAtMs === null })}
          >
            {archivedAtMs === null ? 'Archive' : 'Take out of the archive'}
          </Button>
        </div>
      </div>
      {question === '' ? null : (
        <p className="max-w-[960px] whitespace-pre-wrap text-answer text-t1 font-medium [overflow-wrap:anywhere]">
          {question}
        </p>
      )}
      <p className="flex flex-wrap gap-x-3 text-small text-t2 [overflow-wrap:anywhere]">
        <span>{model ?? 'about the fleet'}</span>
        {tags.length === 0 ? null : <span>{tags.join(', ')}</span>}
        <span>
          begun by {author.name}, <RelativeTime atMs={createdAtMs} />
        </span>
        {copiedFrom === null ? null : (
          <span>
            a copy of{' '}
            <ViewLink to={investigationPath(copiedFrom.number)} className="link">
              {copiedFrom.title}
            </ViewLink>
          </span>
        )}
        {archivedAtMs === null ? null : (
          <span className="text-watch">
            archived <RelativeTime atMs={archivedAtMs} />
          </span>
        )}
      </p>
      <AttachedIncidents investigation={investigation} />
      <PresenceLine nameOf={(part) => nameOfCell(investigation, part)} />
      {live === 'lost' ? (
        <p role="status" className="text-small text-watch">
          <StatusIcon status="watch" /> Changes of others do not arrive: the console cannot be reached. The browser
          tries again.
        </p>
      ) : null}
      <FormError error={archive.error ?? copy.error} />
      {isEditing ? <EditInvestigationDialog investigation={investigation} onClose={() => setEditing(false)} /> : null}
    </header>
  );
}

function nameOfCell({ list }: Investigation, cellId: string): string {
  const cell = list.find(({ id }) => id === cellId);
  return cell === undefined ? 'a cell' : cellName(cell.title, cell.content);
}

const copyLink = (number: number): Promise<void> =>
  copyText(
    new URL(investigationPath(number), window.location.origin).href,
    'Link copied',
    'Copy the address of this page.',
  );
