'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNow } from '@/components/shell/clock';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Checkbox } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { AlertmanagerCluster, Silence } from '@/lib/contracts/silence';
import { formatDuration, formatInstant } from '@/lib/domain/format';
import { matcherText } from '@/lib/domain/silence';
import { HOUR_MS } from '@/lib/domain/time';
import { endSilence, extendSilence, silencesQuery } from '@/lib/queries/alerts';
import { NEW_SILENCE, useSilencing } from './use-open-alert';

/** One line: mostly nothing is silenced. */
const HEIGHT = 32;
const MORE_MS = 2 * HOUR_MS;

/** Silences with who made them, why, until when and what each mutes now; extended and ended here. */
export function SilencesPanel() {
  const [withExpired, setWithExpired] = useState(false);
  const silences = useQuery(silencesQuery({ expired: withExpired }));
  const [, setSilencing] = useSilencing();
  const isOff = silences.error?.code === 'not_configured';
  return (
    <Panel
      title="Silences"
      definition={silences.data === undefined ? undefined : clustersText(silences.data.clusters)}
      why={silences.data?.why}
      height={isOff ? undefined : HEIGHT}
      actions={
        isOff ? undefined : (
          <span className="flex items-center gap-3">
            <Checkbox label="expired too" checked={withExpired} onChange={setWithExpired} />
            <Button onClick={() => setSilencing(NEW_SILENCE)}>New silence</Button>
          </span>
        )
      }
    >
      <QueryState query={silences} height={HEIGHT}>
        {({ answer, silences: rows, hiddenExpired }) => (
          <>
            <AnswerLine answer={answer} label="Silences answer" />
            {rows.length === 0 ? null : <SilenceTable rows={rows} />}
            {hiddenExpired === 0 ? null : (
              <p className="mt-2 text-small text-t3">
                {hiddenExpired} expired {hiddenExpired === 1 ? 'one is' : 'ones are'} not shown.
              </p>
            )}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

/** "Alertmanager 0.28.0", "Blue 0.28.0 with Green 0.28.0 (written to: Blue)". */
function clustersText(clusters: readonly AlertmanagerCluster[]): string {
  return clusters
    .map(({ members, writesTo }) => {
      const names = members.map(({ source, version, problem }) =>
        problem === null ? `${source} ${version ?? ''}`.trim() : `${source} (does not answer)`,
      );
      const written = members.length > 1 && writesTo !== null ? ` (written to: ${writesTo})` : '';
      return `${names.join(' with ')}${written}`;
    })
    .join('; ');
}

function SilenceTable({ rows }: { rows: readonly Silence[] }) {
  const client = useQueryClient();
  const extend = useMutation(extendSilence(client));
  const end = useMutation(endSilence(client));
  const isBusy = extend.isPending || end.isPending;
  const told = { onSuccess: ({ sentence }: { sentence: string }) => announce(sentence) };
  const actions: Column<Silence> = {
    id: 'actions',
    header: 'Actions',
    cell: (row) =>
      row.state === 'expired' ? null : (
        <span className="inline-flex gap-1">
          <Button
            look="quiet"
            className="h-6! px-1!"
            disabled={isBusy}
            aria-label={`Extend by 2 hours: ${textOf(row)}`}
            onClick={() => extend.mutate({ silenceId: row.id, endsAtMs: (row.endsAtMs ?? Date.now()) + MORE_MS }, told)}
          >
            +2 h
          </Button>
          <Button
            look="quiet"
            className="h-6! px-1!"
            disabled={isBusy}
            aria-label={`${row.state === 'pending' ? 'Call off' : 'End'}: ${textOf(row)}`}
            onClick={() => end.mutate({ silenceId: row.id }, told)}
          >
            {row.state === 'pending' ? 'Call off' : 'End'}
          </Button>
        </span>
      ),
  };
  return (
    <div className="mt-2">
      <DataTable
        label="Silences"
        rows={rows}
        columns={[...COLUMNS, actions]}
        rowId={({ id }) => id}
        sortParam="silences"
      />
      <FormError error={extend.error ?? end.error} />
    </div>
  );
}

const textOf = ({ matchers }: Silence): string => matchers.map(matcherText).join(', ');

function Until({ silence }: { silence: Silence }) {
  const nowMs = useNow();
  const { zone } = useZone();
  const atMs = silence.state === 'pending' ? silence.startsAtMs : silence.endsAtMs;
  if (atMs === null) return <span className="text-t3">unknown</span>;
  const away = formatDuration(Math.abs(atMs - nowMs));
  if (silence.state === 'pending') {
    const { endsAtMs } = silence;
    const length = endsAtMs === null ? '' : `, for ${formatDuration(endsAtMs - atMs)}`;
    return (
      <Hint
        text={`${formatInstant(atMs, zone)} to ${formatInstant(endsAtMs, zone)}`}
      >{`starts in ${away}${length}`}</Hint>
    );
  }
  return <Hint text={formatInstant(atMs, zone)}>{silence.state === 'expired' ? `${away} ago` : `in ${away}`}</Hint>;
}

const COLUMNS: readonly Column<Silence>[] = [
  {
    id: 'state',
    header: 'State',
    value: ({ state }) => state,
    cell: ({ state, warning }) => <StatusWord status={warning === null ? 'ok' : 'watch'} word={state} />,
  },
  {
    id: 'matchers',
    header: 'Silenced',
    value: textOf,
    cell: (row) => (
      <span className="font-mono" title={textOf(row)}>
        {textOf(row)}
      </span>
    ),
    className: 'max-w-[320px] truncate',
  },
  {
    id: 'mutes',
    header: 'Mutes now',
    numeric: true,
    value: ({ mutesCount }) => mutesCount,
    cell: ({ state, mutes, mutesCount }) =>
      state !== 'active' ? null : mutesCount === 0 ? (
        '0'
      ) : (
        <Hint text={mutes.map(({ name, model }) => (model === null ? name : `${name} of ${model}`)).join(', ')}>
          {mutesCount}
        </Hint>
      ),
  },
  { id: 'until', header: 'Ends', value: ({ endsAtMs }) => endsAtMs, cell: (row) => <Until silence={row} /> },
  {
    id: 'creator',
    header: 'By',
    value: ({ createdBy }) => createdBy,
    cell: ({ createdBy }) => createdBy,
    className: 'max-w-32 truncate',
  },
  {
    id: 'comment',
    header: 'Comment',
    value: ({ comment }) => comment,
    cell: ({ comment, incident, warning }) => (
      <>
        {incident === null ? null : (
          <ViewLink to={`/incidents/${incident.number}`} className="link mr-1.5">
            INC-{incident.number}
          </ViewLink>
        )}
        {comment}
        {warning === null ? null : <span className="block text-watch">{warning}</span>}
      </>
    ),
    className: 'min-w-48 max-w-[360px] whitespace-normal! [overflow-wrap:anywhere]',
  },
  {
    id: 'sources',
    header: 'In',
    value: ({ sources }) => sources.join(', '),
    cell: ({ sources }) => sources.join(', '),
  },
];
