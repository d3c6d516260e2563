'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { openDialog } from '@/components/shell/dialogs';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { Skeleton } from '@/components/ui/Skeleton';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { IncidentList } from '@/lib/contracts/incident';
import { incidentPages } from '@/lib/queries/incidents';
import { FiguresLine } from './FiguresLine';
import { IncidentTable } from './IncidentTable';

const STATUSES = [
  { value: 'all', label: 'all' },
  { value: 'triage,active,mitigated', label: 'open' },
  { value: 'resolved', label: 'resolved' },
  { value: 'reviewed', label: 'reviewed' },
] as const;
type StatusFilter = (typeof STATUSES)[number]['value'];

const TABLE_HEIGHT = 240;

/** What is going on, what went on, and how long it took to see, to take on and to mend. */
export function IncidentsPage() {
  const [statusText, setStatus] = useUrlParam('status');
  const [words, setWords] = useUrlParam('q');
  const status: StatusFilter = STATUSES.find(({ value }) => value === statusText)?.value ?? 'all';
  const incidents = useInfiniteQuery(
    incidentPages({ ...(status === 'all' ? {} : { status }), ...(words === null ? {} : { q: words }) }),
  );
  const first = incidents.data?.pages[0];
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="sr-only">Incidents</h1>
      <div className="flex flex-wrap items-start justify-between gap-3">
        {first === undefined ? (
          <Skeleton height={23} />
        ) : (
          <p className="max-w-[960px] text-answer text-t1 font-medium">{first.answer}</p>
        )}
        <Button look="primary" aria-keyshortcuts="i" onClick={() => openDialog({ kind: 'declare' })}>
          Declare incident
        </Button>
      </div>
      <Panel
        title="Incidents"
        definition="newest first; drills count in no figure"
        height={TABLE_HEIGHT}
        actions={
          <Choice
            label="Status"
            options={STATUSES}
            value={status}
            onChange={(next) => setStatus(next === 'all' ? null : next)}
          />
        }
      >
        <input
          type="search"
          aria-label="Search incidents by title, tag or timeline"
          placeholder="Words in title, tags or timeline; or INC-12"
          className="mb-2 h-7 w-full max-w-96 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
          defaultValue={words ?? ''}
          onChange={(event) => setWords(event.target.value.trim() === '' ? null : event.target.value)}
        />
        <QueryState query={incidents} height={TABLE_HEIGHT} diagnosis={({ pages }) => emptinessOf(pages, words)}>
          {({ pages }) => (
            <>
              <IncidentTable rows={pages.flatMap((page) => page.incidents)} />
              {incidents.hasNextPage ? (
                <Button
                  look="quiet"
                  className="mt-2"
                  disabled={incidents.isFetchingNextPage}
                  onClick={() => void incidents.fetchNextPage()}
                >
                  Older incidents
                </Button>
              ) : null}
            </>
          )}
        </QueryState>
      </Panel>
      {first === undefined ? null : <FiguresLine figures={first.figures} />}
      <p className="text-small text-t2">
        Alerts that arrived by webhook, with and without an incident:{' '}
        <ViewLink to="/incidents/alerts" className="link">
          webhook ledger
        </ViewLink>
        .
      </p>
    </div>
  );
}

function emptinessOf(pages: readonly IncidentList[], words: string | null) {
  if (pages.some(({ incidents }) => incidents.length > 0)) return null;
  return words === null
    ? {
        what: 'No incident here.',
        why: 'None was declared, by a person, an alert or a guard, that has this status.',
        action: 'Press i on any page to declare one.',
      }
    : {
        what: 'No incident holds these words.',
        why: 'Titles, tags and timelines were searched for all of them.',
        action: 'Fewer words find more.',
      };
}
