'use client';

import { useQuery } from '@tanstack/react-query';
import { Download, Link as LinkIcon } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { evidenceQuery, evidenceReportAddress } from '@/lib/queries/evidence';
import { EvidenceView } from './EvidenceView';

/** The link that stays: one pin, as it was. */
export function EvidencePage({ id }: { id: string }) {
  const { data } = useQuery(evidenceQuery(id));
  return (
    <div className="grid grid-cols-1 gap-3">
      <header className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 flex-1 basis-60 font-semibold text-title [overflow-wrap:anywhere]">
          {data?.title ?? 'Evidence'}
        </h1>
        <Button data-noprint onClick={() => void copyAddress()}>
          <LinkIcon size={13} aria-hidden className="text-t3" /> Copy link
        </Button>
        {data?.document?.markdown == null ? null : (
          <a
            href={evidenceReportAddress(id)}
            download
            data-noprint
            className="inline-flex h-7 items-center gap-1.5 rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised"
          >
            <Download size={13} aria-hidden className="text-t3" /> Report as Markdown
          </a>
        )}
      </header>
      <EvidenceView id={id} isTitled={false} />
    </div>
  );
}

const copyAddress = (): Promise<void> =>
  copyText(
    new URL(window.location.pathname, window.location.origin).href,
    'Link copied',
    'Copy the address of this page.',
  );
