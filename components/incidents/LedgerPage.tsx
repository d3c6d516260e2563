'use client';

import { useQuery } from '@tanstack/react-query';
import { openDialog } from '@/components/shell/dialogs';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { AlertEpisode } from '@/lib/contracts/incident-alert';
import { alertEpisodesQuery } from '@/lib/queries/incidents';
import { DeliveriesPanel } from './DeliveriesPanel';
import { incidentName, incidentPath } from './words';

const ATTACHED = [
  { value: 'all', label: 'all' },
  { value: 'with', label: 'with incident' },
  { value: 'without', label: 'without' },
] as const;
type Attached = (typeof ATTACHED)[number]['value'];

/** Every alert that came by webhook, why it opened or joined an incident or neither, and the bodies it came in. */
export function LedgerPage() {
  const [attachedText, setAttached] = useUrlParam('attached');
  const attached: Attached = ATTACHED.find(({ value }) => value === attachedText)?.value ?? 'all';
  const episodes = useQuery(alertEpisodesQuery(attached === 'all' ? {} : { attached: attached === 'with' }));
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="text-answer text-t1 font-medium">
        Alerts by webhook
        {episodes.data === undefined ? null : (
          <span className="text-t2 font-normal">
            : {episodes.data.firing} firing of {episodes.data.total} on record.
          </span>
        )}
      </h1>
      <Panel
        title="Alerts"
        definition="one row for each time an alert fired"
        actions={
          <Choice
            label="Incident"
            options={ATTACHED}
            value={attached}
            onChange={(next) => setAttached(next === 'all' ? null : next)}
          />
        }
      >
        <QueryState
          query={episodes}
          height={160}
          diagnosis={({ total }) =>
            total > 0
              ? null
              : {
                  what: 'No alert came by webhook.',
                  why: 'Neither Alertmanager nor Grafana has sent one that matches.',
                  action:
                    'Let your Alertmanager send to /api/webhooks/alertmanager with the secret of windsock.yaml (incidents.webhooks).',
                }
          }
        >
          {({ episodes: rows, total }) => (
            <>
              <DataTable label="Alerts by webhook" rows={rows} columns={COLUMNS} rowId={({ id }) => id} />
              {total > rows.length ? (
                <p className="mt-1 text-small text-t3">
                  {rows.length} of {total} shown.
                </p>
              ) : null}
            </>
          )}
        </QueryState>
      </Panel>
      <DeliveriesPanel />
    </div>
  );
}

const COLUMNS: readonly Column<AlertEpisode>[] = [
  {
    id: 'status',
    header: 'Status',
    cell: ({ status }) => <StatusWord status={status === 'firing' ? 'bad' : 'ok'} word={status} />,
    value: ({ status }) => status,
  },
  {
    id: 'name',
    header: 'Alert',
    cell: ({ name, link }) =>
      link === null ? (
        name
      ) : (
        <a className="link" href={link} target="_blank" rel="noreferrer noopener">
          {name}
        </a>
      ),
    value: ({ name }) => name,
  },
  {
    id: 'since',
    header: 'Since',
    cell: ({ startsAtMs }) =>
      startsAtMs === null ? <span className="text-t3">unknown</span> : <RelativeTime atMs={startsAtMs} />,
    value: ({ startsAtMs }) => startsAtMs,
  },
  {
    id: 'model',
    header: 'Model',
    cell: ({ labels }) => labels.model_name ?? <span className="text-t3">not named</span>,
    value: ({ labels }) => labels.model_name ?? null,
  },
  {
    id: 'incident',
    header: 'Incident',
    cell: (episode) =>
      episode.incident === null ? (
        <Button
          look="quiet"
          className="h-6! px-1!"
          onClick={() => openDialog({ kind: 'declare', from: from(episode) })}
        >
          Declare
        </Button>
      ) : (
        <ViewLink to={incidentPath(episode.incident.number)} className="link">
          {incidentName(episode.incident.number)}
        </ViewLink>
      ),
    value: ({ incident }) => incident?.number ?? null,
  },
  {
    id: 'reason',
    header: 'Why',
    cell: ({ reason }) => (
      <span className="inline-block max-w-[420px] truncate align-bottom text-t2" title={reason}>
        {reason}
      </span>
    ),
    value: ({ reason }) => reason,
  },
];

const from = (episode: AlertEpisode) => ({
  title: episode.annotations.summary ?? episode.name,
  ...(episode.labels.model_name === undefined ? {} : { model: episode.labels.model_name }),
  ...(episode.startsAtMs === null ? {} : { startedAtMs: episode.startsAtMs }),
  origin: { kind: 'alert', ref: episode.id } as const,
});
