'use client';

import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { modelPath } from '@/components/shell/view-address';
import { Choice } from '@/components/ui/Choice';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { AlertList, AlertRow } from '@/lib/contracts/alert';
import { NOT_MEASURED } from '@/lib/domain/format';
import { alertsQuery } from '@/lib/queries/alerts';
import { useOpenAlert } from './use-open-alert';

const SHOWN = [
  { value: 'all', label: 'all' },
  { value: 'firing', label: 'firing' },
  { value: 'pending', label: 'pending' },
  { value: 'held', label: 'held back' },
] as const;
type Shown = (typeof SHOWN)[number]['value'];

const isShown = (shown: Shown, { state }: AlertRow): boolean =>
  shown === 'all' || (shown === 'held' ? !['firing', 'pending'].includes(state) : state === shown);

/** A line of the table: a model with its alerts beneath it, or one of them. */
interface Line {
  id: string;
  model: string | null;
  alerts: readonly AlertRow[];
  alert: AlertRow | null;
}

const toLine = (alert: AlertRow): Line => ({ id: alert.id, model: alert.model, alerts: [], alert });

function countsOf(alerts: readonly AlertRow[]): string {
  const states = ['firing', 'pending', 'silenced', 'inhibited', 'muted'] as const;
  return states
    .map((state) => [alerts.filter((alert) => alert.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`)
    .join(', ');
}

const none = <span className="text-t3">–</span>;

/** Alerts by model, what needs a person most first; a row opens its details beneath. */
export function AlertsPanel({ data }: { data: AlertList }) {
  const { view } = useView();
  const [openId, setOpen] = useOpenAlert();
  const beside = ['metrics', 'slos/objective', ...(openId === null ? [] : [`alerts/${encodeURIComponent(openId)}`])];
  const [text, setShown] = useUrlParam('state');
  const shown = SHOWN.find(({ value }) => value === text)?.value ?? 'all';
  const lines = data.groups
    .map(({ model, alerts }) => ({ model, alerts: alerts.filter((alert) => isShown(shown, alert)) }))
    .filter(({ alerts }) => alerts.length > 0)
    .map(({ model, alerts }): Line => ({ id: `model ${model ?? ''}`, model, alerts, alert: null }));
  return (
    <Panel
      title="Alerts"
      definition="a row opens it"
      why={data.why}
      pin={{ ...pinOf('alerts', alertsQuery({ model: view.model })), beside }}
      actions={
        <Choice
          label="State"
          options={SHOWN}
          value={shown}
          onChange={(next) => setShown(next === 'all' ? null : next)}
        />
      }
    >
      {lines.length === 0 ? (
        <p className="py-2 text-t2">
          {shown === 'all'
            ? 'No alert is firing, pending or held back.'
            : `No alert is ${shown === 'held' ? 'held back' : shown}.`}
        </p>
      ) : (
        <DataTable
          label="Alerts"
          rows={lines}
          columns={COLUMNS}
          rowId={({ id }) => id}
          subRows={({ alerts }) => alerts.map(toLine)}
          onOpen={({ alert }) => (alert === null ? undefined : setOpen(alert.id))}
        />
      )}
      {data.alertmanagers.length > 0 ? null : (
        <p className="mt-2 text-small text-t3">
          No Alertmanager is configured: what is silenced or inhibited is not known, and nothing can be silenced here.
          Name one under <code className="font-mono">sources.alertmanager</code> in windsock.yaml.
        </p>
      )}
    </Panel>
  );
}

const COLUMNS: readonly Column<Line>[] = [
  {
    id: 'name',
    header: 'Alert',
    cell: ({ model, alerts, alert }) =>
      alert === null ? (
        <span className="font-medium">
          {model === null ? (
            'Of no model'
          ) : (
            <ViewLink to={modelPath(model)} className="link">
              {model}
            </ViewLink>
          )}
          <span className="ml-2 font-normal text-t3">{countsOf(alerts)}</span>
        </span>
      ) : (
        <AlertLink alert={alert} />
      ),
    className: 'max-w-[320px] truncate',
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ alert }) => {
      if (alert === null) return null;
      const word = <StatusWord status={alert.status} word={alert.state} />;
      return alert.inhibitedBy.length === 0 ? (
        word
      ) : (
        <Hint text={`Held back by ${alert.inhibitedBy.join(', ')}`}>{word}</Hint>
      );
    },
  },
  {
    id: 'severity',
    header: 'Severity',
    cell: ({ alert }) => (alert === null ? null : (alert.severity ?? none)),
  },
  {
    id: 'since',
    header: 'Since',
    cell: ({ alert }) =>
      alert === null ? null : alert.sinceMs === null ? (
        <span className="text-t3">unknown</span>
      ) : (
        <RelativeTime atMs={alert.sinceMs} />
      ),
  },
  {
    id: 'week',
    header: 'Fired in 7 d',
    numeric: true,
    cell: ({ alert }) => (alert === null ? null : (alert.firedThisWeek ?? <span title={NOT_MEASURED}>–</span>)),
  },
  {
    id: 'owner',
    header: 'Owner',
    cell: ({ alert }) => (alert === null ? null : (alert.owner ?? none)),
    className: 'max-w-32 truncate',
  },
  {
    id: 'incident',
    header: 'Incident',
    cell: ({ alert }) =>
      alert === null ? null : alert.incident === null ? (
        none
      ) : (
        <ViewLink to={`/incidents/${alert.incident.number}`} className="link">
          INC-{alert.incident.number}
        </ViewLink>
      ),
  },
  {
    id: 'summary',
    header: 'What it says',
    cell: ({ alert }) => (alert === null ? null : (alert.summary ?? alert.description ?? none)),
    className: 'max-w-[360px] truncate',
  },
];

function AlertLink({ alert }: { alert: AlertRow }) {
  const [, setOpen] = useOpenAlert();
  return (
    <button type="button" className="link" title={alert.name} onClick={() => setOpen(alert.id)}>
      {alert.name}
    </button>
  );
}
