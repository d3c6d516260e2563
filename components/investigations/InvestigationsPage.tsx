'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useModelChoices } from '@/components/shell/ModelChoice';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { InvestigationList } from '@/lib/contracts/investigation';
import { investigationPages } from '@/lib/queries/investigations';
import { InvestigationTable } from './InvestigationTable';

const NewInvestigationDialog = dynamic(
  () => import('./InvestigationDialog').then((file) => file.NewInvestigationDialog),
  { ssr: false },
);

const TABLE_HEIGHT = 240;
const WHERE = [
  { value: 'open', label: 'open' },
  { value: 'archived', label: 'archived' },
] as const;

/** Notebooks of notes and questions: found, begun, and taken as templates. */
export function InvestigationsPage() {
  const [words, setWords] = useUrlParam('q');
  const [tag, setTag] = useUrlParam('tag');
  // Not the page's model: a list that is narrowed says so by its own field.
  const [model, setModel] = useUrlParam('about');
  const [archived, setArchived] = useUrlParam('archived');
  const [isNew, setNew] = useState(false);
  const choices = useModelChoices();
  const isArchived = archived === '1';
  const investigations = useInfiniteQuery(
    investigationPages({
      ...(words === null ? {} : { q: words }),
      ...(tag === null ? {} : { tag }),
      ...(model === null ? {} : { model }),
      ...(isArchived ? { archived: true } : {}),
    }),
  );
  const pages = investigations.data?.pages ?? [];
  const tags = pages[0]?.tags ?? [];
  const models = new Set([...(choices.data?.models ?? []).map((one) => one.model), ...(model === null ? [] : [model])]);
  const isNarrow = words !== null || tag !== null || model !== null;
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="sr-only">Investigations</h1>
          <Latest list={pages[0]} isNarrow={isNarrow || isArchived} />
        </div>
        <Button look="primary" onClick={() => setNew(true)}>
          New investigation
        </Button>
      </div>
      <Panel
        title="Investigations"
        definition="the last changed first"
        height={TABLE_HEIGHT}
        actions={
          <Choice
            label="Which"
            options={WHERE}
            value={isArchived ? 'archived' : 'open'}
            onChange={(next) => setArchived(next === 'archived' ? '1' : null)}
          />
        }
      >
        <div className="mb-2 flex flex-wrap gap-2">
          <input
            type="search"
            aria-label="Search investigations by title, question, tag, note or query"
            placeholder="Words in titles, questions, tags, notes, queries"
            className="h-7 w-full max-w-96 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
            defaultValue={words ?? ''}
            onChange={(event) => setWords(event.target.value.trim() === '' ? null : event.target.value)}
          />
          <Filter
            label="Tag"
            all="any tag"
            value={tag}
            choices={[
              ...tags.map((one) => ({ value: one.tag, name: `${one.tag} (${one.investigations})` })),
              ...(tag === null || tags.some((one) => one.tag === tag) ? [] : [{ value: tag, name: tag }]),
            ]}
            onChange={setTag}
          />
          <Filter
            label="Model"
            all="any model"
            value={model}
            choices={[...models].sort().map((value) => ({ value, name: value }))}
            onChange={setModel}
          />
        </div>
        <QueryState
          query={investigations}
          height={TABLE_HEIGHT}
          diagnosis={(data) => emptinessOf(data.pages, { isNarrow, isArchived })}
        >
          {(data) => (
            <>
              <InvestigationTable rows={data.pages.flatMap((page) => page.investigations)} />
              {investigations.hasNextPage ? (
                <Button
                  look="quiet"
                  className="mt-2"
                  disabled={investigations.isFetchingNextPage}
                  onClick={() => void investigations.fetchNextPage()}
                >
                  Older investigations
                </Button>
              ) : null}
            </>
          )}
        </QueryState>
      </Panel>
      {isNew ? <NewInvestigationDialog onClose={() => setNew(false)} /> : null}
    </div>
  );
}

/** What was worked on last, in a sentence. */
function Latest({ list, isNarrow }: { list: InvestigationList | undefined; isNarrow: boolean }) {
  const newest = list?.investigations[0];
  if (list === undefined || isNarrow) return <p className="text-answer text-t2">Notebooks that keep their evidence.</p>;
  if (newest === undefined) return <p className="text-answer text-t1 font-medium">No investigation is open.</p>;
  const count = list.nextCursor === null ? `${list.investigations.length}` : `More than ${list.investigations.length}`;
  return (
    <p className="max-w-[960px] text-answer text-t1 font-medium [overflow-wrap:anywhere]">
      {count === '1' ? 'One investigation is open' : `${count} investigations are open`}; “{newest.title}” changed last,{' '}
      <RelativeTime atMs={newest.changedAtMs} />.
    </p>
  );
}

function Filter({
  label,
  all,
  value,
  choices,
  onChange,
}: {
  label: string;
  all: string;
  value: string | null;
  choices: readonly { value: string; name: string }[];
  onChange: (value: string | null) => void;
}) {
  return (
    <select
      aria-label={label}
      className="h-7 max-w-60 rounded-panel border border-line bg-raised px-1 text-small text-t1"
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">{all}</option>
      {choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.name}
        </option>
      ))}
    </select>
  );
}

function emptinessOf(
  pages: readonly InvestigationList[],
  { isNarrow, isArchived }: { isNarrow: boolean; isArchived: boolean },
) {
  if (pages.some(({ investigations }) => investigations.length > 0)) return null;
  if (isNarrow) {
    return {
      what: 'No investigation matches.',
      why: 'Titles, questions, tags, notes and queries were searched for all of it.',
      action: 'Fewer words, or another tag or model, find more.',
    };
  }
  return isArchived
    ? { what: 'Nothing is archived.', why: 'An investigation is archived by hand.', action: null }
    : {
        what: 'No investigation yet.',
        why: 'One is a notebook: notes, queries, comparisons and drift, live or frozen as they were.',
        action: 'Begin one, or pin a panel into a new one from any page with p.',
      };
}
