'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { Incident } from '@/lib/contracts/incident';
import { ENTRY_KINDS } from '@/lib/contracts/incident-words';
import { entryPages } from '@/lib/queries/incidents';
import { EntryForm } from './EntryForm';
import { EntryList } from './EntryList';
import type { EntryAbout } from './entry-about';

const HEIGHT = 320;

/** What happened when: newest first, by when it occurred; what was recorded later says so. */
export function TimelinePanel({ incident }: { incident: Incident }) {
  const [kinds, setKinds] = useUrlParam('kinds');
  const [words, setWords] = useUrlParam('q');
  const [label] = useUrlParam('entry');
  const [about, setAbout] = useState<EntryAbout | null>(null);
  const asked = useMemo(
    () => ({ ...(kinds === null ? {} : { kinds }), ...(words === null ? {} : { q: words }) }),
    [kinds, words],
  );
  const takeUp = useCallback((next: EntryAbout) => {
    setAbout(next);
    document.getElementById('entry-text')?.focus();
  }, []);
  const pages = useInfiniteQuery(entryPages(String(incident.number), asked));
  const entries = useMemo(() => pages.data?.pages.flatMap((page) => page.entries) ?? [], [pages.data]);
  const pins = useMemo(
    () => new Map(pages.data?.pages.flatMap((page) => page.pins.map((pin) => [pin.id, pin] as const)) ?? []),
    [pages.data],
  );
  const total = pages.data?.pages[0]?.total ?? null;
  return (
    <Panel
      title="Timeline"
      definition={`times of what happened; recorded later is said${total === null ? '' : `; ${total} entries`}`}
    >
      <EntryForm incidentId={incident.id} about={about} onAboutDone={() => setAbout(null)} />
      <div className="mt-2 flex flex-wrap gap-2">
        <label className="text-small text-t2">
          Show{' '}
          <select
            className="h-7 rounded-panel border border-line bg-raised px-1 text-t1"
            value={kinds ?? ''}
            onChange={(event) => setKinds(event.target.value === '' ? null : event.target.value)}
          >
            <option value="">everything</option>
            {ENTRY_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {kind}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          aria-label="Search the timeline"
          placeholder="Words in the timeline"
          className="h-7 min-w-0 flex-1 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3 sm:max-w-72"
          defaultValue={words ?? ''}
          onChange={(event) => setWords(event.target.value.trim() === '' ? null : event.target.value)}
        />
      </div>
      <QueryState
        query={pages}
        height={HEIGHT}
        diagnosis={() =>
          entries.length > 0
            ? null
            : {
                what: 'No entry here.',
                why:
                  kinds === null && words === null
                    ? 'Nobody wrote anything yet.'
                    : 'None is of this kind and has these words.',
                action: null,
              }
        }
      >
        {() => (
          <EntryList
            {...{ entries, pins }}
            hasMore={pages.hasNextPage}
            isFetching={pages.isFetchingNextPage}
            onEnd={() => void pages.fetchNextPage()}
            label={label}
            onAbout={takeUp}
          />
        )}
      </QueryState>
    </Panel>
  );
}
