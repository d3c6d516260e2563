'use client';

import { useQuery } from '@tanstack/react-query';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { SourceHealth, SourcesReport } from '@/lib/contracts/source';
import { formatCount } from '@/lib/domain/format';
import { sourcesAnswer } from '@/lib/domain/sources-answer';
import { sourcesReportQuery } from '@/lib/queries/sources';
import { SettingsPages } from './SettingsPages';

/** Which sources answer, which metric means what, and what cannot be measured with what is there. */
export function SourcesPage() {
  const report = useQuery(sourcesReportQuery());
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="sr-only">Settings: sources</h1>
      <SettingsPages />
      {report.data === undefined ? null : <AnswerLine answer={sourcesAnswer(report.data)} />}
      <Panel title="Sources" definition={<ConfigLine report={report.data} />} height={160}>
        <QueryState query={report} height={160}>
          {(data) => (
            <DataTable
              label="Sources"
              rows={data.sources}
              columns={SOURCE_COLUMNS}
              rowId={({ name }) => name}
              sortParam="sources"
            />
          )}
        </QueryState>
      </Panel>
      <Panel
        title="Signal map"
        definition={report.data === undefined ? 'which metric means what' : presetLine(report.data)}
        height={320}
      >
        <QueryState query={report} height={320}>
          {(data) => (
            <DataTable
              label="Signals"
              rows={data.signals}
              columns={SIGNAL_COLUMNS}
              rowId={({ signal }) => signal}
              sortParam="signals"
            />
          )}
        </QueryState>
      </Panel>
      <Panel title="Not measured" definition="what the sources do not give, and what would give it">
        <QueryState query={report} height={32}>
          {(data) => <MissingList missing={data.missing} />}
        </QueryState>
      </Panel>
    </div>
  );
}

function ConfigLine({ report }: { report: SourcesReport | undefined }) {
  if (report === undefined) return null;
  return report.configPath === null ? <>no configuration file was read</> : <>from {report.configPath}</>;
}

function presetLine({ preset, alsoFound }: SourcesReport): string {
  const others = alsoFound.map(({ product }) => product).join(', ');
  return `${preset.product}, ${preset.foundBy}${others === '' ? '' : `; also found: ${others}`}`;
}

const SOURCE_COLUMNS: readonly Column<SourceHealth>[] = [
  { id: 'state', header: 'State', cell: (source) => <StatusWord status={source.status} word={source.word} /> },
  {
    id: 'name',
    header: 'Source',
    value: ({ name }) => name,
    cell: ({ name }) => <span className="font-medium">{name}</span>,
  },
  {
    id: 'version',
    header: 'Kind and version',
    value: (source) => `${source.flavour ?? source.kind} ${source.version ?? ''}`,
    cell: (source) => (
      <>
        {source.flavour ?? source.kind} <span className="text-t3">{source.version ?? 'version not said'}</span>
      </>
    ),
  },
  {
    id: 'url',
    header: 'Address',
    value: ({ url }) => url,
    cell: ({ url }) => <span className="font-mono text-t2">{url}</span>,
    className: 'max-w-96 truncate',
  },
  {
    id: 'checked',
    header: 'Checked',
    numeric: true,
    value: ({ checkedAtMs }) => checkedAtMs,
    cell: ({ checkedAtMs }) => <RelativeTime atMs={checkedAtMs} />,
  },
];

type Signal = SourcesReport['signals'][number];

const SIGNAL_COLUMNS: readonly Column<Signal>[] = [
  { id: 'state', header: 'State', cell: (signal) => <SignalState signal={signal} /> },
  {
    id: 'signal',
    header: 'Signal',
    value: ({ signal }) => signal,
    cell: ({ signal }) => <span className="font-medium">{signal}</span>,
  },
  {
    id: 'metric',
    header: 'Metric',
    value: ({ metric }) => metric,
    cell: ({ metric }) => <span className="font-mono text-t2">{metric ?? '–'}</span>,
  },
  {
    id: 'labels',
    header: 'Labels',
    value: ({ labels }) => labels.join(', '),
    cell: ({ labels }) => <span className="font-mono text-t2">{labels.join(', ')}</span>,
  },
  { id: 'origin', header: 'Set by', value: ({ origin }) => origin, cell: ({ origin }) => origin },
  {
    id: 'series',
    header: 'Series',
    numeric: true,
    value: ({ series }) => series,
    cell: ({ series }) => (series === null ? '–' : formatCount(series)),
  },
];

function SignalState({ signal }: { signal: Signal }) {
  if (signal.metric === null) return <StatusWord status="unknown" word="not in this preset" />;
  if (signal.present === null) return <StatusWord status="unknown" word="could not be asked" />;
  return signal.present ? <StatusWord status="ok" word="there" /> : <StatusWord status="unknown" word="no series" />;
}

function MissingList({ missing }: { missing: readonly MissingSignal[] }) {
  if (missing.length === 0) return <p className="text-t2">Every signal of the map is there.</p>;
  return (
    <ul className="grid gap-2">
      {missing.map(({ signal, reason, remedy }) => (
        <li key={signal}>
          <span className="font-medium">{signal}</span> <span className="text-t2">{reason}</span>
          {remedy === null ? null : <span className="block text-t2">{remedy}</span>}
        </li>
      ))}
    </ul>
  );
}
