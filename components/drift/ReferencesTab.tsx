'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { FaultyFields } from '@/components/ui/FaultyFields';
import { Input, Select } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import { MAX_BASELINE_BYTES } from '@/lib/contracts/baseline-limits';
import type { DriftReport } from '@/lib/contracts/drift';
import type { Baseline } from '@/lib/contracts/drift-baseline';
import { formatBytes, formatCount } from '@/lib/domain/format';
import { toApiError } from '@/lib/queries/api';
import { baselinesQuery, removeBaseline, uploadBaseline } from '@/lib/queries/drift';
import { BASELINE_EXAMPLES } from './baseline-examples';

const HEIGHT = 160;

/** References that people uploaded for this model: what, who, when, and by which hash; and how to add one. */
export function ReferencesTab({ model, versions }: { model: string; versions: DriftReport['versions'] }) {
  const list = useQuery(baselinesQuery({ model }));
  return (
    <div className="grid grid-cols-1 gap-3">
      <Upload model={model} versions={versions} />
      <Panel
        title="Uploaded references"
        definition="the newest of a version is in force; one for every version where none is for it"
        height={HEIGHT}
      >
        <QueryState
          query={list}
          height={HEIGHT}
          diagnosis={({ baselines }) =>
            baselines.length > 0
              ? null
              : {
                  what: `Nobody uploaded a reference for ${model}.`,
                  why: 'Without one the training baseline in the metrics is taken, else the 24 h before.',
                  action: 'Send a file above, or run npx windsock baseline push.',
                }
          }
        >
          {({ baselines, more }) => (
            <>
              <DataTable
                label="Uploaded references"
                rows={baselines}
                columns={COLUMNS}
                rowId={({ id }) => id}
                sortParam="references"
              />
              {more ? <p className="text-small text-t2">The newest {baselines.length}; there are more.</p> : null}
            </>
          )}
        </QueryState>
      </Panel>
    </div>
  );
}

/** A file as reference. It stays chosen when it is refused: the sentence says where it is wrong, and the next try sends it again. */
function Upload({ model, versions }: { model: string; versions: DriftReport['versions'] }) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [version, setVersion] = useState('');
  // One id for one file: a second press after a lost answer stores nothing twice.
  const id = useRef<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    ...uploadBaseline(client),
    onSuccess: (stored, ...rest) => {
      announce(`Reference stored: ${stored.features} features, sha ${stored.sha256.slice(0, 8)}`);
      setFile(null);
      id.current = null;
      if (input.current !== null) input.current.value = '';
      return uploadBaseline(client).onSuccess?.(stored, ...rest);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file === null || file.size > MAX_BASELINE_BYTES || send.isPending) return;
    id.current ??= crypto.randomUUID();
    send.mutate({ id: id.current, model, ...(version === '' ? {} : { version }), fileName: file.name, file });
  };
  const error = send.error === null ? null : toApiError(send.error);
  // Said before it is sent: a large file would only be refused once it had gone over the wire.
  const isTooLarge = file !== null && file.size > MAX_BASELINE_BYTES;
  return (
    <Panel
      title="Upload a reference"
      definition="JSON or CSV, histograms or raw values; stored whole or not at all, with your name, the time and a hash"
    >
      <form onSubmit={submit} className="grid gap-2">
        <div className="flex flex-wrap items-end gap-3">
          <div className="w-72 max-w-full">
            <Input
              ref={input}
              label="File"
              type="file"
              accept=".json,.csv,application/json,text/csv"
              className="h-auto! py-1"
              onChange={(event) => {
                setFile(event.target.files?.[0] ?? null);
                id.current = null;
                send.reset();
              }}
            />
          </div>
          <div className="w-48">
            <Select
              label="For"
              value={version}
              onChange={(event) => {
                setVersion(event.target.value);
                id.current = null;
              }}
              choices={[
                { value: '', name: 'every version' },
                ...versions.map((one) => ({ value: one.version, name: one.version })),
              ]}
            />
          </div>
          <Button type="submit" look="primary" disabled={file === null || isTooLarge || send.isPending}>
            {send.isPending ? 'Uploading' : 'Upload'}
          </Button>
        </div>
        {isTooLarge ? (
          <p role="alert">
            <StatusIcon status="bad" label="refused" /> This file has {formatBytes(file.size)}; a baseline has at most{' '}
            {formatBytes(MAX_BASELINE_BYTES)}. Send histograms instead of raw values, or a sample of the rows.
          </p>
        ) : null}
        {error === null ? null : (
          <div role="alert" className="text-body">
            <p className="font-medium text-t1">
              <StatusIcon status="bad" label="refused" /> {error.message}
            </p>
            <FaultyFields error={error} />
            <p className="text-t2">Nothing of it was stored. The file stays chosen.</p>
          </div>
        )}
        <details className="text-small text-t2">
          <summary>What a file looks like</summary>
          {BASELINE_EXAMPLES.map(({ name, text }) => (
            <figure key={name} className="mt-1">
              <figcaption>{name}</figcaption>
              <pre className="overflow-x-auto rounded-sm bg-raised p-2 font-mono text-small text-t1">{text}</pre>
            </figure>
          ))}
        </details>
      </form>
    </Panel>
  );
}

