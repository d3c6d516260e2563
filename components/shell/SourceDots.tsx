'use client';

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { STATUS_WORD, StatusIcon } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import type { SourceHealth } from '@/lib/contracts/source';
import { sourcesHealthQuery } from '@/lib/queries/sources-health';
import { ViewLink } from './ViewLink';

const SEVERITY: readonly Status[] = ['bad', 'watch', 'unknown', 'ok'];

/** How the sources answer, worst first; leads to Settings. On a narrow screen one mark stands for all. */
export function SourceDots() {
  const { data, error } = useQuery(sourcesHealthQuery());
  // While the console does not answer, how the sources were before says nothing of how they are.
  const told = (data?.sources ?? []).map((source) =>
    error === null ? source : { ...source, status: 'unknown' as const, word: 'the console does not answer' },
  );
  const sources = told.toSorted((a, b) => SEVERITY.indexOf(a.status) - SEVERITY.indexOf(b.status));
  const worst = sources[0]?.status ?? 'unknown';
  const words = sources.map(({ name, status, word }) => `${name} ${STATUS_WORD[status]}, ${word}`).join('; ');
  return (
    <ViewLink
      to="/settings/sources"
      title={words || 'Sources: not known yet'}
      className="flex h-7 shrink-0 items-center gap-3 rounded-panel px-1.5 text-small text-t2 hover:bg-raised"
    >
      <span className="xl:hidden">
        <span className="sr-only">Sources: {words || 'not known yet'}</span>
        <StatusIcon status={worst} />
      </span>
      <span className="flex items-center gap-3 max-xl:hidden">
        {sources.slice(0, 4).map((source) => (
          <Source key={source.name} source={source} />
        ))}
      </span>
    </ViewLink>
  );
}

function Source({ source }: { source: SourceHealth }) {
  return (
    <span className={clsx('flex items-center gap-1', source.status !== 'ok' && 'font-medium')}>
      <StatusIcon status={source.status} label={STATUS_WORD[source.status]} size={12} />
      <span className="max-w-28 truncate">{source.name}</span>
    </span>
  );
}
