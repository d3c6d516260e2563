'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Dialog } from '@/components/ui/Dialog';
import { Select } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { AuditEntry } from '@/lib/contracts/audit';
import { auditAnswer } from '@/lib/domain/record-answers';
import { auditQuery, auditVerificationQuery } from '@/lib/queries/audit';
import { SettingsPages } from './SettingsPages';

/** Who did what, newest first, and whether anybody tampered with the record of it. */
export function AuditPage() {
  const [action, setAction] = useUrlParam('action');
  const [pages, setPages] = useState<readonly number[]>([]);
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  const before = pages.at(-1);
  const verification = useQuery(auditVerificationQuery());
  const query = useQuery(
    auditQuery({ ...(action === null ? {} : { action }), ...(before === undefined ? {} : { before }) }),
  );
  const next = query.data?.next ?? null;
  const actions = [...new Set([...(query.data?.actions ?? []), ...(action === null ? [] : [action])])];
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="sr-only">Settings: audit</h1>
      <SettingsPages />
      {verification.data === undefined ? null : <AnswerLine answer={auditAnswer(verification.data)} />}
      <Panel title="Chain" definition="every entry holds the hash of the one before it">
        <QueryState query={verification} height={60}>
          {({ hash, checkpoints, verifiedAtMs }) => (
            <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-small">
              <dt className="text-t3">Verified</dt>
              <dd>
                <RelativeTime atMs={verifiedAtMs} />
              </dd>
              <dt className="text-t3">Last hash</dt>
              <dd className="break-all font-mono text-t2">{hash ?? 'nothing was recorded yet'}</dd>
              <dt className="text-t3">Checkpoints</dt>
              <dd className="break-all">
                {checkpoints.count} in <span className="font-mono text-t2">{checkpoints.file}</span>
              </dd>
              <dt className="text-t3">In a shell</dt>
              <dd className="font-mono text-t2">npx windsock audit verify</dd>
            </dl>
          )}
        </QueryState>
      </Panel>
      <Panel
        title="Entries"
        definition="newest first"
        height={240}
        actions={
          <Select
            label="Action"
            value={action ?? ''}
            onChange={(event) => {
              setPages([]);
              setAction(event.target.value === '' ? null : event.target.value);
            }}
            choices={[{ value: '', name: 'Every action' }, ...actions.map((value) => ({ value, name: value }))]}
          />
        }
      >
        <QueryState query={query} height={240}>
          {({ entries }) => (
            <>
              {entries.length === 0 ? (
                <p className="text-t2">Nothing was recorded{action === null ? ' yet' : ' of this action'}.</p>
              ) : (
                <DataTable
                  label="Entries of the audit"
                  rows={entries}
                  columns={COLUMNS}
                  rowId={({ id }) => id}
                  onOpen={setOpened}
                  sortParam="entries"
                />
              )}
              {pages.length === 0 && next === null ? null : (
                <div className="mt-2 flex gap-2">
                  <Button disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
                    Show newer entries
                  </Button>
                  <Button disabled={next === null} onClick={() => setPages(next === null ? pages : [...pages, next])}>
                    Show older entries
                  </Button>
                </div>
              )}
            </>
          )}
        </QueryState>
      </Panel>
      {opened === null ? null : <EntryDialog entry={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    id: 'sequence',
    header: 'No.',
    numeric: true,
    value: ({ sequence }) => sequence,
    cell: ({ sequence }) => sequence ?? '–',
  },
  { id: 'at', header: 'When', value: ({ atMs }) => atMs, cell: ({ atMs }) => <RelativeTime atMs={atMs} /> },
  {
    id: 'actor',
    header: 'Who',
    value: ({ actor }) => actor?.name ?? null,
    cell: ({ actor }) => (actor === null ? <span className="text-t3">erased</span> : actor.name),
    className: 'max-w-48 truncate',
  },
  {
    id: 'action',
    header: 'Did',
    value: ({ action }) => action,
    cell: ({ action }) => <span className="font-medium">{action}</span>,
  },
  {
    id: 'subject',
    header: 'To',
    value: ({ subject }) => subject,
    cell: ({ subject }) => <span className="font-mono text-t2">{subject}</span>,
    className: 'max-w-96 truncate',
  },
];

function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  return (
    <Dialog
      title={`${entry.action} by ${entry.actor?.name ?? 'somebody who was erased'}`}
      description={entry.subject}
      onClose={onClose}
    >
      <div className="grid gap-3 text-small">
        <p className="text-t2">
          <RelativeTime atMs={entry.atMs} />
        </p>
        {entry.isErased ? <p>What this entry said was erased on request; that it was made still verifies.</p> : null}
        <State name="Before" json={entry.before} />
        <State name="After" json={entry.after} />
        <p className="break-all font-mono text-t3">{entry.hash}</p>
      </div>
    </Dialog>
  );
}

function State({ name, json }: { name: string; json: string | null }) {
  if (json === null) return null;
  return (
    <div>
      <h3 className="text-t3">{name}</h3>
      <pre className="mt-1 max-h-60 overflow-auto whitespace-pre-wrap break-all rounded-panel bg-raised p-2 font-mono">
        {indented(json)}
      </pre>
    </div>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