function Removal({ baseline }: { baseline: Baseline }) {
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation({
    ...removeBaseline(client),
    onError: (error) => announce(toApiError(error).message),
  });
  return (
    <Button
      look="quiet"
      disabled={remove.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => (isAsked ? remove.mutate({ id: baseline.id }) : setAsked(true))}
    >
      {isAsked ? 'Press again to remove' : 'Remove'}
    </Button>
  );
}

const COLUMNS: readonly Column<Baseline>[] = [
  {
    id: 'state',
    header: 'State',
    value: ({ isReplaced }) => (isReplaced ? 'replaced' : 'in force'),
    cell: ({ isReplaced }) => (
      <span className={isReplaced ? 'text-t3' : 'text-t1'}>{isReplaced ? 'replaced' : 'in force'}</span>
    ),
  },
  {
    id: 'version',
    header: 'For',
    value: ({ version }) => version ?? 'every version',
    cell: ({ version }) => version ?? 'every version',
  },
  {
    id: 'file',
    header: 'File',
    value: ({ fileName }) => fileName,
    cell: ({ fileName, format }) => (
      <>
        {fileName ?? 'unnamed'} <span className="text-t3">{format}</span>
      </>
    ),
    className: 'max-w-72 truncate',
  },
  {
    id: 'sha',
    header: 'SHA-256',
    value: ({ sha256 }) => sha256,
    cell: ({ sha256 }) => (
      <span className="font-mono text-t2" title={sha256}>
        {sha256.slice(0, 12)}
      </span>
    ),
  },
  {
    id: 'author',
    header: 'By',
    value: ({ author }) => author.name,
    cell: ({ author }) => author.name,
    className: 'max-w-40 truncate',
  },
  {
    id: 'when',
    header: 'When',
    value: ({ createdAtMs }) => createdAtMs,
    cell: ({ createdAtMs }) => <RelativeTime atMs={createdAtMs} />,
  },
  {
    id: 'features',
    header: 'Features',
    numeric: true,
    value: ({ features }) => features,
    cell: ({ features }) => formatCount(features),
  },
  { id: 'rows', header: 'Rows', numeric: true, value: ({ rows }) => rows, cell: ({ rows }) => formatCount(rows) },
  {
    id: 'size',
    header: 'Size',
    numeric: true,
    value: ({ sizeBytes }) => sizeBytes,
    cell: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    id: 'notes',
    header: 'Notes',
    value: ({ notes }) => notes.join(' '),
    cell: ({ notes }) =>
      notes.length === 0 ? <span className="text-t3">none</span> : <span title={notes.join(' ')}>{notes[0]}</span>,
    className: 'max-w-72 truncate',
  },
  { id: 'remove', header: '', cell: (baseline) => <Removal baseline={baseline} /> },
];
